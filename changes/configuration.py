"""How changes of freezes, windows and templates are told of."""

from changes.models import Board, ChangeTemplate, GatePolicy, Pipeline, Window
from itsm.core.configuration import Kind, kinds


def _services(window: Window) -> list[str]:
    return [each.name for each in window.services.order_by("name")]


def _versions(template: ChangeTemplate) -> list[str]:
    return [str(each) for each in template.versions.order_by("number")]


kinds[Board] = Kind("change_board")
kinds[Window] = Kind("change_window", parts={"services": _services})
kinds[ChangeTemplate] = Kind("change_template", parts={"versions": _versions})
kinds[Pipeline] = Kind("pipeline", added="connected")
kinds[GatePolicy] = Kind("gate_policy")
