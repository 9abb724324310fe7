"""How fast the calendar answers when a month is full: as many changes in view as it takes in."""

from bench import data
from bench.cases import Figure, measured
from bench.client import Answer, Client
from bench.server import Server, cookie_of
from changes.agenda import MOST

CROWDS = (2_000, MOST)
VIEWS = ("month", "week", "lanes")


def report(server: Server, *, size: int, rounds: int) -> list[Figure]:
    """Each view, and what a move would get in the way of, with more and more in the month."""
    client = Client(server.port, {"Cookie": cookie_of("agent-1")})
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
