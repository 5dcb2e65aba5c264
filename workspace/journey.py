"""What a signer will go through, retold to the one who chooses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from signing import proof_words
from signing.flows import account_proof
from signing.flows.identity_rules import details_of, with_rules
from signing.flows.readiness import needs_email
from signing.models import Company, Signer, SignRequest
from verification import devices
from verification.models import Factor
from workspace import phones, strength

Kind = Factor.Kind


@dataclass(frozen=True)
class Step:
    icon: str
    words: str
    hint: str = ""
    is_warning: bool = False


@dataclass(frozen=True)
class Journey:
    who: str
    steps: list[Step]


def journeys(draft: SignRequest) -> list[Journey]:
    signers = draft.signers.select_related("gate").prefetch_related(with_rules())
    before = ""
    told = []
    for number, signer in enumerate(signers, start=1):
        who = (
            signer.gate.first_name
            or signer.label
            or _("Signer %(number)d") % {"number": number}
        )
        waits_for = before if draft.is_ordered else ""
        steps = list(_steps(signer, who, draft, waits_for))
        told.append(Journey(who, steps))
        before = who
    return told


def _steps(
    signer: Signer, who: str, draft: SignRequest, waits_for: str
) -> Iterator[Step]:
    factors = _in_order(signer)
    yield _beginning(signer, who, waits_for)
    if account_proof.asks(signer):
        words = _("To the account of %(email)s, with its second step.")
        yield Step("user", _("Signs in"), words % {"email": signer.email or "–"})
    elif not factors:
        yield Step(
            "warning",
            _("Nothing else is asked"),
            _("Whoever reads that email can open and sign the document."),
            is_warning=True,
        )
    for factor in factors:
        if factor.stage == Factor.Stage.VIEW:
            yield _proof(factor, signer, who, draft.company)
    title = draft.title or _("the document")
    yield Step("file", _("Reads %(title)s") % {"title": title})
    for factor in factors:
        if factor.stage == Factor.Stage.SIGN:
            yield _proof(factor, signer, who, draft.company)
    yield Step("pencil", _("Signs"))


def _in_order(signer: Signer) -> list[Factor]:
    """As the gate will ask: what has yet to be set up comes last, behind the rest
    (verification.standing)."""
    factors = sorted(signer.gate.factors.all(), key=lambda factor: factor.place)
    missing = devices.missing(signer.gate, factors)
    return sorted(factors, key=lambda factor: factor.pk in missing)


def _beginning(signer: Signer, who: str, waits_for: str) -> Step:
    if signer.email or signer.request.is_template or needs_email(signer):
        return Step(
            "mail", _("Email with a personal link"), _invitation_hint(waits_for)
        )
    hint = _("No email address: you make it after sending and tell %(who)s.")
    return Step("key", _("Launch code"), hint % {"who": who}, is_warning=True)


def _invitation_hint(waits_for: str) -> str:
    if waits_for:
        words = {"who": waits_for}
        return _("When %(who)s has signed. No document attached.") % words
    return _("Only the link; no document attached.")


def _proof(factor: Factor, signer: Signer, who: str, company: Company) -> Step:
    kind = Kind(factor.kind)
    words, hint = {
        Kind.ACCESS_CODE: _password,
        Kind.PHONE: _phone,
        Kind.EMAIL: _email,
        Kind.IDENTITY: _identity,
        Kind.PASSKEY: _passkey,
        Kind.TOTP: _app,
    }[kind](factor, signer, who, company)
    return Step(strength.icon(kind), words, hint)


Told = tuple[str, str]


def _password(factor: Factor, signer: Signer, who: str, company: Company) -> Told:
    hint = _("The one you tell %(who)s yourself; we never send it.")
    return _("Password"), hint % {"who": who}


def _phone(factor: Factor, signer: Signer, who: str, company: Company) -> Told:
    phone = phones.shown(signer.gate.phone, company)
    words = _("%(who)s chooses. To %(phone)s.") if phone else _("%(who)s chooses.")
    return _("Code by text or call"), words % {"who": who, "phone": phone}


def _email(factor: Factor, signer: Signer, who: str, company: Company) -> Told:
    address = signer.email or "–"
    return _("Code by email"), _("To %(email)s.") % {"email": address}


def _identity(factor: Factor, signer: Signer, who: str, company: Company) -> Told:
    rules = details_of(factor)
    types = proof_words.documents(rules.document_types)
    by = {"provider": proof_words.provider(company.identity_provider)}
    shown = _("Shows %(document)s") % {"document": types} if types else _("Shows an ID")
    extras = [
        _("with the camera") if rules.needs_live_capture else "",
        _("and a selfie") if rules.needs_selfie else "",
    ]
    hint = " ".join(part for part in (shown, *extras) if part)
    return _("Identity check"), _("%(what)s. %(provider)s.") % {"what": hint, **by}


def _passkey(factor: Factor, signer: Signer, who: str, company: Company) -> Told:
    hint = _("%(who)s makes it at the first visit, and uses it again at the next.")
    return _("Passkey"), hint % {"who": who}


def _app(factor: Factor, signer: Signer, who: str, company: Company) -> Told:
    hint = _(
        "%(who)s sets the app up at the first visit, and uses it again at the next."
    )
    return _("Code of an authenticator app"), hint % {"who": who}
