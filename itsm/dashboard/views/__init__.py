"""The staff's screens, one module a page."""
