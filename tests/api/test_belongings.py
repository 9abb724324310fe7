"""What belongs to a ticket: comments, timeline, files, links and watchers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from itsm.tickets.models import Attachment
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06" + b"\x00" * 40


@pytest.fixture(autouse=True)
def elsewhere(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def incident(charlie, alice):
    return IncidentFactory(caller=charlie, assignee=alice)


def test_the_callers_reply_resumes_what_waits_for_him(incident, api, alice, charlie):
    address = f"incidents/{incident.number}"
    api(alice).post(f"{address}/hold/", reason="awaiting_caller", comment="Which browser?")

    said = api(charlie).post(f"{address}/comments/", body="Firefox.")

    assert said.status_code == 201
    assert (said.json()["author"], said.json()["public"]) == ("charlie", True)
    assert api(charlie).get(f"{address}/").json()["state"] == "in_progress"


def test_the_timeline_pages_back_to_the_beginning(incident, api, alice):
    for place in range(5):
        api(alice).post(f"incidents/{incident.number}/comments/", body=f"Word {place}")

    page = api(alice).get(f"incidents/{incident.number}/timeline/", limit=4).json()
    older = api(alice).get(page["next"]).json()

    told = [each["comment"] for each in page["results"] + older["results"] if each["comment"]]
    assert told == [f"Word {place}" for place in (4, 3, 2, 1, 0)]
    assert older["next"] is None


def test_a_file_comes_back_as_a_download_that_nothing_runs_in(incident, api, charlie):
    address = f"incidents/{incident.number}/attachments/"
    sent = api(charlie).upload(address, files=SimpleUploadedFile("../screen.png", PNG))
    (file,) = sent.json()

    fetched = api(charlie).get(f"{address}{file['id']}/", headers={"Accept": "image/png"})

    assert sent.status_code == 201
    assert (file["name"], file["content_type"]) == ("screen.png", "image/png")
    assert b"".join(fetched.streaming_content) == PNG
    assert fetched["Content-Disposition"] == 'attachment; filename="screen.png"'
    assert "sandbox" in fetched["Content-Security-Policy"]
    assert fetched["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg onload='alert(1)'/>"),
        ("screen.png", b"<script>alert(1)</script>"),
        ("empty.txt", b""),
        ("program.exe", b"MZ\x90\x00"),
    ],
)
def test_a_file_that_is_not_welcome_is_refused_and_not_kept(name, content, incident, api, charlie):
    response = api(charlie).upload(
        f"incidents/{incident.number}/attachments/", files=SimpleUploadedFile(name, content)
    )

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["files"]
    assert not Attachment.objects.exists()


def test_an_internal_file_is_not_there_for_the_caller(incident, api, alice, charlie):
    address = f"incidents/{incident.number}/attachments/"
    log = SimpleUploadedFile("log.txt", b"secret")
    (file,) = api(alice).upload(address, files=log, public="false").json()

    assert api(charlie).get(address).json()["results"] == []
    assert api(charlie).get(f"{address}{file['id']}/").status_code == 404
    assert api(alice).get(f"{address}{file['id']}/").status_code == 200


def test_a_file_is_not_there_under_another_ticket(incident, api, alice):
    log = SimpleUploadedFile("log.txt", b"words")
    (file,) = api(alice).upload(f"incidents/{incident.number}/attachments/", files=log).json()
    other = IncidentFactory()

    response = api(alice).get(f"incidents/{other.number}/attachments/{file['id']}/")

    assert response.status_code == 404


def test_two_tickets_are_linked_and_each_sees_the_other(incident, api, alice):
    other = IncidentFactory(title="The cause")

    made = api(alice).post(
        f"incidents/{incident.number}/links/", ticket=other.number.lower(), sort="caused_by"
    )
    again = api(alice).post(
        f"incidents/{incident.number}/links/", ticket=other.number, sort="caused_by"
    )
    (seen,) = api(alice).get(f"incidents/{other.number}/links/").json()

    assert made.json()["ticket"] == other.number
    assert again.json()["id"] == made.json()["id"]
    assert (seen["ticket"], seen["is_outgoing"]) == (incident.number, False)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ticket": "INC-0"}, "ticket"),
        ({"ticket": "{own}"}, "ticket"),
        ({"ticket": "{other}", "sort": "likes"}, "sort"),
        ({}, "ticket"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(said, field, incident, api, alice):
    numbers = {"own": incident.number, "other": IncidentFactory().number}
    body = {name: value.format(**numbers) for name, value in said.items()}

    response = api(alice).post(f"incidents/{incident.number}/links/", **body)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_a_link_to_what_one_may_not_see_is_not_shown(incident, api, alice, charlie):
    other = IncidentFactory()
    link = api(alice).post(f"incidents/{incident.number}/links/", ticket=other.number).json()
    address = f"incidents/{incident.number}/links/"

    assert api(charlie).get(address).json() == []
    assert api(charlie).delete(f"{address}{link['id']}/").status_code == 404
    assert api(alice).delete(f"{address}{link['id']}/").status_code == 204


def test_who_watches_sees_and_who_no_more_watches_does_not(incident, api, alice, frank):
    address = f"incidents/{incident.number}/"
    before = api(frank).get(address).status_code

    api(alice).post(f"{address}watchers/", user="frank")
    during = api(frank).get(address).status_code
    removed = api(frank).delete(f"{address}watchers/frank/").status_code

    assert (before, during, removed) == (404, 200, 204)
    assert api(frank).get(address).status_code == 404


def test_end_users_do_not_see_who_else_watches(incident, api, alice, charlie):
    address = f"incidents/{incident.number}/watchers/"
    api(alice).post(address)
    api(charlie).post(address)

    assert api(charlie).get(address).json() == [{"user": "charlie"}]
    assert api(alice).get(address).json() == [{"user": "alice"}, {"user": "charlie"}]
