"""One signer as clients read them: their proof, their number, their fields."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django.utils import timezone
from phonenumbers import NumberParseException

from signing.models import Field, Signer, SignRequest
from verification.models import Factor, Gate, IdentityRules
from workspace import identity_reports
from workspace.api.boldsign.models import BoldSignSigner
from workspace.api.boldsign.schemas import properties as out
from workspace.api.boldsign.schemas.authentication import (
    AuthenticationType,
    PhoneIn,
    PhoneOut,
)
from workspace.api.boldsign.schemas.sending import SignerType
from workspace.api.boldsign.schemas.verification import Result as IdResult
from workspace.identity_reports import Result

Kind = Factor.Kind
State = SignRequest.State
SIGNER_STATUS: dict[str, out.SignerStatus] = {
    Signer.State.SIGNED: "Completed",
    Signer.State.DECLINED: "Declined",
}
WAITING_STATUS: dict[str, out.SignerStatus] = {
    State.RECALLED: "Revoked",
    State.EXPIRED: "Expired",
}
# The vendor knows one way for each signer; of several the strongest is named.
TYPES: dict[str, AuthenticationType] = {
    Kind.IDENTITY: "IdVerification",
    Kind.PHONE: "SMSOTP",
    Kind.EMAIL: "EmailOTP",
    Kind.ACCESS_CODE: "AccessCode",
}
FREQUENCY = {
    Factor.Frequency.EVERY_ACCESS: "EveryAccess",
    Factor.Frequency.UNTIL_SIGN_COMPLETED: "UntilSignCompleted",
    Factor.Frequency.ONCE_PER_DOCUMENT: "OncePerDocument",
}
NAME_MATCHER = {
    IdentityRules.NameMatch.STRICT: "Strict",
    IdentityRules.NameMatch.MODERATE: "Moderate",
    IdentityRules.NameMatch.LENIENT: "Lenient",
}
DOCUMENT_TYPES: dict[str, str] = {
    IdentityRules.DocumentType.PASSPORT: "Passport",
    IdentityRules.DocumentType.ID_CARD: "IDCard",
    IdentityRules.DocumentType.DRIVER_LICENSE: "DriverLicense",
}
RESULTS: dict[Result, IdResult] = {
    Result.NOT_STARTED: "NotStarted",
    Result.IN_PROGRESS: "InProgress",
    Result.NEEDS_REVIEW: "NeedsReview",
    Result.PASSED: "Completed",
    Result.FAILED: "Failed",
}
SIGNER_TYPES: dict[str, SignerType] = {
    Signer.Role.REVIEWER: "Reviewer",
    Signer.Role.IN_PERSON: "InPersonSigner",
}
FIELD_TYPES = {
    Field.Kind.SIGNATURE: "Signature",
    Field.Kind.INITIALS: "Initial",
    Field.Kind.DATE: "DateSigned",
    Field.Kind.NAME: "Label",
    Field.Kind.TEXT: "TextBox",
    Field.Kind.CHECKBOX: "CheckBox",
}
OLD_LANGUAGES = 15


def signer_row(signer: Signer, request: SignRequest) -> out.SignerRow:
    gate = signer.gate
    factors = {factor.kind: factor for factor in gate.factors.all()}
    facts = signer_facts(signer)
    kind = next((kind for kind in TYPES if kind in factors), None)
    locked = bool(getattr(signer, "is_locked", False))
    japanese = gate.language == "ja"
    return out.SignerRow(
        id=str(signer.public_id),
        signer_name=signer.name,
        signer_role=facts.get("signerRole") or signer.label,
        signer_email=signer.email,
        status=signer_status(signer, request),
        enable_access_code=Kind.ACCESS_CODE in factors,
        enable_email_otp=Kind.EMAIL in factors,
        is_authentication_failed=locked if factors else None,
        authentication_type=TYPES[kind] if kind else no_type(factors),
        is_delivery_failed=bool(getattr(signer, "is_delivery_failed", False)),
        is_viewed=signer.viewed_at is not None,
        is_reassigned=False,
        order=signer.order,
        signer_type=SIGNER_TYPES.get(signer.role, "Signer"),
        host_email=facts.get("hostEmail"),
        host_name=signer.host_name or None,
        private_message=signer.message or None,
        group_id=facts.get("groupId"),
        phone_number=phone_number(signer.phone, facts),
        authentication_retry_count=gate.max_tries if factors else None,
        id_verification=id_verification(factors.get(Kind.IDENTITY), gate),
        authentication_settings=authentication_settings(factors.get(kind or "")),
        delivery_mode=facts.get("deliveryMode") or "Email",
        language=language_number(facts.get("language"), japanese),
        locale=facts.get("locale") or ("JA" if japanese else "EN"),
        allow_field_configuration=bool(facts.get("allowFieldConfiguration", False)),
    )


def signer_status(signer: Signer, request: SignRequest) -> out.SignerStatus:
    done = SIGNER_STATUS.get(signer.state)
    return done or WAITING_STATUS.get(request.state, "NotCompleted")


def language_number(said: int | None, japanese: bool) -> int:
    """Return the vendor's number; those above 15 break older clients."""
    if said is not None and said <= OLD_LANGUAGES:
        return said
    return 0 if japanese else 1


