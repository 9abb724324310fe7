"""Writing on a record: drafts, files, mentions, templates, and who else is there."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from incidents.models import Incident
from itsm.core.errors import Invalid, NotAllowed
from itsm.core.models import Event
from itsm.people.models import Team, User
from itsm.tickets.actions import (
    attach_to_draft,
    comment,
    forget_old_drafts,
    keep_draft,
    save_template,
)
from itsm.tickets.models import Attachment, Draft, ReplyTemplate
from itsm.tickets.presence import note_presence, presence_of
from itsm.tickets.prose import mentioned_in, prose
from itsm.tickets.selectors import last_event_id
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def path(incident: Incident, rest: str = "") -> str:
    return f"/incidents/{incident.number}/{rest}"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("two\nlines", "<p>two<br>lines</p>"),
        ("**now**", "<p><strong>now</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("# no heading", "<p># no heading</p>"),
        ("ask @bob.", '<p>ask <span class="mention">@bob</span>.</p>'),
    ],
)
def test_a_small_part_of_markdown_is_shown(text: str, html: str):
    assert prose(text).strip().replace("<br>\n", "<br>") == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/pixel.png)",
        '<a href="x" onclick="alert(1)">x</a>',
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_nothing_harmful_comes_through(text: str):
    html = prose(text).replace("&lt;", "")

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert '<a href="x" onclick' not in html


def test_code_and_mail_addresses_speak_to_nobody():
    assert mentioned_in("@alice see `@bob` or write to erin@example.com, @Alice") == ["alice"]


def test_a_mention_tells_those_who_may_see_the_ticket(
    alice: User, bob: User, charlie: User, incident: Incident
):
    said = comment(
        ticket=incident, actor=alice, body="@bob, @charlie, @nobody and @alice?", public=False
    )

    event = Event.objects.get(name="incident.mentioned")
    assert event.data == {"comment": said.pk, "users": [bob.pk]}
    assert event.public is False


def test_nobody_is_told_of_a_confidential_ticket_he_may_not_see(
    as_: Browser, alice: User, bob: User, erin: User, incident: Incident
):
    Incident.objects.filter(pk=incident.pk).update(confidential=True)

    comment(ticket=incident, actor=alice, body="@erin @bob", public=False)
    offered = as_(alice).get(path(incident, "offers/?what=people&q=")).json()["options"]

    assert Event.objects.get(name="incident.mentioned").data["users"] == [bob.pk]
    assert "@erin " not in [each["value"] for each in offered]
    assert "@bob " in [each["value"] for each in offered]


def test_a_draft_waits_on_any_device_and_colleagues_see_it(
    as_: Browser, alice: User, bob: User, incident: Incident
):
    answer = as_(alice).post(path(incident, "draft/"), {"body": "Half a thought", "public": "0"})

    assert answer.status_code == 204
    mine = as_(alice).get(path(incident)).content.decode()
    assert "Half a thought</textarea>" in mine
    assert 'value="0" checked' in mine
    theirs = as_(bob).get(path(incident)).content.decode()
    assert "Alice" in theirs
    assert "is writing a note" in theirs
    assert "Half a thought</textarea>" not in theirs


def test_an_emptied_draft_is_forgotten(alice: User, incident: Incident):
    keep_draft(ticket=incident, author=alice, body="Half", public=True)

    keep_draft(ticket=incident, author=alice, body="", public=True)

    assert not Draft.objects.exists()


def test_who_only_reads_keeps_no_draft(audrey: User, incident: Incident):
    with pytest.raises(NotAllowed):
        keep_draft(ticket=incident, author=audrey, body="Half", public=True)


def test_sending_uses_the_draft_up(as_: Browser, alice: User, incident: Incident):
    keep_draft(ticket=incident, author=alice, body="Half", public=True)

    as_(alice).post(path(incident, "say/"), {"body": "Whole", "public": "1"})

    assert not Draft.objects.exists()


def test_a_held_reply_is_kept_as_draft_and_one_click_sends_it(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    """UX19."""
    seen = last_event_id(incident)
    comment(ticket=incident, actor=charlie, body="It works again!")
    reply = {"body": "Still looking", "public": "1", "seen": str(seen)}

    held = as_(alice).post(path(incident, "say/"), reply)

    assert held.status_code == 409
    assert Draft.objects.get().body == "Still looking"
    assert "Send anyway" in held.content.decode()
    reply["seen"] = str(held.context["seen"])
    assert as_(alice).post(path(incident, "say/"), reply).status_code == 302


def test_a_pasted_picture_waits_with_the_draft_and_goes_out_with_the_reply(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    file = SimpleUploadedFile("screen.png", PNG)
    shown = as_(alice).post(path(incident, "draft/files/"), {"files": [file]})
    waiting = Attachment.objects.get()
    address = f"/files/{waiting.stored_as.removeprefix('attachments/')}/"

    assert f'<img src="{address}"' in shown.content.decode()
    assert as_(charlie).get(address).status_code == 404
    assert address not in as_(charlie).get(f"/portal/items/{incident.number}/").content.decode()

    as_(alice).post(path(incident, "say/"), {"body": "See", "public": "1"})

    assert as_(charlie).get(address).status_code == 200
    assert address in as_(charlie).get(f"/portal/items/{incident.number}/").content.decode()


def test_an_unwelcome_file_is_refused_in_words(as_: Browser, alice: User, incident: Incident):
    file = SimpleUploadedFile("run.exe", b"MZ\x90\x00")

    answer = as_(alice).post(path(incident, "draft/files/"), {"files": [file]})

    assert answer.status_code == 422
    assert answer.json()["wrong"].startswith("run.exe cannot be attached")


def test_a_file_is_taken_away_again_without_losing_the_text(
    as_: Browser, alice: User, incident: Incident
):
    as_(alice).post(path(incident, "draft/files/"), {"files": [SimpleUploadedFile("a.txt", b"a")]})
    waiting = Attachment.objects.get()

    as_(alice).post(
        path(incident, f"draft/files/{waiting.pk}/remove/"), {"body": "Typed", "public": "1"}
    )

    assert not Attachment.objects.exists()
    assert Draft.objects.get().body == "Typed"


def test_a_file_that_comes_while_the_draft_is_sent_waits_with_a_new_one(
    alice: User, incident: Incident, monkeypatch: pytest.MonkeyPatch
):
    found = Draft.objects.get_or_create
    sent: list[bool] = []

    def sent_meanwhile(**given: Any) -> Any:
        draft = found(**given)
        if not sent:
            sent.append(True)
            Draft.objects.all().delete()
        return draft

    monkeypatch.setattr(Draft.objects, "get_or_create", sent_meanwhile)
    attach_to_draft(ticket=incident, author=alice, files=[SimpleUploadedFile("a.txt", b"a")])

    assert Attachment.objects.get().draft == Draft.objects.get()


def test_old_drafts_are_forgotten_with_their_files(alice: User, incident: Incident, time_machine):
    keep_draft(ticket=incident, author=alice, body="Half", public=True)
    time_machine.move_to(timezone.now() + timedelta(days=61))

    assert forget_old_drafts() == 1
    assert not Draft.objects.exists()


def test_send_and_resolve_asks_for_the_rest(as_: Browser, alice: User, incident: Incident):
    browser = as_(alice)

    answer = browser.post(
        path(incident, "say/"),
        {"body": "Restarted the gateway.", "public": "1", "then": "resolve"},
        follow=True,
    )

    assert answer.redirect_chain[-1][0].startswith(path(incident, "do/resolve/?said="))
    assert "Restarted the gateway." in answer.content.decode()


def test_a_template_is_filled_in_for_the_ticket(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    save_template(
        actor=alice, name="Hello", body="Dear {caller}, {number} is with {agent}.", audience="mine"
    )

    option, keep = as_(alice).get(path(incident, "offers/?what=replies&q=hel")).json()["options"]

    first = (charlie.name or charlie.username).split()[0]
    assert keep["href"] == "/replies/"
    assert option["value"] == f"Dear {first}, {incident.number} is with {alice}."


def test_unknown_placeholders_are_refused_with_those_there_are(alice: User):
    with pytest.raises(Invalid, match=r"{password} is no placeholder; use {caller}"):
        save_template(actor=alice, name="Hello", body="{password}", audience="mine")


def test_templates_are_for_those_they_are_meant_for(
    as_: Browser, alice: User, bob: User, erin: User, mona: User, platform: Team, incident: Incident
):
    save_template(actor=alice, name="Of alice", body="x", audience="mine")
    save_template(actor=alice, name="Of platform", body="x", audience=platform.slug)
    save_template(actor=mona, name="Of all", body="x", audience="everybody")

    def names(user: User) -> list[str]:
        options = as_(user).get(path(incident, "offers/?what=replies&q=")).json()["options"]
        return [each["label"] for each in options if each["value"]]

    assert names(alice) == ["Of alice", "Of all", "Of platform"]
    assert names(bob) == ["Of all", "Of platform"]
    assert names(erin) == ["Of all"]


def test_an_agent_writes_for_himself_and_his_team_only(
    as_: Browser, alice: User, platform: Team, service_desk: Team
):
    given = {"name": "Hello", "body": "Dear {caller}"}

    mine = as_(alice).post("/replies/new/", {**given, "audience": "mine"})
    all_of_us = as_(alice).post("/replies/new/", {**given, "audience": "everybody"})
    others = as_(alice).post("/replies/new/", {**given, "audience": service_desk.slug})

    assert (mine.status_code, all_of_us.status_code, others.status_code) == (302, 403, 422)
    template = ReplyTemplate.objects.get()
    assert Event.objects.filter(name="reply_template.added", subject_id=template.pk).exists()
    as_(alice).post(f"/replies/{template.pk}/", {**given, "name": "Hi", "audience": platform.slug})
    template.refresh_from_db()
    assert (template.name, template.team, template.owner) == ("Hi", platform, None)
    as_(alice).post(f"/replies/{template.pk}/remove/")
    assert not ReplyTemplate.objects.exists()


def test_who_is_at_a_ticket_is_told_to_those_who_may_see_it(
    alice: User, bob: User, erin: User, charlie: User, incident: Incident
):
    """UX11."""
    note_presence(incident, alice, state="typing")
    note_presence(incident, bob, state="viewing")

    (seen,) = presence_of(bob, [incident.number, "INC-0"])[incident.number]
    assert (seen.username, seen.is_typing) == ("alice", True)
    assert presence_of(charlie, [incident.number]) == {}
    Incident.objects.filter(pk=incident.pk).update(confidential=True)
    assert presence_of(erin, [incident.number]) == {}
    note_presence(incident, alice, state="gone")
    assert presence_of(bob, [incident.number]) == {}


def test_presence_ends_by_itself(alice: User, bob: User, incident: Incident, monkeypatch):
    note_presence(incident, alice, state="viewing")

    monkeypatch.setattr("itsm.tickets.presence.LASTS", -1)

    assert presence_of(bob, [incident.number]) == {}


def test_without_valkey_nobody_is_there_and_nothing_breaks(
    as_: Browser, alice: User, incident: Incident, settings
):
    settings.CACHES = {
        "default": {
            "BACKEND": "itsm.core.cache.ForgivingRedisCache",
            "LOCATION": "unix:///nowhere/valkey.sock",
        }
    }

    assert as_(alice).post(path(incident, "presence/"), {"state": "typing"}).status_code == 200
    assert as_(alice).get(path(incident)).status_code == 200
