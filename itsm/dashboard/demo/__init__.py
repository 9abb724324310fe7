"""A company with eight weeks of history, for trying the product out."""

from itsm.dashboard.demo.building import build, change_password

__all__ = ["build", "change_password"]
