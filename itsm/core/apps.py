import gc
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

FIRST_PARTY = {"itsm", "incidents", "problems", "changes", "requests", "knowledge"}
PLUGGED_IN = (
    *("configuration", "workflow", "desk", "actions"),
    *("subscribers", "live", "panels", "verbs", "facts", "chores", "palette"),
    *("suggestions", "door", "probes", "gates", "task_keeping", "measuring", "happenings"),
)


class CoreConfig(AppConfig):
    """Loads what plugs itself in; listed last, so that every model is known by then."""

    name = "itsm.core"
    verbose_name = _("Under the bonnet")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for app in apps.get_app_configs():
            if app.name.split(".")[0] in FIRST_PARTY:
                for part in PLUGGED_IN:
                    if find_spec(f"{app.name}.{part}"):
                        import_module(f"{app.name}.{part}")
        integrations = import_module("itsm.integrations")
        for module in iter_modules(integrations.__path__):
            import_module(f"itsm.integrations.{module.name}")
        import_module("itsm.core.sealing")
        import_module("itsm.checks")
        gc.freeze()  # all this stays; see itsm/__init__.py
        gc.enable()
