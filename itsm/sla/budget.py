"""What an objective's measurements mean. Pure."""


def left_of(target: float, bad: float) -> float:
    """The part of the error budget that is left when so much of the window was bad.

    Below 0 when more was bad than the objective allows.
    """
    return 1 - bad / (1 - target)


def burn_of(target: float, bad: float) -> float:
    """How many times as fast the budget is used as would just use it up."""
    return bad / (1 - target)
