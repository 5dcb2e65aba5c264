"""What still keeps a draft from being sent, as sentences for its publisher."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from signing.models import Signer, SignRequest
from verification.models import Factor

Kind = Factor.Kind


@dataclass(frozen=True)
class Problem:
    """anchor is the id of the element on the draft's page to go to."""

    anchor: str
    words: str


def problems(draft: SignRequest) -> list[Problem]:
    """Return everything that is missing, in the order of the page."""
    found = []
    if not draft.documents.exists():
        found.append(Problem("documents", _("Add a PDF.")))
    signers = draft.signers.select_related("gate").prefetch_related("gate__factors")
    acting = [signer for signer in signers if signer.acts]
    if not acting:
        found.append(Problem("signers", _("Add a signer.")))
    for number, signer in enumerate(signers, start=1):
        found += _of_signer(signer, number)
    if not draft.title.strip():
        found.append(Problem("id_title", _("Write a title.")))
    return found


def anchor_of(signer: Signer, field: str) -> str:
    """Return the id of a signer's field on the draft's page."""
    return f"id_{prefix_of(signer)}-{field}"


def prefix_of(signer: Signer) -> str:
    return f"signer-{signer.public_id}"


def _of_signer(signer: Signer, number: int) -> Iterator[Problem]:
    gate = signer.gate
    who = gate.name or _("signer %(number)d") % {"number": number}
    if not gate.name:
        words = _("Write the name of %(who)s.") % {"who": who}
        yield Problem(anchor_of(signer, "name"), words)
    if not gate.email:
        words = _("Write the email address of %(who)s.") % {"who": who}
        yield Problem(anchor_of(signer, "email"), words)
    factors = {factor.kind: factor for factor in gate.factors.all()}
    if Kind.PHONE in factors and not gate.phone_e164:
        words = _("Write the phone number of %(who)s, or turn off the phone code.")
        yield Problem(anchor_of(signer, "phone"), words % {"who": who})
    password = factors.get(Kind.ACCESS_CODE)
    if password and not password.secret:
        words = _("Set the password of %(who)s, or turn it off.")
        yield Problem(anchor_of(signer, "access_code"), words % {"who": who})
