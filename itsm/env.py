"""Typed readers of the environment that gather every mistake before they complain."""

import ipaddress
import os
import pwd
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from itsm.currencies import CODES

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}
_HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
EXAMPLE_WORDS = ("example", "change", "insecure", "secret", "password", "dev-only")


class Environment:
    """The variables of this process; each may also be given as a file named by ``NAME_FILE``."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.errors: list[str] = []

    def text(self, name: str, *, default: str = "") -> str:
        """The value as it stands, without surrounding blanks."""
        path = self._variables.get(f"{name}_FILE", "")
        if path:
            return self._from_file(name, path=path)
        return self._variables.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """Yes or no."""
        value = self.text(name).lower()
        if not value:
            return default
        if value not in YES | NO:
            self.refuse(f"{name} is {value!r}: set it to 1 or 0.")
        return value in YES

    def number(self, name: str, *, default: int, least: int = 0, most: int = 1_000_000) -> int:
        """A whole number within its bounds."""
        value = self.text(name)
        if not value:
            return default
        if not value.isdecimal() or not least <= int(value) <= most:
            self.refuse(f"{name} is {value!r}: set it to a whole number from {least} to {most}.")
            return default
        return int(value)

    def currency(self, name: str, *, default: str) -> str:
        """The code of a currency."""
        value = self.text(name, default=default).upper()
        if value not in CODES:
            self.refuse(f"{name} is {value!r}: set it to the code of a currency, such as EUR.")
        return value

    def names(self, name: str) -> list[str]:
        """What stands between the commas."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def hosts(self, name: str) -> list[str]:
        """Host names between commas; a leading dot stands for all below, a star for everything."""
        given = self.names(name)
        for host in given:
            if not _HOST.fullmatch(host):
                self.refuse(f"{name} has {host!r}: give host names alone, with commas between.")
        return given

    def networks(self, name: str) -> list[str]:
        """Addresses and networks between commas; a star stands for all, a path for a socket."""
        given = self.names(name)
        for network in given:
            if network != "*" and not network.startswith("/") and not is_network(network):
                self.refuse(
                    f"{name} has {network!r}: give addresses and networks, such as 10.0.0.0/8."
                )
        return given

    def level(self, name: str, *, default: str) -> str:
        """How much is logged."""
        value = self.text(name, default=default).upper()
        if value not in LEVELS:
            self.refuse(f"{name} is {value!r}: set it to {', '.join(LEVELS[:-1])} or {LEVELS[-1]}.")
            return default
        return value

    def user(self, name: str) -> str:
        """Whom programs run as; only root may choose, so only root needs to know the user."""
        value = self.text(name)
        if value and os.geteuid() == 0:
            try:
                pwd.getpwnam(value)
            except KeyError:
                self.refuse(f"{name} is {value!r}, whom this machine does not know: name a user.")
        return value

    def address(self, name: str, *, default: str, schemes: tuple[str, ...]) -> SplitResult:
        """An address whose scheme is one of those we understand."""
        value = self.text(name, default=default)
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            parts = SplitResult("", "", "", "", "")
        if parts.scheme not in schemes:
            wanted = " or ".join(f"{scheme}:" for scheme in schemes)
            self.refuse(f"{name} is not an address we understand: let it begin with {wanted}")
            return urlsplit(default)
        return parts

    def refuse(self, sentence: str) -> None:
        """Note a mistake as one sentence that says what to change."""
        self.errors.append(sentence)

    def stop_if_wrong(self) -> None:
        """End the process when anything was refused, saying all of it at once."""
        if self.errors:
            raise SystemExit("\n".join(["Steady cannot start:", *self.errors]))

    def _from_file(self, name: str, *, path: str) -> str:
        if self._variables.get(name):
            self.refuse(f"{name} and {name}_FILE are both set: unset one of them.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self.refuse(f"{name}_FILE names {path!r}, which cannot be read: correct the path.")
            return ""


def database_settings(address: SplitResult, *, pool: int) -> dict[str, Any]:
    """Django's settings for ``postgresql://user:password@host:port/name?option=value``.

    With a ``pool`` of connections, because a new one costs 4 ms, come limits, because a hanging
    statement must not hang the house. Commands have neither: a migration takes what it takes.
    """
    options: dict[str, Any] = dict(parse_qsl(address.query))
    host, port = options.pop("host", ""), options.pop("port", "")
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 4, "max_idle": 300}
        options["options"] = (
            "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
            " -c jit=off"  # compiling takes longer than any statement of ours
        )
    # Statements that come again are planned once a connection, which halves what the database does.
    ready = {"server_side_binding": True, "prepare_threshold": 3}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")) or "itsm",
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": host or address.hostname or "",
        "PORT": str(address.port or port),
        "OPTIONS": {"connect_timeout": 4} | options | ready,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }


def email_settings(address: SplitResult) -> dict[str, Any]:
    """Django's mail settings for ``smtp://``, ``smtp+tls://``, ``smtps://`` or ``console:``."""
    if address.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": address.hostname or "localhost",
        "EMAIL_PORT": address.port or {"smtps": 465, "smtp+tls": 587}.get(address.scheme, 25),
        "EMAIL_HOST_USER": unquote(address.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(address.password or ""),
        "EMAIL_USE_TLS": address.scheme == "smtp+tls",
        "EMAIL_USE_SSL": address.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def valkey_namespace(address: SplitResult) -> str:
    """What channels are named after, since publishing knows nothing of numbered databases."""
    path = "" if address.scheme == "unix" else address.path.strip("/")
    database = dict(parse_qsl(address.query)).get("db") or path or "0"
    return f"steady-{database}"


def broker_address(address: SplitResult) -> str:
    """The same Valkey as Celery's transport writes it, which differs for sockets."""
    if address.scheme != "unix":
        return address.geturl()
    options = dict(parse_qsl(address.query))
    database = options.pop("db", "0")
    return f"redis+socket://{address.path}?{urlencode({'virtual_host': database} | options)}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_network(text: str) -> bool:
    """Whether this is an address or a network; one with bits of a host set is neither."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def refuse_weak_key(env: Environment, *, key: str) -> None:
    """Refuse a secret key that somebody could guess or look up."""
    weakness = "missing"
    if key and any(word in key.lower() for word in EXAMPLE_WORDS):
        weakness = "an example"
    elif key and (len(key) < 50 or len(set(key)) < 10):
        weakness = "too short or too simple"
    elif key:
        return
    env.refuse(
        f"SECRET_KEY is {weakness}: set it to 50 or more random characters, such as"
        " `openssl rand -base64 48` prints."
    )


def port_noted_in(note: Path, *, default: int) -> int:
    """The port of the installation that runs beside this command, when it took another one."""
    try:
        return urlsplit(note.read_text(encoding="utf-8")).port or default
    except (OSError, ValueError):
        return default


@contextmanager
def data_directory(path: Path) -> Iterator[None]:
    """Make the data directory and let it be written; one sentence where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SystemExit(
            f"Steady cannot start:\nDATA_DIR is {str(path)!r}, which cannot be written"
            f" ({reason}): set it to a directory of your own."
        ) from None


def kept_secret(path: Path, *, length: int) -> str:
    """The random secret in this file, made when there is none yet."""
    with data_directory(path.parent):
        if not path.exists():
            draft = path.with_name(f"{path.name}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(length)[:length], encoding="ascii")
            try:
                # A hard link fails when another process was first; its key is then the one to use.
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii").strip()
