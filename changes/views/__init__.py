"""The pages of changes that no other kind of ticket has."""
