"""Writing markup in Python: Django's own words for it, without what they do for lazy texts.

A page calls them a thousand times, and looking at each argument cost more than the work itself.
"""

import html

from django.utils.safestring import SafeString


def escape(text: object) -> str:
    """The text of anything, safe to stand between tags and in quoted attributes."""
    return html.escape(str(text))


def marked_safe(markup: str) -> SafeString:
    """Markup whose every part is known to be safe."""
    return SafeString(markup)
