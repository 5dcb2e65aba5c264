"""The disclosure that a signer agrees to, versioned and in their language.

A signature records version and language; a change of wording is a new version
and the old one stays readable.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CURRENT = 1

PARAGRAPHS: dict[int, tuple[str | Promise, ...]] = {
    1: (
        _(
            "You agree to sign this document electronically. Your electronic "
            "signature has the same effect as one on paper."
        ),
        _(
            "You may ask the sender for a paper copy, and you may sign on paper "
            "instead. Ask the sender before you sign here."
        ),
        _(
            "You may withdraw this consent at any time before you finish, by "
            "declining or by closing this page. A signature that you have already "
            "given stays valid."
        ),
        _(
            "You need a browser and an email address to receive the finished "
            "document. Tell the sender when your address changes."
        ),
        _(
            "We record when you opened and signed the document, how you proved who "
            "you are, and the address of your computer. The finished document shows "
            "these facts to everyone who signed it."
        ),
    ),
}


def paragraphs(version: int = CURRENT) -> tuple[str | Promise, ...]:
    return PARAGRAPHS[version]
