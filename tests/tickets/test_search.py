import pytest

from itsm.people.models import User
from itsm.tickets.search import learn_words, search
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets() -> dict[str, str]:
    titles = ["Printer on floor three is jammed", "Mail cannot be sent", "Zahlung schlägt fehl"]
    made = {title: IncidentFactory(title=title) for title in titles}
    made["note"] = IncidentFactory(title="Something else", description="the printer hums")
    while learn_words():
        pass
    return {title: ticket.number for title, ticket in made.items()}


def found(user: User, text: str) -> list[str]:
    return [each.number for each in search(user, text)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("printer jammed", "Printer on floor three is jammed"),
        ("PRINT jam", "Printer on floor three is jammed"),
        ("pirnter jammed", "Printer on floor three is jammed"),
        ("mial sent", "Mail cannot be sent"),
        ("schlägt", "Zahlung schlägt fehl"),
    ],
)
def test_words_beginnings_and_mistyped_words_find_a_ticket(
    text: str, title: str, tickets: dict[str, str], alice: User
) -> None:
    assert tickets[title] in found(alice, text)


def test_a_word_in_the_title_weighs_more_than_one_in_the_description(
    tickets: dict[str, str], alice: User
) -> None:
    assert found(alice, "printer") == [
        tickets["Printer on floor three is jammed"],
        tickets["note"],
    ]


def test_a_number_finds_its_ticket_whatever_its_case(tickets: dict[str, str], alice: User) -> None:
    assert found(alice, tickets["note"].lower()) == [tickets["note"]]


@pytest.mark.parametrize("text", ["", "   ", "!!!", "' OR 1=1 --", "a & | ! ( :*", "\x00", "%_"])
def test_no_question_breaks_the_search(text: str, tickets: dict[str, str], alice: User) -> None:
    assert found(alice, text) == []


def test_the_search_finds_only_what_the_person_may_see(
    tickets: dict[str, str], charlie: User
) -> None:
    own = IncidentFactory(title="My printer", caller=charlie)

    assert found(charlie, "printer") == [own.number]


def test_the_search_costs_the_same_however_many_tickets_there_are(
    alice: User, django_assert_num_queries
) -> None:
    IncidentFactory.create_batch(12, title="Printer")

    with django_assert_num_queries(4):
        assert len(found(alice, "printer")) == 12
