"""What a publisher does to a transaction before it is sent, and to a template.

Two tabs may hold one draft: whoever saves names the version that the page
showed, and the second one is told instead of overwriting (decision 40).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from signing.flows import identity_rules
from signing.flows.identity_rules import IdentityDetails
from signing.models import Company, Signer, SignRequest
from verification import codes
from verification.models import Factor, Gate, Trail, User
from verification.models.gate import DEFAULT_TRIES

if TYPE_CHECKING:
    from phonenumber_field.phonenumber import PhoneNumber

ACCESS_CODE_MIN = 4
ACCESS_CODE_MAX = codes.ACCESS_CODE_MAX
HINT_LENGTH = 120
MAX_SIGNERS = 20
# Offered in the workspace; an account is asked of whom nothing else is asked of.
KINDS = (
    Factor.Kind.ACCESS_CODE,
    Factor.Kind.PHONE,
    Factor.Kind.EMAIL,
    Factor.Kind.IDENTITY,
    Factor.Kind.PASSKEY,
    Factor.Kind.TOTP,
)


class StaleError(Exception):
    """Another tab saved first, or the request can’t be edited any more."""


@dataclass(frozen=True)
class Details:
    title: str
    message: str
    is_ordered: bool


@dataclass(frozen=True)
class RoleDetails:
    """A signer's part as a template says; what is started from it keeps it."""

    label: str = ""
    needs_access_code: bool = False
    needs_phone: bool = False


@dataclass(frozen=True)
class SignerDetails:
    """One signer as the form says.

    secret "" keeps the password that is set, hint None its hint, role None the
    part, identity None the rules of the identity check, login_required None what
    is stored; so does a kind that frequencies does not name.
    """

    name: str = ""
    email: str = ""
    phone: str | PhoneNumber = ""
    language: str = "en"
    max_tries: int = DEFAULT_TRIES
    factors: Mapping[Factor.Kind, Factor.Stage] = field(default_factory=dict)
    secret: str = ""
    hint: str | None = None
    role: RoleDetails | None = None
    frequencies: Mapping[Factor.Kind, Factor.Frequency] = field(default_factory=dict)
    identity: IdentityDetails | None = None
    login_required: bool | None = None


def create_draft(company: Company, sender: User, now: datetime) -> SignRequest:
    """Start a transaction. Its trail stays empty until it is sent."""
    with transaction.atomic():
        return SignRequest.objects.create(
            company=company,
            sender=sender,
            trail=Trail.objects.create(),
            created_at=now,
            changed_at=now,
        )


def reuse_or_create(company: Company, sender: User, now: datetime) -> SignRequest:
    """Return a draft that nobody has touched, or a new one: no heap of empty ones."""
    return find_untouched(company, sender) or create_draft(company, sender, now)


def find_untouched(company: Company, sender: User) -> SignRequest | None:
    """Return a draft of this sender that is as it was made, or None."""
    return SignRequest.objects.filter(
        company=company,
        sender=sender,
        state=SignRequest.State.DRAFT,
        version=1,
        title="",
        documents=None,
        signers=None,
        started_from=None,
    ).first()


def claim(draft: SignRequest, version: int) -> int:
    """Take the right to change a draft that still has version; return the new one.

    Raises StaleError. Call it first in the transaction that changes the draft.
    """
    row = SignRequest.with_templates.filter(
        pk=draft.pk, state__in=SignRequest.EDITABLE, version=version
    )
    if not row.update(version=F("version") + 1, changed_at=timezone.now()):
        raise StaleError
    return version + 1


def hold(draft: SignRequest) -> None:
    """Lock a draft or template until the transaction ends; StaleError if it is none."""
    row = SignRequest.with_templates.select_for_update().filter(pk=draft.pk)
    if not row.filter(state__in=SignRequest.EDITABLE).exists():
        raise StaleError


def save_details(
    draft: SignRequest,
    version: int,
    details: Details,
    signers: Mapping[UUID, SignerDetails],
    actor: str,
) -> int:
    """Save the whole draft in one commit; return its new version.

    Raises StaleError, and then nothing is saved. Signers that signers does not
    name stay as they are.
    """
    with transaction.atomic():
        saved = claim(draft, version)
        SignRequest.with_templates.filter(pk=draft.pk).update(
            title=details.title, message=details.message, is_ordered=details.is_ordered
        )
        rows = draft.signers.select_related("gate").filter(public_id__in=signers)
        for signer in rows:
            _update(signer, signers[signer.public_id], actor)
    return saved


