"""The end user's pages."""
