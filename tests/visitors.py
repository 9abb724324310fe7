"""Who knocks at the doors: clients of a house whose middleware was put together once for all."""

from django.test import Client
from django.test.client import ClientHandler

HANDLER = ClientHandler(enforce_csrf_checks=False)


class Visitor(Client):
    """A client that is told of faults by their answers, as browsers are."""

    def __init__(self) -> None:
        super().__init__(raise_request_exception=False)
        self.handler = HANDLER
