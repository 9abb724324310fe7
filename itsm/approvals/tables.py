"""What leave can be asked for by decision tables, each named by the room that asks."""

from typing import Any

from itsm.core.registry import Registry

tables: Registry[Any] = Registry("decision table")
