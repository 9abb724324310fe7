"""The three programs of the product as children: web, worker and beat."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from itsm.core.supervision.children import Child
from itsm.core.supervision.places import Places

ROOT = Path(__file__).resolve().parents[3]
CELERY = (sys.executable, "-m", "celery", "-A", "itsm", "--workdir", ".")


def listening_socket(host: str, *, port: int, tries: int) -> socket.socket:
    """A socket that listens on the first free port from this one on.

    It is bound here and handed to the web server: between looking for a free port and binding it,
    another checkout could take it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + tries):
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen(2048)
        except OSError as error:
            listening.close()
            problem = error
        else:
            return listening
    raise SystemExit(
        f"Port {port} on {host} cannot be used ({problem.strerror}): stop what listens there,"
        " or set PORT and HOST."
    )


def web(
    places: Places, *, listening: socket.socket, workers: int, environment: dict[str, str]
) -> Child:
    """The web server, which takes over a socket that listens already."""
    command = [sys.executable, "-m", "itsm.core.supervision.serving", "itsm.asgi:application"]
    # Kept for as long as we run, for the web server of every restart.
    descriptor = listening.detach()
    command += ["--fd", str(descriptor), "--workers", str(workers)]
    command += ["--no-access-log", "--no-server-header", "--log-level", "warning"]
    command += ["--no-proxy-headers"]
    command += ["--timeout-graceful-shutdown", "5", "--timeout-keep-alive", "15"]
    command += ["--ws-ping-interval", "20", "--ws-max-size", "65536", "--lifespan", "on"]
    numbers = places.run / "metrics"
    numbers.mkdir(exist_ok=True)
    for each in numbers.iterdir():
        each.unlink()
    return _child(
        "web",
        command,
        places=places,
        environment=environment | {"PROMETHEUS_MULTIPROC_DIR": str(numbers)},
        keep_open=(descriptor,),
    )


def worker(places: Places, *, threads: int, environment: dict[str, str]) -> Child:
    """The Celery worker, in threads: four processes would need 200 MB more."""
    command = [*CELERY, "worker", "--pool", "threads", "--concurrency", str(threads)]
    command += ["--loglevel", "WARNING", "--without-mingle", "--without-gossip"]
    return _celery("worker", command, places=places, environment=environment)


def beat(places: Places, *, environment: dict[str, str]) -> Child:
    """The clock that rings every few seconds."""
    command = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile", ""]
    return _celery("beat", command, places=places, environment=environment)


def _celery(name: str, command: list[str], *, places: Places, environment: dict[str, str]) -> Child:
    # Checking the whole system at every start takes a second, and finds what `make check` finds.
    unchecked = environment | {"CELERY_SKIP_CHECKS": "1"}
    return _child(name, command, places=places, environment=unchecked)


def run_command(name: str, *, port: int) -> None:
    """Run one of our commands to its end, as the programs will run."""
    subprocess.run(  # noqa: S603 a command of our own
        [sys.executable, "manage.py", name],
        cwd=ROOT,
        env=program_environment(port=port),
        check=True,
    )


def program_environment(*, port: int) -> dict[str, str]:
    """What the programs are told: all we were told, and the port that was found."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "itsm.settings",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def _child(
    name: str,
    command: list[str],
    *,
    places: Places,
    environment: dict[str, str],
    keep_open: tuple[int, ...] = (),
) -> Child:
    return Child(
        name=name,
        command=command,
        log=places.logs / f"{name}.log",
        pid_file=places.pid_file(name),
        environment=environment,
        directory=ROOT,
        keep_open=keep_open,
    )
