"""What one is asked about being told."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.admin_forms import SecretForm
from itsm.core.fields import Choice, Field
from itsm.core.http import may_call
from itsm.notifications.channels import channels, room_kinds
from itsm.notifications.models import ChatApp, Endpoint, MessageTemplate, Rhythm, WebhookEndpoint
from itsm.notifications.placeholders import (
    BODY,
    PLACEHOLDERS,
    SUBJECT,
    examples,
    unknown_in,
)
from itsm.notifications.selectors import unknown_names
from itsm.notifications.signing import is_secret, new_secret
from itsm.notifications.topics import TOPICS, topic_choices

EVENT_NAME = re.compile(r"[a-z_]+\.(?:[a-z_]+|\*)")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?")


@dataclass(frozen=True, kw_only=True)
class Clock(Field):
    """A time of day, or none."""

    sort: str = field(default="time", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        found = _CLOCK.fullmatch(str(raw).strip())
        if found is None:
            raise self.wrong(_("Give a time such as 22:00."))
        return time(int(found[1]), int(found[2]))


HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]
RHYTHM: tuple[Field, ...] = (
    Choice(name="digest", label=_l("Mail comes"), required=True, choices=Rhythm.Digest.choices),
    Choice(name="digest_hour", label=_l("At"), required=True, choices=HOURS),
    Clock(name="quiet_from", label=_l("Quiet from")),
    Clock(name="quiet_until", label=_l("Quiet until")),
)


def wanted_in(given: Iterable[str]) -> set[tuple[str, str]]:
    """The boxes that were ticked, those that make no sense left out."""
    parts = (each.partition(":") for each in given)
    return {(topic, channel) for topic, _colon, channel in parts if topic in TOPICS}


class EndpointForm(SecretForm):
    """A chat room; the address stays what it was when it is left empty."""

    kind = forms.ChoiceField(label=_l("Chat"))
    address = forms.CharField(
        label=_l("Webhook address"),
        max_length=2000,
        error_messages={"required": _l("Paste the address that the chat gave you.")},
    )
    words = forms.MultipleChoiceField(
        label=_l("Told of"), choices=Endpoint.Word, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Endpoint
        fields = ("name", "kind", "address", "team", "words", "least_priority", "is_active")
        help_texts: ClassVar[dict[str, Any]] = {
            "team": _l("Only of the work of this team; without one, of everybody's."),
            "least_priority": _l("Only of records at least as important."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 declared above
        kind.choices = room_kinds()

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip() or self.instance.address
        if not may_call(address):
            raise forms.ValidationError(_("Give an address that begins with https://."))
        return address


class WebhookForm(forms.ModelForm[WebhookEndpoint]):
    """A webhook; left empty, the secret is made when it is new, and stays what it was otherwise."""

    address = forms.CharField(label=_l("Address"), max_length=500)
    secret = forms.CharField(
        label=_l("Secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "size": 60}),
        help_text=_l("Begins with whsec_. Leave it empty to have one made, or to keep it."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = (
            *("name", "address", "secret", "events", "team", "least_priority"),
            *("with_confidential", "is_active"),
        )

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if not may_call(address):
            raise forms.ValidationError(_("Give an address that begins with https://."))
        return address

    def clean_secret(self) -> str:
        secret = str(self.cleaned_data["secret"]).strip()
        if not secret:
            return self.instance.secret or new_secret()
        if not is_secret(secret):
            raise forms.ValidationError(_("Give whsec_ and 24 to 64 bytes as Base64."))
        return secret

    def clean_events(self) -> list[str]:
        names = [str(each) for each in self.cleaned_data["events"] or ()]
        for each in names:
            if not EVENT_NAME.fullmatch(each):
                raise forms.ValidationError(
                    _("%(name)s is no event; write incident.opened.") % {"name": each}
                )
        return names


class MessageTemplateForm(forms.ModelForm[MessageTemplate]):
    """The words of a message, with what may stand in braces beside them."""

    topic = forms.ChoiceField(label=_l("Sort of news"), choices=topic_choices)
    channel = forms.ChoiceField(label=_l("Channel"))
    language = forms.ChoiceField(label=_l("Language"), choices=settings.LANGUAGES)
    subject = forms.CharField(label=_l("Subject"), max_length=200, initial=SUBJECT)
    body = forms.CharField(
        label=_l("Words"),
        max_length=4000,
        initial=BODY,
        widget=forms.Textarea(attrs={"rows": 10, "cols": 80}),
    )

    class Meta:
        model = MessageTemplate
        fields = ("topic", "channel", "language", "subject", "body")

    class Media:
        js = ("js/preview.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel, body = self.fields["channel"], self.fields["body"]
        assert isinstance(channel, forms.ChoiceField)  # noqa: S101 declared above
        channel.choices = [(name, way.title) for name, way in channels.items()]
        body.widget.attrs["data-preview"] = json.dumps(examples())
        body.widget.attrs["data-preview-title"] = _("Preview")
        meanings = (f"{{{name}}} {meaning}" for name, (meaning, _e) in PLACEHOLDERS.items())
        body.help_text = _("What may stand in braces: %(all)s.") % {"all": "; ".join(meanings)}

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_body(self) -> str:
        return self._checked("body")

    def _checked(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        if unknown := unknown_in(text):
            told = {
                "unknown": ", ".join(f"{{{each}}}" for each in unknown),
                "known": ", ".join(f"{{{each}}}" for each in PLACEHOLDERS),
            }
            sentence = _("There is no %(unknown)s. Use some of these: %(known)s.")
            raise forms.ValidationError(sentence % told)
        return text


class ChatAppForm(SecretForm):
    """An app in a chat; its secret can be written, and never read again."""

    class Meta:
        model = ChatApp
        fields = ("name", "slug", "is_active", "signing_secret", "members")
        help_texts: ClassVar[dict[str, Any]] = {
            "slug": _l("The chat posts to /hooks/ followed by this, such as /hooks/slack/."),
            "signing_secret": _l("The app shows it under Basic Information."),
        }

    def clean_members(self) -> dict[str, str]:
        table = self.cleaned_data["members"] or {}
        if not isinstance(table, dict) or not all(isinstance(one, str) for one in table.values()):
            raise forms.ValidationError(_("Give a user name for each id."))
        if unknown := unknown_names(table.values()):
            raise forms.ValidationError(
                _("Nobody is called %(names)s."), params={"names": ", ".join(unknown)}
            )
        return table