def no_type(factors: dict[str, Factor]) -> AuthenticationType | None:
    """A way of ours that the vendor has no word for is not "None"."""
    return None if factors else "None"


def phone_number(e164: str, facts: dict[str, Any]) -> PhoneOut | None:
    """Return the number as the client wrote it, while it is still that one."""
    if not e164:
        return None
    given = facts.get("phoneNumber")
    if given and PhoneIn(**given).e164 == e164:
        return PhoneOut(country_code=given["countryCode"], number=given["number"])
    try:
        code = phonenumbers.parse(e164, None).country_code
    except NumberParseException:
        return PhoneOut(country_code="", number=e164)
    return PhoneOut(country_code=f"+{code}", number=e164.removeprefix(f"+{code}"))


def id_verification(factor: Factor | None, gate: Gate) -> out.IdVerification | None:
    if factor is None:
        return None
    held_until = gate.held_until
    rules = getattr(factor, "identity_rules", None) or IdentityRules()
    return out.IdVerification(
        type=FREQUENCY[Factor.Frequency(factor.frequency)],
        maximum_retry_count=rules.max_tries,
        status=RESULTS[identity_reports.result_in_list(factor)],
        name_matcher=NAME_MATCHER[IdentityRules.NameMatch(rules.name_match)],
        require_live_capture=rules.needs_live_capture,
        require_matching_selfie=rules.needs_selfie,
        hold_for_prefill=rules.holds_for_prefill,
        prefill_completed=held_until is not None and held_until <= timezone.now(),
        allowed_document_types=[
            DOCUMENT_TYPES[IdentityRules.DocumentType(one)]
            for one in rules.document_types
        ],
    )


def authentication_settings(
    factor: Factor | None,
) -> out.AuthenticationSettingsOut | None:
    if factor is None:
        return None
    return out.AuthenticationSettingsOut(
        authentication_frequency=FREQUENCY[Factor.Frequency(factor.frequency)],
        status="Completed" if factor.proven_at else "NotStarted",
    )


def form_field(field: Field) -> out.FieldOut:
    width = getattr(field, "page_width", None) or 1.0
    height = getattr(field, "page_height", None) or 1.0
    return out.FieldOut(
        id=field.tag or str(field.public_id),
        type=FIELD_TYPES[Field.Kind(field.kind)],
        value=field.value or None,
        is_required=field.is_required,
        is_read_only=not field.is_signers,
        label=field.label or None,
        bounds=out.BoundsOut(
            x=round(field.x * width, 2),
            y=round(field.y * height, 2),
            width=round(field.width * width, 2),
            height=round(field.height * height, 2),
        ),
        page_number=field.page_number,
    )


def signer_facts(signer: Signer) -> dict[str, Any]:
    echo: BoldSignSigner | None = getattr(signer, "boldsign", None)
    return echo.facts if echo else {}
