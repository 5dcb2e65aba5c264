"""What a client says about proof becomes the factors of a gate, through the verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from signing.flows import correcting, securing
from signing.flows.identity_rules import IdentityDetails
from signing.models import Signer, SignRequest
from verification.models import Factor, IdentityRules, User
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.models import BoldSignSigner
from workspace.api.boldsign.schemas.authentication import (
    AccessCodeDetail,
    IdentitySettings,
    PhoneIn,
    Secured,
)

Kind = Factor.Kind
KINDS = {
    "AccessCode": Kind.ACCESS_CODE,
    "SMSOTP": Kind.PHONE,
    "EmailOTP": Kind.EMAIL,
    "IdVerification": Kind.IDENTITY,
}
FREQUENCIES = {
    "EveryAccess": Factor.Frequency.EVERY_ACCESS,
    "UntilSignCompleted": Factor.Frequency.UNTIL_SIGN_COMPLETED,
    "OncePerDocument": Factor.Frequency.ONCE_PER_DOCUMENT,
}
NAME_MATCHES = {
    "Strict": IdentityRules.NameMatch.STRICT,
    "Moderate": IdentityRules.NameMatch.MODERATE,
    "Lenient": IdentityRules.NameMatch.LENIENT,
}
DOCUMENT_TYPES = {
    "Passport": IdentityRules.DocumentType.PASSPORT,
    "IDCard": IdentityRules.DocumentType.ID_CARD,
    "DriverLicense": IdentityRules.DocumentType.DRIVER_LICENSE,
}


@dataclass(frozen=True)
class Proof:
    """One way to prove who one is, as this door knows it: one for each signer.

    secret is a password's hash.
    """

    kind: Factor.Kind
    frequency: str = Factor.Frequency.EVERY_ACCESS
    secret: str = ""
    identity: IdentitySettings | None = None


def proof_of(said: Secured, secret: str = "") -> Proof | None:
    """Return what is asked for; None where nothing is."""
    kind = KINDS.get(said.authentication_type or "")
    if kind is None:
        return None
    identity = said.identity_verification_settings or IdentitySettings()
    frequency = said.authentication_settings and (
        said.authentication_settings.authentication_frequency
    )
    if kind == Kind.IDENTITY:
        frequency = identity.type
    return Proof(
        kind,
        FREQUENCIES.get(frequency or "", Factor.Frequency.EVERY_ACCESS),
        secret,
        identity if kind == Kind.IDENTITY else None,
    )


def refuse_unreachable(
    kind: Factor.Kind | None, *, emails_off: bool, phone: str
) -> None:
    """A code must have a way to the signer."""
    if kind == Kind.EMAIL and emails_off:
        raise DoorError(
            "The authenticationType EmailOTP needs emails: this document has "
            "disableEmails set to true."
        )
    if kind == Kind.PHONE and not phone:
        raise DoorError(
            "The phoneNumber is required when the authenticationType is SMSOTP."
        )


def add(signer: Signer, said: AccessCodeDetail, *, actor: User, now: datetime) -> None:
    """Ask a signer for one proof, instead of the one before. All or nothing."""
    kind = KINDS[said.authentication_type]
    phone = said.phone_number.e164 if said.phone_number else signer.phone
    refuse_unreachable(kind, emails_off=signer.request.emails_off, phone=phone)
    secret = securing.hash_access_code(said.access_code) if said.access_code else ""
    proof = proof_of(said, secret)
    assert proof is not None  # noqa: S101  KINDS has it
    tries = signer.request.company.default_tries
    wanted = securing.Wanted(
        stage=Factor.Stage.VIEW,
        frequency=proof.frequency,
        secret=secret,
        identity=identity_details(proof.identity, tries) if proof.identity else None,
    )
    with transaction.atomic():
        others = [other for other in active_kinds(signer) if other != kind]
        if said.phone_number:
            change_phone(signer, said.phone_number, actor=actor, now=now)
        securing.change(
            signer,
            {kind: wanted},
            removed=others,
            tries=said.authentication_retry_count or tries,
            actor=actor,
            now=now,
        )


def remove(signer: Signer, *, actor: User, now: datetime) -> None:
    """Ask a signer for nothing any more. Raises DoorError where that is so already."""
    with transaction.atomic():
        kinds = active_kinds(signer)
        if not kinds:
            raise DoorError("This signer has no authentication to remove.")
        securing.change(signer, {}, removed=kinds, actor=actor, now=now)


def change_access_code(
    signer: Signer, typed: str, *, actor: User, now: datetime
) -> None:
    asked = signer.gate.factors.filter(kind=Kind.ACCESS_CODE, removed_at=None)
    if not asked.exists():
        raise DoorError("The signer has no access code: use addAuthentication.")
    securing.set_access_code(signer, typed, hint=None, actor=actor, now=now)


def change_phone(signer: Signer, phone: PhoneIn, *, actor: User, now: datetime) -> None:
    correcting.change_phones({signer: phone.e164}, actor=actor, now=now)
    echo_phone(signer, phone)
    signer.gate.refresh_from_db(fields=["phone"])


def echo_phone(signer: Signer, phone: PhoneIn) -> None:
    """Keep a number as it was written: clients compare what they read with it."""
    echo, _is_new = BoldSignSigner.objects.get_or_create(signer=signer)
    echo.facts["phoneNumber"] = phone.model_dump(mode="json")
    echo.save(update_fields=["facts"])


def identity_details(said: IdentitySettings, tries: int) -> IdentityDetails:
    """Return the settings in our words; tries holds where they name none."""
    return IdentityDetails(
        max_tries=said.maximum_retry_count or tries,
        needs_live_capture=said.require_live_capture,
        needs_selfie=said.require_matching_selfie,
        name_match=NAME_MATCHES[said.name_matcher],
        holds_for_prefill=said.hold_for_prefill,
        document_types=tuple(
            DOCUMENT_TYPES[one] for one in said.allowed_document_types
        ),
    )


def active_kinds(signer: Signer) -> list[str]:
    """Return what is asked now that the vendor has a word for: the rest is not
    this door's to take away. Two programs at once wait for each other here.

    Call it in the transaction of the change.
    """
    SignRequest.objects.select_for_update().get(pk=signer.request_id)
    rows = signer.gate.factors.filter(removed_at=None, kind__in=KINDS.values())
    return list(rows.order_by("pk").values_list("kind", flat=True))
