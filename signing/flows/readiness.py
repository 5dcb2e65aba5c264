"""What still keeps a draft from being sent, or a template from being of use, as
sentences for its publisher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from signing import proof_words
from signing.flows import enrolling
from signing.models import Signer, SignRequest
from verification.identity import base
from verification.models import Factor

Kind = Factor.Kind
# One of these is proven after a launch code, which is told to somebody.
BESIDE_LAUNCH = frozenset({Kind.PHONE, Kind.ACCESS_CODE, Kind.IDENTITY})


@dataclass(frozen=True)
class Problem:
    """anchor is the id of the element on the draft's page to go to."""

    anchor: str
    words: str


def problems(draft: SignRequest) -> list[Problem]:
    """Return everything that is missing, in the order of the page."""
    if draft.is_template:
        return list(_of_template(draft))
    found = list(_of_documents(draft))
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
    """Return the prefix of a signer's form on the draft's page."""
    return f"signer-{signer.public_id}"


def _of_documents(draft: SignRequest) -> Iterator[Problem]:
    documents = list(draft.documents.all())
    if not documents:
        yield Problem("documents", _("Add a PDF."))
    for document in documents:
        if document.undrawn_since is not None:
            words = _(
                "%(name)s can’t be shown to signers: its pages could not be drawn. "
                "Remove it, and add another copy: open it, print it to PDF and take "
                "that file."
            )
            yield Problem("documents", words % {"name": document.name})


def _of_template(request: SignRequest) -> Iterator[Problem]:
    """People, phones and passwords may come with each transaction."""
    if not request.template.name.strip():
        yield Problem("id_name", _("Give the template a name."))
    yield from _of_documents(request)
    roles = list(request.signers.select_related("gate"))
    if not any(role.acts for role in roles):
        yield Problem("signers", _("Add a role."))
    for number, role in enumerate(roles, start=1):
        if not str(role):
            words = _("Name role %(number)d.") % {"number": number}
            yield Problem(anchor_of(role, "label"), words)


def _of_signer(signer: Signer, number: int) -> Iterator[Problem]:
    gate = signer.gate
    who = str(signer) or _("signer %(number)d") % {"number": number}
    if not gate.name:
        words = _("Write the name of %(who)s.") % {"who": who}
        yield Problem(anchor_of(signer, "name"), words)
    if not gate.email and needs_email(signer):
        words = _("Write the email address of %(who)s.") % {"who": who}
        yield Problem(anchor_of(signer, "email"), words)
    yield from _of_factors(signer, who)


def needs_email(signer: Signer) -> bool:
    """Whether a launch code can't stand in for the emailed link.

    It is told to somebody, so something else must be proven after it; factors
    are prefetched.
    """
    kinds = {factor.kind for factor in signer.gate.factors.all()}
    has_address = bool(kinds & {Kind.EMAIL, Kind.PASSKEY, Kind.TOTP})
    by_mail = has_address or signer.login_required or not signer.acts
    return by_mail or not kinds & BESIDE_LAUNCH


def _of_factors(signer: Signer, who: str) -> Iterator[Problem]:
    gate = signer.gate
    factors = {factor.kind: factor for factor in gate.factors.all()}
    has_phone = bool(gate.phone_e164)
    password = factors.get(Kind.ACCESS_CODE)
    has_password = bool(password and password.secret)
    role = {"who": signer.label or who}
    if signer.needs_phone and not (Kind.PHONE in factors and has_phone):
        anchor = "phone" if Kind.PHONE in factors else "use_phone"
        words = _("%(who)s needs a phone number and a phone code.") % role
        yield Problem(anchor_of(signer, anchor), words)
    elif Kind.PHONE in factors and not has_phone:
        words = _("Write the phone number of %(who)s, or turn off the phone code.")
        yield Problem(anchor_of(signer, "phone"), words % {"who": who})
    if signer.needs_access_code and not has_password:
        anchor = "access_code" if password else "use_access_code"
        words = _("%(who)s needs a password.") % role
        yield Problem(anchor_of(signer, anchor), words)
    elif password and not has_password:
        words = _("Set the password of %(who)s, or turn it off.")
        yield Problem(anchor_of(signer, "access_code"), words % {"who": who})
    if Kind.IDENTITY in factors:
        yield from _of_identity(signer, who)
    if gate.email:  # else that is what is missing first
        yield from _of_devices(signer, factors.values())


def _of_devices(signer: Signer, factors: Iterable[Factor]) -> Iterator[Problem]:
    signs_in = signer.login_required
    if found := enrolling.trouble(signer, factors, signs_in=signs_in):
        yield Problem(anchor_of(signer, f"use_{found.kind}"), found.words)


def _of_identity(signer: Signer, who: str) -> Iterator[Problem]:
    """Nothing is sent whose gate nobody could open."""
    provider = signer.request.company.identity_provider
    if not base.is_ready(provider):
        words = _(
            "%(provider)s is not set up on this server: turn off the identity check of "
            "%(who)s, or ask whoever runs the server."
        ) % {"provider": proof_words.provider(provider), "who": who}
        yield Problem(anchor_of(signer, "use_identity"), words)
