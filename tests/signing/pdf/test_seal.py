from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pypdf import PdfReader, PdfWriter

from signing.pdf import examining, sample, seal
from tests.signing.pdf import corpus

# Each file is sealed, broken and read again; elliptic curves take their time.
pytestmark = pytest.mark.slow

AT = datetime(2026, 5, 14, 18, 26, 47, tzinfo=UTC)


def examine(pdf):
    return seal.examine(pdf, [corpus.seal_key().root])


def make(key, pdf=None):
    return seal.seal(
        pdf or sample.fee_schedule().pdf,
        key,
        reason="Completed",
        location="here",
        contact="pat@example.com",
        transaction_id="1",
        trail_seq=2,
        trail_head="3",
        at=AT,
    )


def flipped(pdf, place, bit=1):
    changed = bytearray(pdf)
    changed[place] ^= bit
    return bytes(changed)


def test_sealed_file_says_all():
    verdict = examine(corpus.sealed())
    assert verdict == seal.Verdict(
        is_sealed=True,
        is_untouched=True,
        covers_whole_file=True,
        sealed_at=AT,
        sealed_by="Acme Advisors",
        is_trusted=True,
        transaction_id="3f9a2c1e-7b64-4d0a-9c55-1e8d20b7a6f4",
        trail_seq=31,
        trail_head="ab" * 32,
    )
    assert verdict.is_good


def test_seal_is_certified_pades_without_permission_to_change():
    fields = PdfReader(io.BytesIO(corpus.sealed())).get_fields()
    signature = fields["Countersign"]["/V"]
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    (reference,) = signature["/Reference"]
    assert reference.get_object()["/TransformParams"]["/P"] == 1


def is_good(pdf):
    """What examine says, without a child process for each of many files."""
    pem = corpus.seal_key().root.public_bytes(serialization.Encoding.PEM).decode()
    told = examining.examine(pdf, {"roots": [pem]}).data
    return told["is_untouched"] and told["is_trusted"] and not told["problems"]


