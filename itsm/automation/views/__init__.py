"""The pages on which people set up what is done by itself."""
