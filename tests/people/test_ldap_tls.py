"""Signing in over StartTLS with a real directory, and what is heard on the way there."""

import datetime
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from itsm.people import limits
from itsm.people.models import LdapDirectory, User
from itsm.people.roles import Role
from tests.programs import needs, where

pytestmark = [pytest.mark.django_db, needs("slapd", "slapadd")]

SUFFIX = "dc=example,dc=test"
READER, READERS_PASSWORD = f"cn=reader,{SUFFIX}", "reader-secret"
PASSWORD = "gina-password"
START_TLS = b"1.3.6.1.4.1.1466.20037"
SCHEMAS = Path("/etc/ldap/schema")
PATIENCE = 20  # s
SETTINGS = """
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
pidfile {shelf}/slapd.pid
{tls}
database ldif
suffix "{suffix}"
directory {shelf}/data
rootdn "{reader}"
rootpw {password}
"""
ENTRIES = f"""
dn: {SUFFIX}
objectClass: domain
dc: example

dn: uid=gina,{SUFFIX}
objectClass: inetOrgPerson
uid: gina
cn: Gina Gold
sn: Gold
mail: gina@example.test
departmentNumber: it-staff
userPassword: {PASSWORD}
"""


def name_of(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, words)])


class Authority:
    """Somebody who signs certificates."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = name_of("An authority")
        self.certificate = self.signed(self.name, self.key, is_authority=True)

    def signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool
    ) -> str:
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    def write_for_localhost(self, shelf: Path) -> str:
        """A key and a certificate as files, and the lines by which a directory finds them."""
        key = ec.generate_private_key(ec.SECP256R1())
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (shelf / "key.pem").write_bytes(secret)
        (shelf / "it.pem").write_text(self.signed(name_of("localhost"), key, is_authority=False))
        return f"TLSCertificateFile {shelf}/it.pem\nTLSCertificateKeyFile {shelf}/key.pem"


class Eavesdropper:
    """Passes everything on to a port, and remembers what clients said."""

    def __init__(self, port: int) -> None:
        self.heard = bytearray()
        self._to = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                for pair in ((client, server, self.heard), (server, client, bytearray())):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, heard: bytearray) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                heard += said
                target.sendall(said)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def a_directory(shelf: Path, tls: str) -> tuple[subprocess.Popen[bytes], int]:
    """A directory that knows one person, and the port it answers at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (shelf / "data").mkdir()
    words = {"suffix": SUFFIX, "reader": READER, "password": READERS_PASSWORD}
    settings = SETTINGS.format(shelf=shelf, schemas=SCHEMAS, tls=tls, **words)
    (shelf / "slapd.conf").write_text(settings)
    (shelf / "entries.ldif").write_text(ENTRIES)
    with_settings = ["-f", str(shelf / "slapd.conf")]
    fill = [where("slapadd"), *with_settings, "-l", str(shelf / "entries.ldif")]
    subprocess.run(fill, check=True, capture_output=True, timeout=PATIENCE)
    command = [where("slapd"), *with_settings, "-h", f"ldap://127.0.0.1:{port}"]
    process = subprocess.Popen([*command, "-d", "0"], stderr=subprocess.DEVNULL)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
            return process, port
        time.sleep(0.02)
    process.kill()
    raise AssertionError("The directory did not start.")


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture(params=["with TLS"])
def line(
    request: pytest.FixtureRequest, tmp_path: Path, authority: Authority
) -> Iterator[Eavesdropper]:
    tls = authority.write_for_localhost(tmp_path) if request.param == "with TLS" else ""
    process, port = a_directory(tmp_path, tls)
    limits.forget_all()
    with closing(Eavesdropper(port)) as line:
        yield line
    process.terminate()
    process.wait(PATIENCE)


def sign_in_over(line: Eavesdropper, *, trusted: Authority) -> int:
    LdapDirectory.objects.create(
        name="Example directory",
        address=f"ldap://localhost:{line.port}",
        start_tls=True,
        certificate=trusted.certificate,
        bind_dn=READER,
        bind_password=READERS_PASSWORD,
        base=SUFFIX,
        group_attribute="departmentNumber",
        roles={"it-staff": Role.AGENT},
    )
    return Client().post("/sign-in/", {"username": "gina", "password": PASSWORD}).status_code


def test_a_password_is_asked_about_behind_tls_alone(
    line: Eavesdropper, authority: Authority
) -> None:
    assert sign_in_over(line, trusted=authority) == 302

    gina = User.objects.get(username="gina")
    assert (gina.name, gina.email, gina.role) == ("Gina Gold", "gina@example.test", Role.AGENT)
    assert line.heard.count(START_TLS) == 2  # the reader's line, and hers
    assert_no_secret_in(line.heard)


def test_a_directory_that_another_authority_vouches_for_is_told_nothing(line: Eavesdropper) -> None:
    assert sign_in_over(line, trusted=Authority()) == 422

    assert START_TLS in line.heard
    assert_no_secret_in(line.heard)
    assert not User.objects.exists()


@pytest.mark.parametrize("line", ["without TLS"], indirect=True)
def test_a_directory_without_tls_is_told_nothing(line: Eavesdropper, authority: Authority) -> None:
    assert sign_in_over(line, trusted=authority) == 422

    assert START_TLS in line.heard
    assert_no_secret_in(line.heard)


def assert_no_secret_in(heard: bytearray) -> None:
    for secret in (PASSWORD, READERS_PASSWORD, READER):
        assert secret.encode() not in heard
