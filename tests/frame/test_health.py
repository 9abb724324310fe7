"""Probes, headers and log lines of every answer (P16, P26)."""

import logging
import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from itsm.core import health, heartbeats
from itsm.core.logging import masked
from itsm.core.models import Heartbeat
from itsm.people.models import User

POLICY = re.compile(
    r"default-src 'self'; script-src 'nonce-([\w-]{20,})' 'strict-dynamic'; object-src 'none'; "
    r"base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
    r"require-trusted-types-for 'script'"
)


def nonce_of(answer: HttpResponseBase) -> str:
    """The nonce in the policy, which must be ours to the letter."""
    policy = POLICY.fullmatch(answer["Content-Security-Policy"])
    assert policy, answer["Content-Security-Policy"]
    return policy[1]


def test_a_living_process_says_so_under_whatever_name_it_is_asked(client: Client):
    answer = client.get("/healthz", headers={"Host": "10.0.0.7:8000"})

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_readiness_names_every_part(client: Client, db: None):
    heartbeats.beat("worker", "beat", "sweep")

    parts = client.get("/readyz").json()["parts"]

    assert set(parts) == {
        *("database", "valkey", "migrations", "deliveries", "worker", "beat", "sweep"),
    }
    assert all(part["ok"] for part in parts.values())


def test_a_silent_worker_shows_but_does_not_take_the_web_server_out(client: Client, db: None):
    heartbeats.beat("worker", "beat", "sweep")
    Heartbeat.objects.filter(part="worker").update(heard_at=timezone.now() - timedelta(minutes=5))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["worker"]["ok"] is False


def test_prometheus_reads_what_is_owed_and_how_requests_went(client: Client, db: None):
    client.get("/healthz")

    text = client.get("/metrics", headers={"Host": "127.0.0.1:8000"}).content.decode()

    assert "steady_oldest_owed_delivery_seconds 0.0" in text
    assert "steady_dead_letters 0.0" in text
    assert 'steady_http_requests_total{method="GET",status="200"}' in text
    assert "steady_http_request_seconds_bucket" in text


@pytest.mark.parametrize(
    ("address", "host"), [("192.0.2.7", "127.0.0.1:8000"), ("127.0.0.1", "steady.example.com")]
)
def test_nobody_reads_the_numbers_from_elsewhere_without_the_token(
    client: Client, address: str, host: str
):
    answer = client.get("/metrics", REMOTE_ADDR=address, headers={"Host": host})

    assert answer.status_code == 403


def test_the_token_opens_the_numbers_from_anywhere_and_another_does_not(
    client: Client, db: None, settings
):
    settings.METRICS_TOKEN = "a-token-of-prometheus"

    right = client.get(
        "/metrics",
        REMOTE_ADDR="192.0.2.7",
        headers={"Authorization": "Bearer a-token-of-prometheus"},
    )
    wrong = client.get("/metrics", headers={"Authorization": "Bearer another"})

    assert (right.status_code, wrong.status_code) == (200, 403)


@pytest.mark.parametrize(
    "path", ["/healthz", "/sign-in/", "/admin/login/", "/nowhere/", "/api/v1/"]
)
def test_every_answer_runs_only_scripts_with_its_nonce(client: Client, db: None, path: str):
    first, second = client.get(path), client.get(path)

    assert nonce_of(first) != nonce_of(second)
    assert first["X-Content-Type-Options"] == "nosniff"
    assert first["Referrer-Policy"] == "same-origin"
    assert "camera=()" in first["Permissions-Policy"]


def test_scripts_of_the_admin_carry_the_nonce(client: Client, dana: User):
    client.force_login(dana)

    answer = client.get("/admin/people/team/add/")

    nonce = nonce_of(answer)
    scripts = re.findall(r"<script\b[^>]*src=[^>]*>", answer.content.decode())
    assert scripts
    assert [script for script in scripts if f'nonce="{nonce}"' not in script] == []


def test_a_sane_request_id_is_echoed_and_any_other_replaced(client: Client):
    sane = client.get("/healthz", headers={"X-Request-ID": "build-42"})
    other = client.get("/healthz", headers={"X-Request-ID": "two words\n"})

    assert sane["X-Request-ID"] == "build-42"
    assert re.fullmatch(r"[0-9a-f]{32}", other["X-Request-ID"])


def test_a_database_that_is_away_is_answered_with_503(client: Client, monkeypatch):
    def lose_the_connection(_request: object) -> None:
        raise OperationalError("the connection is lost")

    client.raise_request_exception = False
    monkeypatch.setitem(health.PROBES, "/probe", lose_the_connection)

    answer = client.get("/probe")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/hooks/prom/s3cr3t/", "/hooks/prom/[masked]/"),
        ("/hooks/prom/s3cr3t", "/hooks/prom/[masked]"),
        ("/hooks/prom/", "/hooks/prom/"),
        ("/hooks/prom/?token=s3cr3t&a=1", "/hooks/prom/?token=[masked]&a=1"),
        ("/x?a=1&api_key=s3cr3t", "/x?a=1&api_key=[masked]"),
    ],
)
def test_credentials_in_addresses_are_masked_in_the_log(address: str, kept: str):
    assert masked(address) == kept


def test_the_access_log_keeps_no_token(client: Client, db: None, caplog):
    with caplog.at_level(logging.INFO):
        client.post("/hooks/prom/s3cr3t/", {}, content_type="application/json")
        client.post("/hooks/prom/?token=s3cr3t", {}, content_type="application/json")

    assert "/hooks/prom/" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_pages_are_compressed_and_the_api_keeps_its_tags(client: Client, alice: User):
    client.force_login(alice)

    page = client.get("/incidents/", headers={"Accept-Encoding": "gzip"})
    answer = client.get("/api/v1/users/me/", headers={"Accept-Encoding": "gzip"})

    assert page["Content-Encoding"] == "gzip"
    assert int(page["Content-Length"]) == len(page.content)
    assert "Content-Encoding" not in answer
