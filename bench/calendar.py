"""How fast the calendar answers when a month is full: as many changes in view as it takes in."""

from django.conf import settings
from django.test import Client as Browser

from bench import data
from bench.cases import Figure, measured
from bench.client import Answer, Client
from bench.server import Server
from changes.agenda import MOST
from itsm.people.models import User

CROWDS = (2_000, MOST)
VIEWS = ("month", "week", "lanes")


def report(server: Server, *, size: int, rounds: int) -> list[Figure]:
    """Each view, and what a move would get in the way of, with more and more in the month."""
    browser = Browser()
    browser.force_login(User.objects.get(username="agent-1"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    client = Client(server.port, {"Cookie": cookie})
    figures = []
    for crowd in CROWDS:
        moved = data.plan_a_month(crowd).number
        places = {
            **{f"calendar, {view}": f"/changes/calendar/?view={view}" for view in VIEWS},
            "conflicts of a move": f"/changes/{moved}/fits/?days=1",
        }
        for what, place in places.items():

            def show(asking: Client, place: str = place) -> Answer:
                return asking.call("GET", place)

            goal = "<= 100 ms" if what.startswith("conflicts") else "<= 200 ms"
            named = f"{what}, {crowd:,} changes a month"
            figures.append(
                measured(server, named, client, show, size=size, goal=goal, rounds=rounds)
            )
    return figures
