"""A company with three weeks of history, for trying the product out."""

from itsm.dashboard.demo.building import build

__all__ = ["build"]
