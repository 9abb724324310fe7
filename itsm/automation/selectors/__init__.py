"""Questions about what the house does by itself."""
