"""The pages every kind of ticket has; a kind's own room only says what is different there."""
