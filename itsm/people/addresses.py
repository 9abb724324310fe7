"""The addresses of our own pages as mail and other systems must have them, whole."""

from django.conf import settings
from django.urls import reverse


def address(name: str, *args: object) -> str:
    """The address of the page of this name, with host and all."""
    return f"{settings.BASE_URL}{reverse(name, args=args)}"
