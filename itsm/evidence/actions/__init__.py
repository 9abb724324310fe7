"""What is done about evidence."""

from itsm.evidence.actions.hearing import LOG_SOURCES, forget_old_lines, take_in
from itsm.evidence.actions.packing import ask_for_pack, make_pack
from itsm.evidence.actions.trying import Tried, try_queries

__all__ = [
    "LOG_SOURCES",
    "Tried",
    "ask_for_pack",
    "forget_old_lines",
    "make_pack",
    "take_in",
    "try_queries",
]
