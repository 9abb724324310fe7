"""Every page of the house before a browser: nobody shut out, nothing foreign, nothing refused."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from playwright.sync_api import Browser

from tests.doors import PEOPLE, rows
from tests.journeys.conftest import House, Launch, production_files
from tests.journeys.looking import Watcher
from tests.tables import empty_tables
from tests.world import World, make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

# What shows nothing to anybody of the little world, and why.
NO_PAGES = {
    "account/factors/app/": "asks first who one is",
    "api/": "there is only its first version",
    "changes/change/": "asks about rows that were picked",
    "changes/views/{nothing}/edit/": "there is no such view",
    "changes/calendar/feed/{nothing}.ics": "a calendar for programs, and there is no such one",
    "changes/{change}/fits/": "data for the calendar",
    "changes/{change}/offers/": "a part of the page of a change",
    "improvements/change/": "asks about rows that were picked",
    "improvements/views/{nothing}/edit/": "there is no such view",
    "improvements/{improvement}/offers/": "a part of the page of an improvement",
    "inbox/{entry_id}/": "goes on to the record it tells of",
    "incidents/change/": "asks about rows that were picked",
    "incidents/{number}/offers/": "a part of the page of an incident",
    "portal/items/{number}/reply/": "goes on to the item",
    "portal/known-errors/{known_error}/me-too/": "goes on to the known error",
    "portal/known-errors/{known_error}/tried/": "goes on to the known error",
    "portal/outages/{outage}/me-too/": "goes on to the outage",
    "portal/status/follow/": "goes on to the status",
    "problems/change/": "asks about rows that were picked",
    "problems/views/{nothing}/edit/": "there is no such view",
    "problems/{problem}/offers/": "a part of the page of a problem",
    "requests/change/": "asks about rows that were picked",
    "requests/views/{nothing}/edit/": "there is no such view",
    "requests/{ordered}/offers/": "a part of the page of a service request",
    "portal/knowledge/{known}/rate/": "goes on to the article",
    "reviews/change/": "asks about rows that were picked",
    "reviews/views/{nothing}/edit/": "there is no such view",
    "reviews/{rev}/offers/": "a part of the page of a review",
    "replies/{nothing}/": "there is no such reply",
    "sign-in/enrol/": "a step of signing in",
    "sign-in/factor/": "a step of signing in",
    "sign-in/with/{nothing}/": "there is no such provider",
    "sign-in/with/{nothing}/back/": "there is no such provider",
}
SHOWN = (200, 410)
FACES = ("wide", "small")


def visits() -> list[tuple[str, str, tuple[str, ...]]]:
    """Who opens which address, of those who may the one it was made for, and on which faces."""
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for (method, address), codes in rows().items():
        if method != "GET" or address.startswith("api/v1/"):
            continue
        may = [who for who, code in zip(PEOPLE, codes, strict=True) if code in SHOWN]
        order = ("nobody", "charlie" if address.startswith("portal/") else "alice", "dana")
        # The admin's pages are of one making, so that each is looked at on one face in turn.
        faces = FACES if not address.startswith("admin/") else (FACES[len(found) % 2],)
        found += [(who, address, faces) for who in order if who in may][:1]
    return found


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The little world, committed, so that a running product sees it."""
    with django_db_blocker.unblock():
        yield make_world()
        empty_tables()


@pytest.fixture
def _django_db_helper(settled: World) -> None:
    """Keep the tables as they are from page to page: one world serves all."""


Watch = Callable[[str], Watcher]


@pytest.fixture(scope="module")
def onlooker(launch: Launch) -> Iterator[Browser]:
    """A browser whose pages nobody scrolls, so that it need not be ready to."""
    browser = launch("--disable-threaded-compositing")
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def watch(settled: World, house: House, onlooker: Browser) -> Iterator[Watch]:
    """People before browsers; everybody keeps his browser for all pages."""
    watchers: dict[str, Watcher] = {}

    def seat(person: str) -> Watcher:
        if person not in watchers:
            watcher = watchers[person] = Watcher(onlooker, address=house.address)
            if person != "nobody":
                session = settled.sessions[person]
                cookie = {"name": "session", "value": session, "url": house.address}
                watcher.context.add_cookies([cookie])  # type: ignore[list-item]
        return watchers[person]

    yield seat
    for watcher in watchers.values():
        watcher.context.close()


