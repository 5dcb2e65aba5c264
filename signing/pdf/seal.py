"""Close a finished PDF with a PAdES signature, and examine one.

The seal certifies the file with DocMDP P1: no change of any kind is allowed
afterwards. What ties the file to the trail stands in its information
dictionary, inside the sealed bytes:

    /CountersignTransaction  the sign request's id
    /CountersignTrailSeq     number of the trail entry that the certificate prints
    /CountersignTrailHead    its hash
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from django.utils.translation import gettext_lazy as _
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.pdf import sandbox

YEARS = 10
FIELD = "Countersign"
# RFC 9336 and, for readers that do not know it yet, email protection.
PURPOSES = [
    ObjectIdentifier("1.3.6.1.5.5.7.3.36"),
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
]
TRANSACTION = "/CountersignTransaction"
TRAIL_SEQ = "/CountersignTrailSeq"
TRAIL_HEAD = "/CountersignTrailHead"
TSA_SECONDS = 10

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class BadKey(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The key file cannot be used for sealing."""


class NoTimestamp(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The time-stamping authority gave no time stamp: try again later."""


class HeldKeySigner(signers.SimpleSigner):
    """Sign with a key that is decoded once: RSA decodes for 80 ms each time."""

    def __init__(self, key: SealKey) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([as_asn1(other) for other in key.chain])
        super().__init__(
            signing_cert=as_asn1(key.certificate),
            signing_key=PrivateKeyInfo.load(key.to_der()),
            cert_registry=store,
            # A root in the file would lie outside the signature, and prove nothing.
            embed_roots=False,
        )
        self.held = key.key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != "sha256":
            raise BadKey(f"sealing uses SHA-256, not {digest_algorithm}")
        if isinstance(self.held, rsa.RSAPrivateKey):
            return self.held.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.held.sign(data, ec.ECDSA(hashes.SHA256()))


class DatedSigner(signers.PdfSigner):
    """Sign at a given time: the caller's clock is read once."""

    at: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:  # untyped there
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


@dataclass(frozen=True)
class SealKey:
    """A company's key, its certificate and the certificates above it."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @cached_property
    def signer(self) -> HeldKeySigner:
        return HeldKeySigner(self)

    @property
    def root(self) -> x509.Certificate:
        """The certificate to trust: the top of the chain."""
        return self.chain[-1] if self.chain else self.certificate

    def to_der(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def to_pem(self) -> bytes:
        """Return key, certificate and chain in clear: the caller encrypts."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return key + self.certificates_pem()

    def certificates_pem(self) -> bytes:
        """Return the certificate and its chain: nothing secret."""
        listed = (self.certificate, *self.chain)
        return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in listed)

    @staticmethod
    def from_pem(data: bytes) -> SealKey:
        return _from_pem(data)


@lru_cache(maxsize=32)
def _from_pem(data: bytes) -> SealKey:
    key = usable(serialization.load_pem_private_key(data, password=None))
    certificate, *chain = x509.load_pem_x509_certificates(data)
    return SealKey(key, certificate, tuple(chain))


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    der = certificate.public_bytes(serialization.Encoding.DER)
    return asn1_x509.Certificate.load(der)


def usable(key: object) -> PrivateKey:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key
    raise BadKey("sealing takes an elliptic-curve key or RSA of 2048 bits or more")


def make_key(common_name: str, *, at: datetime | None = None) -> SealKey:
    """Make a P-256 key with a certificate for ten years and a root of its own.

    The root exists because readers built on NSS (pdfsig, Okular) trust none but
    authorities. Its key signs this one certificate and is forgotten here.
    """
    at = at or datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = named(f"{common_name[:52]} seal root")
    root = unsigned(root_name, root_name, root_key.public_key(), at)
    root = root.add_extension(x509.BasicConstraints(True, 0), critical=True)
    root = root.add_extension(usage(authority=True), critical=True)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = unsigned(named(common_name[:64]), root_name, key.public_key(), at)
    leaf = leaf.add_extension(x509.BasicConstraints(False, None), critical=True)
    leaf = leaf.add_extension(usage(authority=False), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage(PURPOSES), critical=False)
    chain = (root.sign(root_key, hashes.SHA256()),)
    return SealKey(key, leaf.sign(root_key, hashes.SHA256()), chain)


