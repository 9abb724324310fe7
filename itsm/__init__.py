"""Steady. Every entry point imports this package first."""

import gc
import sys
from importlib import import_module

# Loading leaves no rubbish, and looking for some takes an eighth of the time. Who has loaded
# what it needs looks again.
gc.disable()


def _keep_our_requests_from_rest_framework() -> None:
    """Let rest_framework find no library named ``requests``, since ours of that name is an app.

    Its compat module probes ``import requests`` and would take the app for the HTTP library, and
    then neither its test client nor drf-spectacular could be imported.
    """
    sys.modules["requests"] = None  # type: ignore[assignment]
    import_module("rest_framework.compat")
    del sys.modules["requests"]


if "rest_framework.compat" not in sys.modules:
    _keep_our_requests_from_rest_framework()

# Tasks find their app only when it was made before they are called.
import_module("itsm.celery")