@pytest.mark.parametrize(
    ("person", "address", "faces"),
    [pytest.param(*each, id=f"{each[0]} /{each[1]}") for each in visits()],
)
def test_nobody_is_shut_out_of_any_page(
    settled: World, watch: Watch, person: str, address: str, faces: tuple[str, ...]
) -> None:
    """UX1, UX2, UX3, UX14, UX15."""
    watcher = watch(person)
    # A file, data and a part of a page have no faults of pages.
    found = watcher.faults(faces) if watcher.open(settled.path(address)) else []

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("person", "addresses"),
    [
        (
            "alice",
            (
                *("", "incidents/", "incidents/{number}/", "search/?q=checkout", "inbox/"),
                *("services/", "services/{record}/", "knowledge/", "problems/candidates/"),
            ),
        ),
        ("charlie", ("portal/", "portal/report/", "portal/items/", "portal/items/{number}/")),
    ],
)
def test_letters_twice_as_large_fit_on_a_phone(
    settled: World, watch: Watch, person: str, addresses: tuple[str, ...]
) -> None:
    """UX21."""
    watcher, found = watch(person), list[str]()
    for address in addresses:
        assert watcher.open(settled.path(address)), address
        found += [address] if watcher.scrolls_sideways_in_large_letters() else []

    assert found == []


@pytest.mark.parametrize("half", [0, 1])
def test_nobody_is_shut_out_of_any_record_of_the_admin(
    settled: World, watch: Watch, half: int
) -> None:
    # Half of them on each face; the next model is the next face's.
    watcher = watch("dana")
    found: list[str] = []
    for model in list(admin.site._registry)[half::2]:
        record = model._default_manager.first()
        if record is None:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        place = reverse(name, args=[record.pk])
        watcher.open(place)
        found += [f"{place}: {each}" for each in watcher.faults([FACES[half]])]

    assert found == []


@pytest.mark.parametrize("code", [400, 403, 404, 429, 500, 503])
def test_nobody_is_shut_out_when_something_went_wrong(
    settled: World, watch: Watch, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who may not go there, or finds nothing there, keeps the frame of his work.
    watcher = watch("dana" if code in (403, 404) else "nobody")
    with production_files():
        answer = failed(settled, code, monkeypatch)

    watcher.show(answer)

    assert answer.status_code == code
    assert watcher.faults() == []


def failed(world: World, code: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The answer a browser gets when that goes wrong."""
    client = Client(raise_request_exception=False, headers={"Accept": "text/html"})
    if code == 429:
        monkeypatch.setattr("itsm.people.limits.Attempt.is_too_many", lambda _: True)
        return client.post("/sign-in/", {"username": "alice", "password": "guessed"})
    if code >= 500:
        monkeypatch.setattr(settings, "ROOT_URLCONF", Broken)
    client.force_login(world.users["dana"])
    host = "elsewhere.test" if code == 400 else "localhost"
    place = {403: "/admin/autocomplete/", 404: "/nothing/"}.get(code, f"/{code}/")
    return client.get(place, headers={"Host": host})


def fail(_request: HttpRequest, code: int) -> HttpResponse:
    raise RuntimeError("A fault") if code == 500 else OperationalError("No database")


class Broken:
    """Addresses behind which everything fails, as a table of addresses."""

    urlpatterns = [path("<int:code>/", fail)]
    handler500 = "itsm.core.failures.server_error"


def test_every_address_is_a_page_or_known_to_be_none() -> None:
    """An address whose rows let nobody in is seen by no walk, so it must be known here."""
    unseen = {
        address
        for (method, address), codes in rows().items()
        if method == "GET" and not address.startswith(("api/v1/", "admin/"))
        # Where only posting is answered there is nothing to see.
        if not {*SHOWN, 405} & set(codes)
    }

    assert unseen == set(NO_PAGES)
