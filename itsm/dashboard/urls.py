"""Addresses of the staff's screens and of the live updates."""

from typing import Any

urlpatterns: list[Any] = []
websocket_urlpatterns: list[Any] = []
