"""Letting tools post to us: the same for those that watch and those that deliver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import configuration, events
from itsm.core.errors import Invalid, NotAllowed
from itsm.core.registry import Registry
from itsm.monitoring.selectors import free_address
from itsm.monitoring.tools import Tool
from itsm.people import tokens
from itsm.people.actions import make_bot
from itsm.people.models import User

T = TypeVar("T", bound=Tool)


def _nothing(_kind: str) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Toolbox(Generic[T]):
    """The tools of one sort: which kinds there are, and what a kind brings along."""

    model: type[T]
    kinds: Registry[Any]
    rotated: str  # the event that tells of a new token
    bots: str  # what the names of their bots begin with
    usual: Callable[[str], Mapping[str, Any]] = _nothing

    @transaction.atomic
    def connect(
        self, *, kind: str, name: str, actor: User | None, settings: Mapping[str, Any] | None = None
    ) -> tuple[T, str]:
        """Let a tool post to us; its token is returned this once."""
        _check_right(actor)
        if kind not in self.kinds:
            known = ", ".join(self.kinds)
            raise Invalid(_("Choose one of: %(kinds)s.") % {"kinds": known}, field="kind")
        name = name.strip()[:80]
        if not name:
            raise Invalid(_("Give the source a name."), field="name")
        if self.model._default_manager.filter(name=name).exists():
            raise Invalid(_("There is a source of this name already."), field="name")
        slug, plain = free_address(name), tokens.new_token()
        bot = make_bot(username=_free_username(f"{self.bots}-{slug}"), name=name)
        tool = self.model(name=name, slug=slug, kind=kind, bot=bot)
        _apply(tool, {**self.usual(kind), **(settings or {})})
        tool.take_token(plain)
        tool.save()
        configuration.note_addition(tool, actor=actor, kind=kind, slug=slug)
        return tool, plain

    @transaction.atomic
    def set_up(self, *, tool: T, actor: User | None, settings: Mapping[str, Any]) -> T:
        """Change how a tool is heard."""
        _check_right(actor)
        before = configuration.picture_of(self.model._default_manager.get(pk=tool.pk))
        _apply(tool, settings)
        tool.save()
        configuration.note_change(tool, before=before, actor=actor)
        return tool

    @transaction.atomic
    def rotate(self, *, tool: T, actor: User | None) -> str:
        """Give it a new token, returned this once; the old one is worth nothing from now on."""
        _check_right(actor)
        plain = tokens.new_token()
        tool.save(update_fields=tool.take_token(plain))
        events.publish(self.rotated, tool, actor=actor)
        return plain


def _check_right(actor: User | None) -> None:
    # Nobody is the operator at the machine's own command line.
    if actor is not None and not actor.has_perm("monitoring.edit"):
        raise NotAllowed(_("You may not connect tools."))


def _apply(tool: Tool, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        setattr(tool, name, value)
    try:
        tool.clean()
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(sentences[0], field=field) from None


def _free_username(stem: str) -> str:
    taken = set(User.objects.filter(username__istartswith=stem).values_list("username", flat=True))
    numbered = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(each for each in numbered if each not in taken)
