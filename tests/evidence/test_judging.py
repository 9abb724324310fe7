"""Who is blamed for what: the ranking by itself, on small cases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from itsm.core.errors import Invalid
from itsm.evidence.accusing import Firing, by_alerts, by_changes, by_lines
from itsm.evidence.blame import Symptom, blamed
from itsm.evidence.filling import check, filled, in_quotes
from itsm.evidence.patterns import Line, level_named, level_of, masked, patterns_of, telling
from itsm.evidence.ports import Happening
from itsm.evidence.ranking import causes
from itsm.evidence.shifts import Series, Sort, shift_of, sort_of

AT = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
STEADY = [1.0, 1.02, 0.98, 1.01, 0.99] * 8
EDGES = [("shop", "cart"), ("shop", "search"), ("cart", "db")]


def series(
    component: str, after: Sequence[float], *, sort: Sort = Sort.LATENCY, scale: float = 1.0
) -> Series:
    values = [scale * each for each in (*STEADY, *after)]
    return Series(component, sort.value, sort, range(len(values)), values)


def blame_of(*found: Series) -> list[str]:
    symptom = Symptom("shop", float(len(STEADY) - 1))
    return [each.component for each in blamed(found, EDGES, symptom)]


@pytest.mark.parametrize(
    ("sort", "after", "since", "became"),
    [
        (Sort.LATENCY, [1, 1, 5, 5, 1], 42, 5.0),
        (Sort.AVAILABILITY, [1, 0.5, 0.5, 0.5, 1], 41, 0.5),
        (Sort.RESOURCE, [3, 3, 3, 3, 3], 40, 3.0),
    ],
)
def test_a_shift_is_told_with_its_time_and_size(
    sort: Sort, after: list[float], since: float, became: float
) -> None:
    shift = shift_of(series("shop", after, sort=sort), at=39.0)

    assert shift is not None
    assert shift.strength > 5
    assert shift.since == since
    assert shift.became == pytest.approx(became)


def test_what_moved_the_same_way_the_day_before_is_no_shift() -> None:
    morning = [1.0 + each * 0.5 for each in range(20)]  # as people come to work
    busy = series("shop", morning, sort=Sort.TRAFFIC)
    pairs = [(at, value) for at, value in zip(busy.times, busy.values, strict=True) if value]
    late = [9 + each for _at, each in pairs[-8:]]
    jump = replace(busy, values=[*busy.values[:-8], *late])

    alone, usual, beyond = (
        shift_of(each, at=39.0)
        for each in (busy, replace(busy, day_before=pairs), replace(jump, day_before=pairs))
    )

    assert alone is not None
    assert usual is not None
    assert beyond is not None
    assert alone.strength > 50
    assert usual.strength < 10
    assert (beyond.since, beyond.is_by_day_before) == (52, True)
    assert beyond.amount == pytest.approx(9, abs=1)
    failing = replace(busy, sort=Sort.ERRORS, day_before=pairs)
    assert shift_of(failing, at=39.0) == replace(alone, series=failing)


def test_faster_answers_are_no_trouble_and_too_little_says_nothing() -> None:
    faster = shift_of(series("shop", [0.2] * 5), at=39.0)

    assert faster is not None
    assert faster.strength == 0
    assert shift_of(Series("shop", "m", Sort.OTHER, [50.0], [1.0]), at=39.0) is None
    assert shift_of(Series("shop", "m", Sort.OTHER, [1.0], [None]), at=39.0) is None


def test_what_is_needed_and_ill_is_blamed_before_who_waits_for_it() -> None:
    slow = [4.0] * 5
    ranked = blame_of(series("shop", slow), series("cart", slow), series("db", slow))

    assert ranked[0] == "db"


def test_who_needs_only_what_is_well_is_blamed_itself() -> None:
    ranked = blame_of(series("shop", [4.0] * 5), series("cart", [4.0] * 5), series("db", [1.0] * 5))

    assert ranked[0] == "cart"


def test_a_metric_is_known_by_its_name() -> None:
    names = ["http_errors_total", "availability", "lat_90", "cpu", "requests", "colour"]

    assert [sort_of(each) for each in names] == [
        Sort.ERRORS, Sort.AVAILABILITY, Sort.LATENCY, Sort.RESOURCE, Sort.TRAFFIC, Sort.OTHER
    ]  # fmt: skip


def test_lines_that_differ_in_numbers_and_ids_are_of_one_pattern() -> None:
    early, late = AT - timedelta(minutes=30), AT
    lines = [Line(early, f"GET /cart/{n} took {n} ms from 10.0.0.{n}") for n in range(1, 9)]
    lines += [Line(late, "GET /cart/77 took 12 ms from 10.0.0.9")]
    lines += [Line(late, f"ERROR disk sd{n} is full", component="db") for n in "abc"]
    found = patterns_of(lines, since=AT)

    told = telling(found, before=3000, during=600)

    assert len(found) == 2
    assert [(each.is_new, each.level, each.during, each.component) for each in told] == [
        (True, 3, 3, "db")
    ]
    assert told[0].words == "ERROR disk <*> is full"


def test_levels_are_read_from_words_and_numbers() -> None:
    words = ["err", "WARNING", "fatal", "Information", "3", "99", "", None]

    assert [level_named(each) for each in words] == [3, 4, 2, 6, 3, 6, 6, 6]
    assert level_of("FATAL: no slots", told=3) == 2
    assert level_of("all is well") == 6
    assert masked("id 4f9c2b7e8d1a at 0xff, 10.1.2.3:80") == "id <*> at <*>, <*>"


def test_who_is_complained_of_is_blamed_before_who_complains() -> None:
    lines = [
        Line(AT, "FATAL: remaining connection slots are reserved", 3, "orders-db"),
        Line(AT + timedelta(seconds=1), 'could not connect to "orders-db": timeout', 3, "checkout"),
    ]
    charges = by_lines(patterns_of(lines, since=AT - timedelta(minutes=1)), {"orders-db"})

    ranked = causes(lines=charges, within={"checkout", "orders-db"})

    assert [each.component for each in ranked] == ["orders-db", "checkout"]
    assert {each["name"] for each in ranked[0].reasons} == {"new_line", "named"}


def test_who_is_complained_of_is_found_by_words_alone() -> None:
    line = Line(AT, "ERROR could not connect to ledger-db: refused", 3, "checkout")

    charges = by_lines(patterns_of([line], since=AT), ())

    assert {each.component for each in charges} == {"checkout", "ledger-db"}


def test_a_change_just_before_counts_one_after_or_long_ago_hardly() -> None:
    def done(minutes: int, outcome: str = "succeeded") -> Happening:
        at = AT - timedelta(minutes=minutes)
        return Happening(at=at, sort="deployment", title="2.4.1", component="a", outcome=outcome)

    scores = [
        [each.score for each in by_changes([done(*case)], began_at=AT)]
        for case in ((1, "failed"), (1,), (600,), (-30,))
    ]

    assert scores[0][0] > scores[1][0] > 5 * scores[2][0]
    assert scores[3] == []


def test_evidence_of_several_sorts_adds_up_and_faint_evidence_is_not_told() -> None:
    firing = Firing(component="db", title="Full", is_critical=True, since=AT)
    alerts = by_alerts([firing], began_at=AT)
    change = Happening(at=AT, sort="change", title="Bigger disk", component="db")
    faint = Happening(at=AT - timedelta(hours=20), sort="change", title="Old", component="web")
    changes = by_changes([change, faint], began_at=AT)

    (cause,) = causes(alerts=alerts, changes=changes)

    assert cause.component == "db"
    assert cause.points > causes(alerts=alerts)[0].points


def test_a_value_stays_a_value_in_a_query() -> None:
    query = 'up{service="{service}"}'
    check(query, must_quote=True)

    assert filled(query, {"service": 'a"} or x{b="'}, in_quotes) == (
        'up{service="a\\"} or x{b=\\""}'
    )
    for wrong in ("up{service={service}}", 'rate({metric}) "{service}"'):
        with pytest.raises(Invalid):
            check(wrong, must_quote=True)