def test_one_changed_byte_is_found():
    sealed = corpus.sealed()
    assert is_good(sealed)
    assert not examine(flipped(sealed, len(sealed) // 2)).is_good
    places = range(0, len(sealed), len(sealed) // 150)
    assert not [place for place in places if is_good(flipped(sealed, place))]


@pytest.mark.parametrize("bit", [1, 0x20])
def test_changed_byte_in_the_signature_itself_is_found(bit):
    """Also in the certificates, in the case of a digit and in the empty room."""
    sealed = corpus.sealed()
    start = sealed.index(b"/Contents <") + 9
    places = range(start, sealed.index(b">", start) + 1, 41)
    assert not [place for place in places if is_good(flipped(sealed, place, bit))]


def test_changed_trail_head_is_found():
    changed = corpus.sealed().replace(b"ab" * 32, b"ac" * 32)
    assert changed != corpus.sealed()
    assert "changed" in examine(changed).problems


def test_appended_update_is_found():
    sealed = corpus.sealed()
    reader = PdfReader(io.BytesIO(sealed))
    writer = PdfWriter(io.BytesIO(sealed), incremental=True)
    writer.pages[0].merge_page(reader.pages[3])
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed[:1000])
    verdict = examine(out.getvalue())
    assert verdict.is_sealed
    assert not verdict.is_untouched
    assert "appended" in verdict.problems


@pytest.mark.parametrize("tail", [b"\n", b"%", b"\n%%EOF\n", bytes(4096)])
def test_anything_after_the_end_is_found(tail):
    verdict = examine(corpus.sealed() + tail)
    assert not verdict.is_untouched
    assert not verdict.covers_whole_file


def test_shadow_that_replaces_the_pages_is_found():
    """The attack: a second body and catalog behind the seal, which readers show."""
    sealed = corpus.sealed()
    last = int(re.findall(rb"startxref\s+(\d+)", sealed)[-1])
    size = len(PdfReader(io.BytesIO(sealed)).xref[0]) + 50
    body = b"\n%d 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n" % size
    start = len(sealed) + len(body)
    shadow = sealed + body
    shadow += b"xref\n%d 1\n%010d 00000 n \n" % (size, len(sealed) + 1)
    shadow += b"trailer<</Size %d/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        size + 1,
        last,
        start,
    )
    assert not examine(shadow).is_good


def test_range_that_leaves_room_for_more_is_found():
    sealed = corpus.sealed()
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", sealed)
    first, second, length = (int(value) for value in found.groups())
    hole = sealed[:second] + b" " * 50 + sealed[second:]
    old = found.group(0)
    new = b"/ByteRange [0 %d %d %d" % (first, second + 50, length)
    hole = hole.replace(old, new.ljust(len(old))[: len(old)])
    assert not examine(hole).is_good


def test_removed_seal_is_found():
    writer = PdfWriter(clone_from=io.BytesIO(corpus.sealed()))
    del writer.root_object["/AcroForm"]
    verdict = examine(corpus.written(writer))
    assert not verdict.is_sealed
    assert verdict.problems == ("seal_removed",)
    assert verdict.transaction_id


def test_file_cut_back_to_before_the_seal_is_not_sealed():
    sealed = corpus.sealed()
    cut = sealed[: sealed.index(b"%%EOF") + 6]
    assert examine(cut).problems == ("not_sealed",)


def test_seal_of_a_stranger_with_the_same_name_is_not_trusted():
    forged = make(seal.make_key("Acme Advisors"))
    verdict = examine(forged)
    assert verdict.is_untouched
    assert not verdict.is_trusted
    assert verdict.problems == ("not_trusted",)


def test_second_seal_is_found():
    writer = seal.IncrementalPdfFileWriter(io.BytesIO(sample.fee_schedule().pdf))
    out = io.BytesIO()
    metadata = seal.signers.PdfSignatureMetadata(
        field_name="Other", md_algorithm="sha256"
    )
    seal.signers.sign_pdf(writer, metadata, signer=corpus.seal_key().signer, output=out)
    verdict = examine(out.getvalue())
    assert "not_certified" in verdict.problems


@pytest.mark.parametrize("junk", [b"", b"hello", b"%PDF-1.7\n%%EOF"])
def test_junk_is_unreadable(junk):
    assert examine(junk).problems == ("unreadable",)


def test_every_problem_has_words():
    assert all(str(words).endswith(".") for words in seal.PROBLEMS.values())


def test_key_survives_pem_and_is_decoded_once():
    pem = corpus.seal_key().to_pem()
    again = seal.SealKey.from_pem(pem)
    assert again is seal.SealKey.from_pem(pem)
    assert again.certificate == corpus.seal_key().certificate
    assert examine(make(again)).is_good


def test_certificates_alone_hold_no_key():
    assert b"PRIVATE" not in corpus.seal_key().certificates_pem()


def rsa_key(bits=2048):
    key = rsa.generate_private_key(65537, bits)
    name = seal.named("Bought at a trust center")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(seal.usage(authority=False), critical=True)
    )
    return key, builder.sign(key, hashes.SHA256())


def packed(key, certificate, passphrase=b"open sesame"):
    encryption = serialization.BestAvailableEncryption(passphrase)
    return pkcs12.serialize_key_and_certificates(
        b"k", key, certificate, None, encryption
    )


def test_own_rsa_key_from_a_file_seals():
    key = seal.load_pkcs12(packed(*rsa_key()), b"open sesame")
    verdict = seal.examine(make(key), [key.root])
    assert verdict.is_good
    assert verdict.sealed_by == "Bought at a trust center"


def test_wrong_passphrase_and_weak_key_are_refused():
    with pytest.raises(seal.BadKey):
        seal.load_pkcs12(packed(*rsa_key()), b"wrong")
    with pytest.raises(seal.BadKey):
        seal.load_pkcs12(b"junk", b"")
    with pytest.raises(seal.BadKey):
        seal.load_pkcs12(packed(*rsa_key(1024)), b"open sesame")


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="needs poppler-utils")
@pytest.mark.skipif(not shutil.which("certutil"), reason="needs libnss3-tools")
def test_pdfsig_calls_the_seal_valid_and_trusted(tmp_path):
    sealed, root, store = tmp_path / "s.pdf", tmp_path / "root.pem", tmp_path / "nss"
    store.mkdir()
    sealed.write_bytes(corpus.sealed())
    root.write_bytes(corpus.seal_key().root.public_bytes(serialization.Encoding.PEM))
    database = f"sql:{store}"
    for command in (
        ["certutil", "-N", "-d", database, "--empty-password"],
        ["certutil", "-A", "-d", database, "-n", "r", "-t", "C,C,C", "-i", str(root)],
    ):
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    told = subprocess.run(  # noqa: S603
        ["pdfsig", "-nssdir", database, str(sealed)],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Signature is Valid." in told
    assert "Certificate is Trusted." in told
    assert "Total document signed" in told
