"""Templates: a closed set of placeholders, substituted and nothing else (P27)."""

from typing import Any

import pytest
from django.core import mail

from itsm.core import delivery
from itsm.notifications.models import MessageTemplate
from itsm.notifications.placeholders import PLACEHOLDERS, examples, filled, unknown_in
from itsm.people.models import User
from itsm.tickets.actions import comment
from tests.administration.forms import filled as form_filled
from tests.factories import IncidentFactory, MessageTemplateFactory
from tests.screens.conftest import Browser, as_

pytestmark = pytest.mark.django_db
__all__ = ["as_"]
FORM = "/admin/notifications/messagetemplate/add/"


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Hello {name}", {"name": "Bob"}, "Hello Bob"),
        ("{name}{name}", {"name": "x"}, "xx"),
        ("{name}", {"name": "{title}", "title": "secret"}, "{title}"),
        ("{name.__class__}", {"name": "x"}, "{name.__class__}"),
        ("{name!r:>99}", {"name": "x"}, "{name!r:>99}"),
        ("{{ name }}{% now %}", {"name": "x"}, "{{ name }}{% now %}"),
        ("%(name)s $name", {"name": "x"}, "%(name)s $name"),
        ("a\n\n{said}\n\nb", {"said": ""}, "a\n\nb"),
    ],
)
def test_placeholders_are_replaced_once_and_nothing_is_run(
    text: str, values: dict[str, str], expected: str
):
    assert filled(text, values) == expected


def test_every_placeholder_has_an_example():
    assert unknown_in(" ".join(f"{{{each}}}" for each in PLACEHOLDERS)) == []
    assert all(examples().values())


def test_a_template_replaces_our_words_in_mail(alice: User, erin: User):
    MessageTemplateFactory()
    incident = IncidentFactory(assignee=alice, title="<b>Bold</b>")

    comment(ticket=incident, actor=erin, body="{number} <i>sic</i>")
    delivery.deliver_owed()

    letters: list[Any] = mail.outbox
    (letter,) = letters
    ((html, _kind),) = letter.alternatives
    assert letter.subject == f"{incident.number}: Erin wrote"
    assert "Dear Alice,\n\n{number} <i>sic</i>\n\nhttp" in letter.body
    assert "{number} &lt;i&gt;sic&lt;/i&gt;" in html
    assert "<i>sic" not in html


def test_a_template_of_another_language_or_channel_changes_nothing(alice: User, erin: User):
    MessageTemplateFactory(language="de")
    MessageTemplateFactory(channel="slack")

    comment(ticket=IncidentFactory(assignee=alice), actor=erin, body="Hello")
    delivery.deliver_owed()

    assert "Dear" not in mail.outbox[0].body


def test_everybody_reads_the_template_of_his_language(alice: User, bob: User, erin: User):
    MessageTemplateFactory(language="de", body="Guten Tag {name}")
    MessageTemplateFactory(language="en")
    User.objects.filter(pk=bob.pk).update(language="de")

    for each in (alice, bob):
        comment(ticket=IncidentFactory(assignee=each), actor=erin, body="Hello")
    delivery.deliver_owed()

    bodies = {letter.to[0]: letter.body for letter in mail.outbox}
    assert "Guten Tag Bob" in bodies[bob.email]
    assert "Dear Alice" in bodies[alice.email]


@pytest.mark.parametrize("field", ["subject", "body"])
def test_an_unknown_placeholder_is_refused_by_name(as_: Browser, dana: User, field: str):
    browser = as_(dana)
    given = {"topic": "replied", "channel": "email", "language": "en", field: "Hi {nmae}"}

    answer = browser.post(FORM, form_filled(browser.get(FORM).context, **given))

    (error,) = answer.context["adminform"].form.errors[field]
    assert "There is no {nmae}" in error
    assert "{name}" in error
    assert not MessageTemplate.objects.exists()


def test_a_second_template_of_the_same_sort_is_refused(as_: Browser, dana: User):
    MessageTemplateFactory()
    browser = as_(dana)
    given = {"topic": "replied", "channel": "email", "language": "en"}

    answer = browser.post(FORM, form_filled(browser.get(FORM).context, **given))

    assert b"There is a template for this already" in answer.content
    assert MessageTemplate.objects.count() == 1


def test_the_form_begins_with_our_own_words_and_a_preview(as_: Browser, dana: User):
    page = as_(dana).get(FORM).content.decode()

    assert "{what}." in page
    assert "js/preview.js" in page
    assert "data-preview=" in page
