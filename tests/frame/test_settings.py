"""A wrong value stops the start with one sentence that says what to change (P42)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from itsm.env import (
    Environment,
    broker_address,
    database_settings,
    email_settings,
    port_noted_in,
)
from tests.frame.installation import OURS, ROOT

GOOD_KEY = "kD8vL2pQ9xZr5tWm7nBc4jHf6gYs3aUe1oIiXwTzRqVbNlMkJhGd"


def started_with(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return subprocess.run(
        [sys.executable, "-c", "from itsm import settings; print(settings.BASE_URL)"],
        cwd=ROOT,
        env=inherited | {"DATA_DIR": str(tmp_path)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


# Each is a start with values that are wrong, and the sentences it ends with.
WRONG: dict[str, tuple[dict[str, str], list[str]]] = {
    "addresses": (
        {
            "PORT": "http",
            "DEBUG": "maybe",
            "DATABASE_URL": "mysql://x/y",
            "REDIS_URL": "localhost:6379",
            "EMAIL_URL": "mail.example.com",
            "SECRET_KEY": "short",
            "ALLOWED_HOSTS": "https://a.example",
        },
        [
            "PORT is 'http': set it to a whole number from 0 to 65535.",
            "DEBUG is 'maybe': set it to 1 or 0.",
            "DATABASE_URL is not an address we understand",
            "REDIS_URL is not an address we understand",
            "EMAIL_URL is not an address we understand",
            "SECRET_KEY is too short or too simple",
            "ALLOWED_HOSTS has 'https://a.example'",
        ],
    ),
    "words it does not know": (
        {"LOG_LEVEL": "LOUD", "TRUSTED_PROXIES": "10.0.0.0/8,10.0.0.1/8,proxy"},
        [
            "LOG_LEVEL is 'LOUD': set it to DEBUG, INFO, WARNING or ERROR.",
            "TRUSTED_PROXIES has '10.0.0.1/8': give addresses and networks",
            "TRUSTED_PROXIES has 'proxy': give addresses and networks",
        ],
    ),
    "an example": ({"SECRET_KEY": f"change-me-{GOOD_KEY}"}, ["SECRET_KEY is an example"]),
    "no file": (
        {"SECRET_KEY_FILE": "/nowhere"},
        ["SECRET_KEY_FILE names '/nowhere', which cannot be read"],
    ),
    "no directory": (
        {"DATA_DIR": "/proc/nowhere"},
        ["DATA_DIR is '/proc/nowhere', which cannot be written"],
    ),
    "a device": ({"DATA_DIR": "/dev/null"}, ["DATA_DIR is '/dev/null', which cannot be written"]),
    "no key": ({"HOST": "0.0.0.0"}, ["SECRET_KEY is missing"]),
    "a demo for all": (
        {"BASE_URL": "https://steady.example.com", "SECRET_KEY": GOOD_KEY, "DEMO": "1"},
        ["DEMO is 1 on a public address"],
    ),
}


@pytest.mark.parametrize(("variables", "sentences"), WRONG.values(), ids=WRONG)
def test_wrong_values_stop_the_start_and_all_are_named_at_once(
    tmp_path: Path, variables: dict[str, str], sentences: list[str]
):
    answer = started_with(tmp_path, **variables)

    assert answer.returncode == 1
    assert [each for each in sentences if each not in answer.stderr] == []
    assert len(answer.stderr.splitlines()) == len(sentences) + 1
    assert "Traceback" not in answer.stderr


def test_on_ones_own_machine_a_secret_key_is_made_once_and_kept_private(tmp_path: Path):
    started_with(tmp_path)
    first = (tmp_path / "secret_key").read_text()
    started_with(tmp_path)

    assert (tmp_path / "secret_key").read_text() == first
    assert len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_secret_may_come_from_a_file(tmp_path: Path):
    path = tmp_path / "key"
    path.write_text(f"{GOOD_KEY}\n")

    answer = started_with(
        tmp_path, BASE_URL="https://steady.example.com", SECRET_KEY_FILE=str(path)
    )

    assert answer.stdout == "https://steady.example.com\n"


def test_addresses_of_engines_are_read_in_full():
    env = Environment(
        {
            "DATABASE_URL": "postgresql://it%40sm:s%2Fecret@db:5433/steady?sslmode=require",
            "SOCKET": "postgresql://itsm@/itsm?host=/run/pg",
            "REDIS_URL": "unix:///run/valkey.sock?db=2",
            "EMAIL_URL": "smtp+tls://user:pass%21@mail:2525",
        }
    )
    by_name = env.address("DATABASE_URL", default="", schemes=("postgresql",))
    by_socket = env.address("SOCKET", default="", schemes=("postgresql",))
    database = database_settings(by_name, pool=0)
    socket = database_settings(by_socket, pool=0)
    email = email_settings(env.address("EMAIL_URL", default="", schemes=("smtp+tls",)))
    broker = broker_address(env.address("REDIS_URL", default="", schemes=("unix",)))

    assert (database["USER"], database["PASSWORD"]) == ("it@sm", "s/ecret")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", "5433", "steady")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert (socket["HOST"], socket["NAME"]) == ("/run/pg", "itsm")
    assert not {"host", "port"} & set(socket["OPTIONS"])
    assert (email["EMAIL_HOST_PASSWORD"], email["EMAIL_PORT"]) == ("pass!", 2525)
    assert email["EMAIL_USE_TLS"]
    assert broker == "redis+socket:///run/valkey.sock?virtual_host=2"


def test_host_names_are_taken_as_they_stand(tmp_path: Path):
    hosts = "*, .example.org, desk.example.org, [::1],127.0.0.1"

    assert started_with(tmp_path, ALLOWED_HOSTS=hosts).returncode == 0


def test_a_command_speaks_of_the_port_the_running_installation_took(tmp_path: Path):
    note = tmp_path / "up.lock"

    assert port_noted_in(note, default=8000) == 8000
    note.write_text("http://127.0.0.1:8003")
    assert port_noted_in(note, default=8000) == 8003
    note.write_text("https://desk.example.org")
    assert port_noted_in(note, default=8000) == 8000