def add_signer(
    draft: SignRequest,
    actor: str,
    details: SignerDetails | None = None,
    role: Signer.Role = Signer.Role.SIGNER,
) -> Signer:
    """Add a signer after the others. Without details: asked for a phone code."""
    if details is None:
        details = SignerDetails(
            language=draft.company.language,
            max_tries=draft.company.default_tries,
            factors={Factor.Kind.PHONE: Factor.Stage.VIEW},
        )
    with transaction.atomic():
        hold(draft)
        last = draft.signers.aggregate(last=Max("order"))["last"] or 0
        gate = Gate.objects.create(trail_id=draft.trail_id, company_id=draft.company_id)
        signer = Signer.objects.create(
            request=draft, gate=gate, order=min(last + 1, Signer.MAX_ORDER), role=role
        )
        _update(signer, details, actor)
    return signer


def update_signer(signer: Signer, details: SignerDetails, actor: str) -> None:
    """Make a signer of a draft as the form says. actor: who set the factors."""
    with transaction.atomic():
        hold(signer.request)
        _update(signer, details, actor)


def remove_signer(signer: Signer) -> None:
    """Remove a signer of a draft, with gate, factors and placed fields."""
    with transaction.atomic():
        hold(signer.request)
        signer.delete()
        signer.gate.delete()
        _number(list(signer.request.signers.all()))


def move_signer(signer: Signer, steps: int) -> None:
    """Move a signer up (-1) or down (1) in the order of signing."""
    with transaction.atomic():
        hold(signer.request)
        row = list(signer.request.signers.all())
        here = row.index(signer)
        there = min(max(here + steps, 0), len(row) - 1)
        row.insert(there, row.pop(here))
        _number(row)


def hash_access_code(typed: str, least: int = ACCESS_CODE_MIN) -> str:
    """Return what is stored of a password. Slow on purpose: not in a transaction.

    Raises ValueError when it is shorter or longer than allowed; programs may
    give one of a single character.
    """
    code = codes.normalize_access_code(typed)
    if not least <= len(code) <= ACCESS_CODE_MAX:
        raise ValueError(f"An access code has {least} to {ACCESS_CODE_MAX} characters.")
    return make_password(code, hasher="argon2")


def _update(signer: Signer, details: SignerDetails, actor: str) -> None:
    gate = signer.gate
    gate.name, gate.email, gate.phone = details.name, details.email, details.phone
    gate.language, gate.max_tries = details.language, details.max_tries
    gate.save(update_fields=["name", "email", "phone", "language", "max_tries"])
    _set_factors(gate, details, actor)
    if details.role is not None:
        _set_role(signer, details.role, details.factors)
    if details.login_required is not None:
        signer.login_required = details.login_required
        signer.save(update_fields=["login_required"])


def _set_role(
    signer: Signer, role: RoleDetails, factors: Collection[Factor.Kind]
) -> None:
    """Nothing is demanded for a factor that is not asked for."""
    signer.label = role.label
    signer.needs_access_code = (
        role.needs_access_code and Factor.Kind.ACCESS_CODE in factors
    )
    signer.needs_phone = role.needs_phone and Factor.Kind.PHONE in factors
    signer.save(update_fields=["label", "needs_access_code", "needs_phone"])


def _set_factors(gate: Gate, details: SignerDetails, actor: str) -> None:
    """Make the gate's rows say what the form says; in a draft nothing was proven."""
    gate.factors.exclude(kind__in=details.factors).delete()
    for kind, stage in details.factors.items():
        changes: dict[str, object] = {"stage": stage}
        if kind in details.frequencies:
            changes["frequency"] = details.frequencies[kind]
        if kind == Factor.Kind.ACCESS_CODE:
            changes |= _password(details, actor)
        factor, _is_new = Factor.objects.update_or_create(
            gate=gate,
            kind=kind,
            removed_at=None,
            defaults=changes,
            create_defaults={"set_by": actor[:160]} | changes,
        )
        if kind == Factor.Kind.IDENTITY and details.identity is not None:
            identity_rules.keep(factor, details.identity)


def _password(details: SignerDetails, actor: str) -> dict[str, object]:
    changes: dict[str, object] = {}
    if details.secret:
        changes |= {"secret": details.secret, "set_by": actor[:160]}
    if details.hint is not None:
        changes["hint"] = details.hint[:HINT_LENGTH]
    return changes


def _number(signers: Sequence[Signer]) -> None:
    for order, signer in enumerate(signers, start=1):
        if signer.order != order:
            Signer.objects.filter(pk=signer.pk).update(order=order)
