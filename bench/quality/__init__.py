"""How well the product judges, measured on data whose truth is known."""
