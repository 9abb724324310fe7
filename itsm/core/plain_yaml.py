"""YAML as people write it by hand: no tags, no aliases, every mistake told with its line."""

from typing import Any

import yaml
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.core.fields import UNSTORABLE

LONGEST = 64 * 1024


class _Plain(yaml.SafeLoader):
    """Builds only what JSON knows, and nothing twice: aliases could grow without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, "aliases are not read", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 its own signature
        names = [key.value for key, _value in node.value]
        for key, _value in node.value:
            if names.count(key.value) > 1:
                why = f"{key.value!r} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, why, key.start_mark)
        return super().construct_mapping(node, deep=deep)


# Days and instants stay the texts they are; JSON knows no others.
_Plain.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str, *, field: str, longest: int = LONGEST) -> Any:
    """The value of a text; Invalid names the line that is wrong."""
    if len(text) > longest:
        raise Invalid(_("Use at most %(most)d characters.") % {"most": longest}, field=field)
    if UNSTORABLE.search(text):
        raise Invalid(_("Take out the characters that cannot be stored."), field=field)
    try:
        return yaml.load(text, Loader=_Plain)  # noqa: S506 a safe loader that reads less
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = {"line": mark.line + 1 if mark else 1, "why": error.problem or error.context or ""}
        raise Invalid(_("Line %(line)d: %(why)s.") % told, field=field) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(
            _("This is not YAML: %(why)s.") % {"why": str(error)[:200]}, field=field
        ) from None
