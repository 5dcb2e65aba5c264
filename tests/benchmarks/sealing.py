"""Sealing per document: ten pages, one signature, certificate and seal.

Floor: pyHanko alone signs the same ten pages with a key that is loaded once.
Between them: pyHanko on the finished file, certificate included.
"""

from __future__ import annotations

import io
import time

from tests.benchmarks import figures, stage

DOCUMENTS = 8


def main() -> None:
    stage.prepare()
    from tests.benchmarks import cast  # noqa: PLC0415 -- needs the settings

    signers = cast.Cast().signers(DOCUMENTS + 1, kinds=())
    for signer in signers:
        cast.sign(signer)
    first, *others = signers
    seal(first)  # the key is made with the first document
    bare = Bare(first)
    floor, ours = [], []
    for signer in others:
        floor.append(bare.seal())
        ours.append(seal(signer))
    low, high = figures.middle(floor), figures.middle(ours)
    figures.show(
        f"Sealing per document, {cast.PAGES} pages, median of {DOCUMENTS}",
        ("", "time", "ratio"),
        [
            ("bare pyHanko, key loaded once", figures.in_ms(low), "1"),
            (
                "countersign: stamp, certificate, seal",
                figures.in_ms(high),
                figures.ratio(high, low),
            ),
        ],
    )


def seal(signer) -> float:
    from django.utils import timezone  # noqa: PLC0415

    from signing.flows import sealing  # noqa: PLC0415

    begun = time.perf_counter()
    assert sealing.seal(signer.request_id, timezone.now())
    return time.perf_counter() - begun


class Bare:
    """What one would write by hand with pyHanko's documentation."""

    def __init__(self, signer) -> None:
        from signing.models import Document  # noqa: PLC0415
        from signing.seal_keys import key_of  # noqa: PLC0415

        document = Document.objects.get(request=signer.request_id)
        with document.cleaned.open("rb") as file:
            self.pdf = file.read()
        self.signer = key_of(signer.request.company).signer

    def seal(self) -> float:
        from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415
            IncrementalPdfFileWriter,
        )
        from pyhanko.sign import signers  # noqa: PLC0415

        begun = time.perf_counter()
        writer = IncrementalPdfFileWriter(io.BytesIO(self.pdf))
        metadata = signers.PdfSignatureMetadata(field_name="Seal")
        signers.sign_pdf(writer, metadata, signer=self.signer)
        return time.perf_counter() - begun


if __name__ == "__main__":
    main()
