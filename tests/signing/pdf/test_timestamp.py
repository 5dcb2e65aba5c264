from __future__ import annotations

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import keys, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.pdf import sample, seal
from tests.signing.pdf import corpus

STAMPED = datetime(2026, 5, 14, 18, 27, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority():
    key = rsa.generate_private_key(65537, 2048)
    name = seal.named("Time")
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = seal.unsigned(
        name, name, key.public_key(), datetime(2026, 1, 1, tzinfo=UTC)
    )
    builder = builder.add_extension(purpose, critical=True)
    builder = builder.add_extension(seal.usage(authority=False), critical=True)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        seal.as_asn1(builder.sign(key, hashes.SHA256())),
        keys.PrivateKeyInfo.load(der),
        certs_to_embed=SimpleCertificateStore(),
        fixed_dt=STAMPED,
    )


@pytest.fixture
def tsa_url(authority):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802 - the name the server looks for
            length = int(self.headers["Content-Length"])
            asked = tsp.TimeStampReq.load(self.rfile.read(length))
            answer = authority.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def stamped(url):
    return seal.seal(
        sample.fee_schedule().pdf,
        corpus.seal_key(),
        reason="Completed",
        location="",
        contact="",
        transaction_id="1",
        trail_seq=2,
        trail_head="3",
        at=datetime(2026, 5, 14, 18, 26, 47, tzinfo=UTC),
        tsa_url=url,
    )


def test_time_of_the_authority_counts(tsa_url):
    verdict = seal.examine(stamped(tsa_url), [corpus.seal_key().root])
    assert verdict.is_good
    assert verdict.sealed_at == STAMPED


def test_authority_that_is_away_is_said_so():
    with pytest.raises(seal.NoTimestamp):
        stamped("http://127.0.0.1:9/")
