"""The page of an incident: shown, worked on, and never overwritten unseen."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.tickets.actions import comment, edit
from itsm.tickets.selectors import last_event_id
from tests.screens.conftest import HOSTILE, Browser

pytestmark = pytest.mark.django_db


def path(incident: Incident, rest: str = "") -> str:
    return f"/incidents/{incident.number}/{rest}"


def test_hostile_text_is_shown_as_text(as_: Browser, alice: User, charlie: User):
    """P26."""
    report = Report(title=HOSTILE, description=HOSTILE, caller=charlie, tags=["<b>x"])
    incident = actions.open_incident(report=report, actor=alice)
    comment(ticket=incident, actor=alice, body=HOSTILE)
    actions.resolve(incident, actor=alice, code="fixed", notes=HOSTILE)

    pages = [as_(alice).get(each) for each in (path(incident), "/incidents/?phase=all", "/")]
    pages.append(as_(charlie).get(f"/portal/items/{incident.number}/"))

    for page in pages:
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text
        assert "{{ 7|add:7 }}" in text


def test_a_transition_works_without_javascript(as_: Browser, alice: User, incident: Incident):
    form = as_(alice).get(path(incident, "do/resolve/")).content.decode()
    assert 'name="code"' in form

    answer = as_(alice).post(
        path(incident, "do/resolve/"),
        {"code": "fixed", "notes": "Restarted", "version": str(incident.version)},
    )

    incident.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, path(incident))
    assert (incident.state, incident.resolution_notes) == ("resolved", "Restarted")


def test_what_asks_for_nothing_and_can_be_taken_back_is_done_at_once(
    as_: Browser, alice: User, incident: Incident
):
    page = as_(alice).get(path(incident)).content.decode()

    assert f'<form method="post" action="{path(incident, "do/acknowledge/")}" data-act>' in page
    assert f'href="{path(incident, "do/resolve/")}" data-dialog' in page
    assert f'href="{path(incident, "do/cancel/")}" data-dialog' in page


@pytest.mark.parametrize(
    ("count", "told"), [(1, "1 alert of {} still fires;"), (2, "2 alerts of {} still fire;")]
)
def test_what_still_fires_keeps_an_incident_from_being_resolved_unasked(
    as_: Browser, alice: User, firing: None, incident: Incident, count: int, told: str
):
    those = list(Alert.objects.filter(status="firing")[:count])
    Alert.objects.filter(pk__in=[each.pk for each in those]).update(incident=incident)

    answer = as_(alice).post(path(incident, "do/resolve/"), {"code": "fixed", "notes": "Restarted"})

    assert answer.status_code == 409
    assert told.format(incident.number) in answer.content.decode()


def test_a_form_keeps_what_was_typed_and_names_the_field(
    as_: Browser, alice: User, incident: Incident
):
    answer = as_(alice).post(path(incident, "do/resolve/"), {"code": "", "notes": "Restarted"})

    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'aria-invalid="true"' in text
    assert "Restarted" in text


def test_a_refusal_is_shown_as_a_sentence(as_: Browser, alice: User, incident: Incident):
    answer = as_(alice).post(path(incident, "do/start/"))

    assert answer.status_code == 409
    assert "Assign" in answer.content.decode()


def test_a_reply_that_crossed_another_is_held(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    """UX19."""
    seen = last_event_id(incident)
    comment(ticket=incident, actor=charlie, body="It works again!")

    answer = as_(alice).post(
        path(incident, "say/"), {"body": "Still looking", "public": "1", "seen": str(seen)}
    )

    text = answer.content.decode()
    assert answer.status_code == 409
    assert not incident.comments.filter(body="Still looking").exists()
    assert "It works again!" in text
    assert "Still looking</textarea>" in text


def test_a_note_is_not_held_and_charlie_never_reads_it(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    answer = as_(alice).post(path(incident, "say/"), {"body": "Ask the vendor", "public": "0"})

    assert answer.status_code == 302
    page = as_(charlie).get(f"/portal/items/{incident.number}/").content.decode()
    assert "Ask the vendor" not in page


def test_a_file_comes_back_as_a_download_and_frank_cannot_fetch_it(
    as_: Browser, alice: User, charlie: User, frank: User, incident: Incident, settings, tmp_path
):
    """P28."""
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("log.txt", b"<script>alert(1)</script>")
    as_(alice).post(path(incident, "say/"), {"body": "See", "public": "1", "files": [file]})
    address = f"/files/{incident.attachments.get().stored_as.removeprefix('attachments/')}/"

    answer = as_(charlie).get(address)

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == b"<script>alert(1)</script>"
    assert as_(frank).get(address).status_code == 404


def test_an_internal_file_does_not_exist_for_charlie(
    as_: Browser, alice: User, charlie: User, incident: Incident, settings, tmp_path
):
    """P28."""
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("dump.txt", b"secret")
    as_(alice).post(path(incident, "say/"), {"body": "See", "public": "0", "files": [file]})
    address = f"/files/{incident.attachments.get().stored_as.removeprefix('attachments/')}/"

    assert as_(alice).get(address).status_code == 200
    assert as_(charlie).get(address).status_code == 404


def test_a_long_timeline_is_unrolled_on_demand(as_: Browser, alice: User, incident: Incident):
    for count in range(60):
        comment(ticket=incident, actor=alice, body=f"Line {count:02}", public=False)

    page = as_(alice).get(path(incident))

    text = page.content.decode()
    assert "Line 59" in text
    assert "Line 00" not in text
    earlier = as_(alice).get(path(incident, f"earlier/?before={page.context['earlier']}"))
    assert "Line 00" in earlier.content.decode()


def test_every_event_of_an_incident_is_worded(as_: Browser, alice: User, incident: Incident):
    actions.assign(incident, actor=alice, assignee=alice)
    actions.start(incident, actor=alice)
    actions.hold(incident, actor=alice, reason="awaiting_vendor", vendor_reference="V-1")
    actions.resume(incident, actor=alice)
    actions.resolve(incident, actor=alice, code="fixed", notes="Done")
    actions.reopen(incident, actor=alice)
    edit(ticket=incident, actor=alice, changes={"impact": 1, "tags": ["shop"]})

    text = as_(alice).get(path(incident)).content.decode()

    assert "recorded:" not in text
    for words in ("assigned it to Alice", "started work", "awaiting the vendor", "reopened it"):
        assert words in text


def test_watching_and_no_more(as_: Browser, bob: User, incident: Incident):
    as_(bob).post(path(incident, "watch/"), {"watch": "1"})
    assert incident.watchers.filter(user=bob).exists()

    as_(bob).post(path(incident, "watch/"), {"watch": "0"})
    assert not incident.watchers.filter(user=bob).exists()


def test_staff_open_an_incident_for_a_caller(as_: Browser, alice: User, charlie: User):
    answer = as_(alice).post(
        "/incidents/new/",
        {"title": "No sound", "caller": "charlie", "impact": "3", "urgency": "2"},
    )

    opened = Incident.objects.get(title="No sound")
    assert answer["Location"] == path(opened)
    assert (opened.caller, opened.source) == (charlie, "phone")
