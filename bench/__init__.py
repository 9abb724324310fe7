"""How fast the product is: measured on engines of its own, printed as one table."""
