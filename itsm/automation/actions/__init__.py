"""Everything the house does by itself, and setting that up."""
