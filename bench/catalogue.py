"""What the catalogue costs those who order: its page, a search, one item, and staff's list."""

import itertools
from typing import Any

import yaml

from bench.cases import Figure, measured
from bench.client import Client
from bench.server import Server, cookie_of
from requests.actions import take_in

ITEMS, SHELVES = 300, 12
GOAL = "cpu <= 40 ms"
WORDS = itertools.cycle(["laptop", "acc", "environment", "vpn+token", "desk", "licence"])


def report(server: Server, *, size: int, rounds: int) -> list[Figure]:
    """Pages of a catalogue of 300 items on 12 shelves, a tenth of them not for everybody."""
    take_in(text=yaml.safe_dump(_catalogue()), actor=None)
    user, staff = (
        Client(server.port, {"Cookie": cookie_of(name)}) for name in ("requester-1", "agent-1")
    )
    pages = [
        (user, "catalogue page", lambda client: client.call("GET", "/portal/catalogue/")),
        (
            user,
            "search in the catalogue",
            lambda client: client.call("GET", f"/portal/catalogue/?q={next(WORDS)}"),
        ),
        (user, "one item", lambda client: client.call("GET", "/portal/catalogue/item-7/")),
        (user, "the cart", lambda client: client.call("GET", "/portal/cart/")),
        (staff, "staff's list of items", lambda client: client.call("GET", "/requests/catalogue/")),
    ]
    return [
        measured(server, f"{what} of {ITEMS}", client, call, size=size, goal=GOAL, rounds=rounds)
        for client, what, call in pages
    ]


def _catalogue() -> dict[str, Any]:
    nouns = ["Laptop", "Access to the ledger", "Test environment", "VPN token", "Desk", "Licence"]
    shelves = [{"slug": f"shelf-{each}", "name": f"Shelf {each}"} for each in range(SHELVES)]
    items = []
    for place in range(ITEMS):
        noun = nouns[place % len(nouns)]
        item: dict[str, Any] = {
            "slug": f"item-{place}",
            "name": f"{noun} {place}",
            "category": f"shelf-{place % SHELVES}",
            "summary": f"{noun}, as most people here have it, with all that comes with it.",
            "price": f"{place % 40 * 25}.00",
            "questions": [_question(each) for each in range(place % 9)],
            "approval": {"stages": [{"who": "manager"}]},
        }
        if place % 10 == 0:
            item["audience"] = {"roles": ["agent", "manager"]}
        items.append(item)
    return {"categories": shelves, "items": items}


def _question(place: int) -> dict[str, Any]:
    if place % 2:
        return {"name": f"size_{place}", "label": "Which size?", "type": "choice",
                "choices": ["Small", "Medium", "Large"]}  # fmt: skip
    return {"name": f"why_{place}", "label": "What is it for?", "type": "text", "help": "In brief."}
