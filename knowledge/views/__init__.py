"""The staff's pages of knowledge."""
