"""Each page's script as one file, put together from the small modules it is written in.

Fetched one by one, some fifty modules take a browser that knows none of them several round trips.
Here they become one module: each keeps a scope of its own, after those it imports from.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseStorageFinder
from django.core.files.storage import FileSystemStorage

ENTRIES = ("app", "portal", "print", "sign-in", "wall")
WRITTEN = Path(settings.BASE_DIR, "static", "js")
FOLDER = "js/bundles/"

_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"steady/([\w-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def path_of_bundle(entry: str) -> str:
    """Where a page's script is among the static files."""
    return f"{FOLDER}{entry}.js"


def bundled(entry: str, modules: Mapping[str, str]) -> str:
    """The module of this name with all it imports, as one module."""
    parts = "\n".join(_scoped(name, modules[name]) for name in _in_order(entry, modules))
    return f"const steady = {{}};\n{parts}"


def _in_order(entry: str, modules: Mapping[str, str]) -> list[str]:
    """What is imported first, as a browser runs it."""
    found: dict[str, None] = {}

    def visit(name: str, on_the_way: tuple[str, ...]) -> None:
        if name in on_the_way:
            raise ValueError(f"{' imports '.join((*on_the_way, name))}: a circle.")
        if name not in modules:
            raise ValueError(f"{on_the_way[-1]} imports {name}, which is not there.")
        for _names, needed in _IMPORT.findall(modules[name]):
            visit(needed, (*on_the_way, name))
        found[name] = None

    visit(entry, ())
    return list(found)


def _scoped(name: str, text: str) -> str:
    exported = _EXPORT.findall(text)
    body = _EXPORT.sub("", _IMPORT.sub(_from_above, text))
    if left := _LEFT.search(body):
        raise ValueError(f"{name} says {left[0]!r}, which cannot be put together.")
    given = f"return {{ {', '.join(exported)} }};\n" if exported else ""
    return f'// {name}\nsteady["{name}"] = (() => {{\n{body}{given}}})();\n'


def _from_above(found: re.Match[str]) -> str:
    names = (found[1] or "").replace(" as ", ": ").strip()
    return f'const {{ {names} }} = steady["{found[2]}"];\n' if names else ""


class BundleFinder(BaseStorageFinder):
    """Finds the scripts of the pages, put together anew when a module has changed."""

    storage = FileSystemStorage(location=settings.DATA_DIR / "bundles")

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002
        """Where the script of this path is; Django's word for nowhere is an empty list."""
        if not path.startswith(FOLDER):
            return []
        self._make()
        return super().find(path, find_all=True) if find_all else super().find(path)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Every script, as collecting them asks for it."""
        self._make()
        return super().list(ignore_patterns)

    def _make(self) -> None:
        written = sorted(WRITTEN.glob("*.js"))
        newest = max(each.stat().st_mtime_ns for each in (*written, Path(__file__)))
        for entry in ENTRIES:
            place = Path(self.storage.path(path_of_bundle(entry)))
            if place.exists() and place.stat().st_mtime_ns > newest:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            modules = {each.stem: each.read_text(encoding="utf-8") for each in written}
            # Under another name first: several processes may be at it.
            fresh = place.with_name(f".{entry}.{secrets.token_hex(4)}")
            fresh.write_text(bundled(entry, modules), encoding="utf-8")
            fresh.replace(place)
