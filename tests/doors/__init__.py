"""Who gets which answer at every door of the house.

The text files beside this one hold the rows, one file an area. A row is a method and an address
as the URL patterns have it, then the codes for nobody, charlie (whose incident it is), frank
(another end user), bob (an agent, who watches it), alice (an agent, who works on it), and dana
(administrator).
What stands in braces is filled in from the little world of the test.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

PEOPLE = ("nobody", "charlie", "frank", "bob", "alice", "dana")
HERE = Path(__file__).parent

Door = tuple[str, str]  # a method and an address

# In the admin only administrators go about; auditors, who may read, have tests of their own.
ADMIN = """
GET   admin/                                        302 302 302 302 302 200
GET   admin/login/                                  302 302 302 302 302 302
GET   admin/logout/                                 302 302 302 302 302 405
POST  admin/logout/                                 302 302 302 302 302 302
GET   admin/password_change/                        302 302 302 302 302 302
GET   admin/password_change/done/                   302 302 302 302 302 200
GET   admin/autocomplete/                           302 302 302 302 302 403
GET   admin/jsi18n/                                 302 302 302 302 302 200
GET   admin/r/{nothing}/{nothing}/                  302 302 302 302 302 404
GET   admin/people/user/{user_id}/password/         302 302 302 302 302 200
GET   admin/{app}/                                  302 302 302 302 302 200
GET   admin/{nothing}                               302 302 302 302 302 404
"""
# Of every model the admin shows: its list, the form for a new one, and the pages of one.
ADMIN_OF_MODEL = """
GET   admin/{model}/                                302 302 302 302 302 200
GET   admin/{model}/add/                            302 302 302 302 302 200
GET   admin/{model}/{nothing}/history/              302 302 302 302 302 302
GET   admin/{model}/{nothing}/delete/               302 302 302 302 302 302
GET   admin/{model}/{nothing}/change/               302 302 302 302 302 302
GET   admin/{model}/{nothing}/                      302 302 302 302 302 302
"""
# What can be added and deleted there, only added, and only looked at.
KEPT = (
    *(
        "people/user",
        "people/team",
        "people/delegate",
        "people/factorrule",
        "people/identityprovider",
        "people/ldapdirectory",
        "inventory/service",
        "inventory/configurationitem",
    ),
    "sla/calendar",
    *("notifications/endpoint", "notifications/messagetemplate", "notifications/chatapp"),
    "notifications/webhookendpoint",
    *("approvals/rule", "approvals/substitute", "changes/window", "changes/changetemplate"),
    *("changes/board", "changes/gatepolicy", "sla/objective", "automation/runbudget"),
    *("requests/category", "requests/target", "problems/causecategory", "knowledge/synonym"),
    "evidence/evidencesource",
)
ADDED = (
    *("people/apitoken", "monitoring/monitoringsource", "changes/pipeline"),
    "evidence/logsource",
)
SHOWN = (
    *("notifications/message", "notifications/lane", "monitoring/alert", "monitoring/deadletter"),
    *("automation/firing", "notifications/webhookcall"),
    *("evidence/logline", "inventory/componentcandidate"),
    *("changes/pipelinepost", "changes/gatecall", "monitoring/silence"),
    *("monitoring/parkedpost", "core/event", "core/delivery", "core/chore", "core/heartbeat"),
)
FORBIDDEN = (302, 302, 302, 302, 302, 403)


def rows() -> dict[Door, tuple[int, ...]]:
    """The codes expected, by method and address."""
    found: dict[Door, tuple[int, ...]] = {}
    texts = [each.read_text() for each in sorted(HERE.glob("*.txt"))]
    for line in "\n".join([*texts, ADMIN]).splitlines():
        if line.strip():
            _add(found, line)
    for model in (*KEPT, *ADDED, *SHOWN):
        for line in ADMIN_OF_MODEL.strip().splitlines():
            _add(found, line.replace("{model}", model))
    for model in (*ADDED, *SHOWN):
        found["GET", f"admin/{model}/{{nothing}}/delete/"] = FORBIDDEN
    for model in SHOWN:
        found["GET", f"admin/{model}/add/"] = FORBIDDEN
    return found


def by_area(doors: Iterable[Door]) -> list[Any]:
    """The doors of each area, as a parameter of a test that asks the same of all of them."""
    grouped = groupby(sorted(doors, key=_area_of), key=_area_of)
    return [pytest.param(list(found), id=area) for area, found in grouped]


def _area_of(door: Door) -> str:
    parts = door[1].removeprefix("api/v1/").split("/")
    return "/".join(parts[: 2 if parts[0] == "admin" else 1]) or "home"


def _add(found: dict[Door, tuple[int, ...]], line: str) -> None:
    method, address, *codes = line.split()
    found[method, "" if address == "{}" else address] = tuple(map(int, codes))


def plain(address: str) -> str:
    """The address with what is filled in left blank, since its name does not matter."""
    return re.sub(r"{\w+}", "{}", address)
