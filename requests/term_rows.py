"""Who agrees, for how long it is lent and whom it is offered to, as fields of a form."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from requests.audience import SORTS
from requests.rows import Row, list_in, number_or_text, storable
from requests.terms import NUMBERS

STAGE = ("who", "name", "team", "role", "users", "above", "currency", "quorum", "amount")
STAGE_SAID_IN = ("who",)
LEASE = (*NUMBERS, "until")
Fields = dict[str, str]


def stage_of(row: Row) -> dict[str, Any]:
    """A stage as a row says it, still to be checked."""
    who = row["who"]
    stage: dict[str, Any] = {"who": who}
    if row["name"].strip():
        stage["name"] = row["name"].strip()[:120]
    if who in ("team", "role"):
        stage[who] = row[who]
    if who == "users":
        stage["users"] = list_in(row["users"])
    if row["above"].strip():
        stage["above"] = number_or_text(row["above"])
        if row["currency"].strip():
            stage["currency"] = row["currency"].strip().upper()
    if row["quorum"] not in ("", "first"):  # what is meant where nothing is said
        stage["quorum"] = row["quorum"]
    if row["amount"].strip():
        stage["amount"] = number_or_text(row["amount"])
    return stage


def stage_row_of(stage: Mapping[str, Any]) -> Row:
    """A stage as the form shows it."""
    told = {name: stage.get(name, "") for name in STAGE}
    return {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in told.items()
    }


def terms_in(form: QueryDict) -> Fields:
    """The fields of the terms as a browser sent them."""
    names = [f"lease_{each}" for each in LEASE] + [f"audience_{each}" for each in SORTS]
    return {name: storable(form.get(name, "")).strip() for name in (*names, "agreement")}


def terms_of(approval: Mapping[str, Any], lease: Mapping[str, Any], audience: Any) -> Fields:
    """The terms as the form shows them."""
    told = {f"lease_{each}": str(lease.get(each, "")) for each in LEASE}
    told |= {f"audience_{each}": ", ".join(audience.get(each, ())) for each in SORTS}
    return told | {"agreement": "rules" if approval and not approval["stages"] else ""}


def approval_of(terms: Fields, rows: list[Row]) -> dict[str, Any]:
    """Who must agree, still to be checked: those in rows, the rules of the house, or nobody."""
    if rows:
        return {"stages": [stage_of(each) for each in rows]}
    return {"stages": []} if terms["agreement"] == "rules" else {}


def lease_of(terms: Fields) -> dict[str, Any]:
    """For how long it is lent, still to be checked."""
    if not (terms["lease_days"] or terms["lease_until"]):
        return {}
    lease: dict[str, Any] = {
        name: number_or_text(terms[f"lease_{name}"]) for name in NUMBERS if terms[f"lease_{name}"]
    }
    return lease | ({"until": terms["lease_until"]} if terms["lease_until"] else {})


def audience_of(terms: Fields) -> dict[str, Any]:
    """Whom it is offered to, still to be checked."""
    told = {sort: list_in(terms[f"audience_{sort}"]) for sort in SORTS}
    return {sort: names for sort, names in told.items() if names}
