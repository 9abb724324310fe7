"""Words of rules in templates."""
