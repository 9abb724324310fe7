"""Where the embedded engines live; the same answer in every process of a checkout."""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 100  # the kernel takes 107 bytes; some room for what engines append
POSTGRES_SOCKET = ".s.PGSQL.5432"
DATABASE = "itsm"


@dataclass(frozen=True)
class Places:
    """The directories of one installation."""

    data: Path
    engines: Path
    sockets: Path

    @property
    def run(self) -> Path:
        """Where the pid files are."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        """Where children write what they have to say."""
        return self.data / "log"

    @property
    def database_url(self) -> str:
        return f"postgresql://{DATABASE}@/{DATABASE}?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets / 'valkey.sock'}?db=0"

    def pid_file(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def make(self) -> None:
        """Create what is kept, closed to others except for the engines' way through."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700 if engine_owner() is None else 0o711)
        for directory in (self.run, self.logs):
            directory.mkdir(mode=0o700, exist_ok=True)


def places(data_dir: Path) -> Places:
    """The places of the installation whose data directory this is."""
    data = data_dir.resolve()
    key = hashlib.sha256(str(data).encode()).hexdigest()[:10]
    owner = engine_owner()
    engines = data / "engines"
    # Not the data directory itself, which opens itself up when it is made.
    if owner is not None and not can_enter(data.parent, owner):
        engines = Path("/var/lib/itsm") / key
    sockets = engines / "sockets"
    if len(str(sockets / POSTGRES_SOCKET)) > SOCKET_PATH_LIMIT:
        sockets = Path(tempfile.gettempdir()) / f"itsm-{os.getuid()}-{key}"
    return Places(data=data, engines=engines, sockets=sockets)


def engine_owner() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as: nobody else than us, unless we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit(
        "PostgreSQL refuses to run as root and there is no user named nobody: run as another user."
    )


def can_enter(path: Path, owner: pwd.struct_passwd) -> bool:
    """Whether this user may walk down to a path, as far as the path exists."""
    return all(_may_pass(each.stat(), owner) for each in (path, *path.parents) if each.exists())


def _may_pass(status: os.stat_result, owner: pwd.struct_passwd) -> bool:
    if status.st_uid == owner.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == owner.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
