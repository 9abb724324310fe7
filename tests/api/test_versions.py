"""ETags: nobody overwrites what he has not seen. (P10)"""

import threading

import pytest

from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db


def test_reading_again_costs_nothing_when_nothing_changed(api, alice):
    number = IncidentFactory().number
    tag = api(alice).get(f"incidents/{number}/")["ETag"]

    again = api(alice).get(f"incidents/{number}/", headers={"If-None-Match": f'"x", W/{tag}'})

    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("tag", ['"{number}.1"', 'W/"{number}.1"', '"A-1.5", "{number}.1"', "*"])
def test_a_change_is_taken_when_it_names_the_present_version(tag, api, alice):
    number = IncidentFactory().number

    response = api(alice).patch(
        f"incidents/{number}/", title="Slower", headers={"If-Match": tag.format(number=number)}
    )

    assert response.status_code == 200
    assert response["ETag"] == f'"{number}.2"'


@pytest.mark.parametrize("tag", ['"{number}.2"', '"INC-1.1"', "nonsense", '"{number}.-1"', '""'])
@pytest.mark.parametrize("verb", ["", "acknowledge/"])
def test_a_change_is_refused_when_it_names_another_version(verb, tag, api, alice):
    incident = IncidentFactory()
    headers = {"If-Match": tag.format(number=incident.number)}

    response = api(alice).send(
        "post" if verb else "patch", f"incidents/{incident.number}/{verb}", "{}", headers=headers
    )

    assert response.status_code == 412
    assert response.json()["title"] == "Precondition Failed"
    incident.refresh_from_db()
    assert incident.version == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_changes_to_the_same_version_one_is_taken(api, alice, in_threads):
    number = IncidentFactory().number
    callers = [api(alice) for _ in range(8)]
    gate = threading.Barrier(len(callers))

    def change(place):
        gate.wait()
        return callers[place].patch(
            f"incidents/{number}/",
            title=f"Title {place}",
            headers={"If-Match": f'"{number}.1"'},
        )

    codes = sorted(each.status_code for each in in_threads(change, len(callers)))

    assert codes == [200] + [412] * 7