def named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def unsigned(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    at: datetime,
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + timedelta(days=365 * YEARS + 3))
        .add_extension(identifier, critical=False)
    )


def usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def load_pkcs12(data: bytes, passphrase: bytes) -> SealKey:
    """Read a company's own key file (.p12, .pfx). Raises BadKey."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError as error:
        raise BadKey("the file or its passphrase is not right") from error
    if key is None or certificate is None:
        raise BadKey("the file holds no key with a certificate")
    return SealKey(usable(key), certificate, tuple(others))


def seal(
    pdf: bytes,
    key: SealKey,
    *,
    reason: str,
    location: str,
    contact: str,
    transaction_id: str,
    trail_seq: int,
    trail_head: str,
    at: datetime,
    tsa_url: str | None = None,
) -> bytes:
    """Return pdf certified against every change: PAdES B-B, B-T with a tsa_url.

    Raises NoTimestamp when the time-stamping authority does not answer.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.set_info(information(transaction_id, trail_seq, trail_head))
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        contact_info=contact,
        certify=True,
        subfilter=fields.SigSeedSubFilter.PADES,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    stamper = (
        timestamps.HTTPTimeStamper(tsa_url, timeout=TSA_SECONDS) if tsa_url else None
    )
    signer = DatedSigner(metadata, signer=key.signer, timestamper=stamper)
    signer.at = at
    out = io.BytesIO()
    # pyHanko starts an event loop; a thread of its own never has one running.
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            thread.submit(signer.sign_pdf, writer, output=out).result()
        except timestamps.TimestampRequestError as error:
            raise NoTimestamp(f"no time stamp from {tsa_url}") from error
    return out.getvalue()


def information(
    transaction_id: str, trail_seq: int, trail_head: str
) -> generic.DictionaryObject:
    entries = {
        "/Producer": "Countersign",
        TRANSACTION: transaction_id,
        TRAIL_SEQ: str(trail_seq),
        TRAIL_HEAD: trail_head,
    }
    return generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {
            generic.pdf_name(key): generic.pdf_string(text)
            for key, text in entries.items()
        }
    )


@dataclass(frozen=True)
class Verdict:
    """What a file says about its seal. problems are keys of PROBLEMS."""

    is_sealed: bool = False
    is_untouched: bool = False
    covers_whole_file: bool = False
    sealed_at: datetime | None = None
    sealed_by: str = ""
    is_trusted: bool = False
    transaction_id: str = ""
    trail_seq: int | None = None
    trail_head: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return self.is_untouched and self.is_trusted and not self.problems


PROBLEMS = {
    "unreadable": _("This is not a readable PDF, or it was changed badly."),
    "not_sealed": _("This PDF has no seal."),
    "seal_removed": _("This PDF was sealed by Countersign, and its seal was removed."),
    "changed": _("This PDF was changed after it was sealed."),
    "appended": _("Something was added to this PDF after it was sealed."),
    "several_signatures": _("This PDF has more signatures than its seal."),
    "not_certified": _("The signature of this PDF does not forbid changes."),
    "not_trusted": _("The seal was not made with a key that is known here."),
}


def examine(pdf: bytes, roots: Sequence[x509.Certificate]) -> Verdict:
    """Tell whether pdf is sealed and as it was. Parses in the child process."""
    listed = [
        root.public_bytes(serialization.Encoding.PEM).decode("ascii") for root in roots
    ]
    try:
        data = sandbox.run("examine", pdf, roots=listed).data
    except sandbox.PdfFailed:
        return Verdict(problems=("unreadable",))
    sealed_at = data.pop("sealed_at")
    return Verdict(
        sealed_at=datetime.fromisoformat(sealed_at) if sealed_at else None,
        problems=tuple(data.pop("problems")),
        **data,
    )
