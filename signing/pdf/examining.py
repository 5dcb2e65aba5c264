"""Read a seal. Runs in the child process."""

from __future__ import annotations

import io
import re
from typing import Any

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko_certvalidator import ValidationContext

from signing.pdf.seal import TRAIL_HEAD, TRAIL_SEQ, TRANSACTION
from verification.confinement import Result

HEX = re.compile(
    rb"<[0-9A-F]+>"
)  # lower case would be the same number, not the same file
SHA256 = {"algorithm": "sha256"}


def examine(source: bytes, options: dict[str, Any]) -> Result:
    answer: dict[str, Any] = {
        "is_sealed": False,
        "is_untouched": False,
        "covers_whole_file": False,
        "sealed_at": None,
        "sealed_by": "",
        "is_trusted": False,
        "problems": [],
    }
    try:
        reader = PdfFileReader(io.BytesIO(source), strict=False)
        answer |= information(reader)
        signatures = list(reader.embedded_signatures)
    # pyHanko meets damaged files with whatever its line of code raises.
    except Exception:  # noqa: BLE001
        answer |= {"transaction_id": "", "trail_seq": None, "trail_head": ""}
        return Result(answer | {"problems": ["unreadable"]})
    if not signatures:
        lost = bool(answer["transaction_id"]) or b"/CountersignTransaction" in source
        return Result(answer | {"problems": ["seal_removed" if lost else "not_sealed"]})
    is_ours = bool(answer["transaction_id"])
    return Result(answer | judge(source, signatures, options["roots"], is_ours))


def information(reader: PdfFileReader) -> dict[str, Any]:
    trailer = reader.trailer  # its get() does not follow references
    info = trailer["/Info"] if "/Info" in trailer else {}  # noqa: SIM401
    seq = str(info.get(TRAIL_SEQ, ""))
    return {
        "transaction_id": str(info.get(TRANSACTION, "")),
        "trail_seq": int(seq) if seq.isascii() and seq.isdigit() else None,
        "trail_head": str(info.get(TRAIL_HEAD, "")),
    }


def judge(
    source: bytes,
    signatures: list[EmbeddedPdfSignature],
    roots: list[str],
    is_ours: bool,
) -> dict[str, Any]:
    seal = signatures[0]
    problems = ["several_signatures"] if len(signatures) > 1 else []
    try:
        whole = covers(source, seal)
        status = validate_pdf_signature(seal, context(roots))
        intact = status.intact and status.valid
        intact = intact and (is_as_written(seal) or not is_ours)
    # A changed signature breaks pyHanko in whatever line of code reads it.
    except Exception:  # noqa: BLE001
        return {"is_sealed": True, "problems": [*problems, "changed"]}
    whole = whole and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not intact:
        problems.append("changed")
    elif not whole:
        problems.append("appended")
    if seal.docmdp_level != MDPPerm.NO_CHANGES:
        problems.append("not_certified")
    if not status.trusted:
        problems.append("not_trusted")
    return {
        "is_sealed": True,
        "is_untouched": intact and whole,
        "covers_whole_file": whole,
        "sealed_at": sealed_at(status),
        "sealed_by": status.signing_cert.subject.native.get("common_name", ""),
        "is_trusted": bool(status.trusted),
        "problems": problems,
    }


def covers(source: bytes, seal: EmbeddedPdfSignature) -> bool:
    """Tell whether everything but the signature itself is signed, to the last byte."""
    start, first, second, length = (int(value) for value in seal.byte_range)
    gap = source[first:second]
    return (
        start == 0 and second + length == len(source) and HEX.fullmatch(gap) is not None
    )


def is_as_written(seal: EmbeddedPdfSignature) -> bool:
    """Tell whether the signature is, byte for byte, what our seal() writes.

    Its wrapping lies under no signature, and readers forgive changes there.
    They do no harm, but a changed byte is a changed byte.
    """
    contents = bytes(seal.pkcs7_content)
    signed = cms.ContentInfo.load(contents)["content"]
    (signer,) = signed["signer_infos"]
    fields = {
        "version": "v1",
        "sid": signer["sid"],
        "digest_algorithm": SHA256,
        "signed_attrs": signer["signed_attrs"],
        "signature_algorithm": {
            "algorithm": signer["signature_algorithm"]["algorithm"].native
        },
        "signature": signer["signature"].native,
    }
    if signer["unsigned_attrs"].native:
        fields["unsigned_attrs"] = signer["unsigned_attrs"]
    content = {
        "version": "v1",
        "digest_algorithms": [SHA256],
        "encap_content_info": {"content_type": "data"},
        "certificates": signed["certificates"],
        "signer_infos": [cms.SignerInfo(fields)],
    }
    written = cms.ContentInfo(
        {"content_type": "signed_data", "content": cms.SignedData(content)}
    ).dump(force=True)
    return contents.startswith(written) and not any(contents[len(written) :])


def context(roots: list[str]) -> ValidationContext:
    trusted = [x509.Certificate.load(pem.unarmor(root.encode())[2]) for root in roots]
    return ValidationContext(
        trust_roots=trusted, allow_fetching=False, revocation_mode="soft-fail"
    )


def sealed_at(status: PdfSignatureStatus) -> str | None:
    stamp = status.timestamp_validity
    at = stamp.timestamp if stamp is not None else status.signer_reported_dt
    return at.isoformat() if at is not None else None
