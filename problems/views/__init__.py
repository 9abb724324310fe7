"""The pages of problems that no other kind of ticket has."""
