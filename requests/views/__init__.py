"""The pages of service requests and of the catalogue's keepers."""
