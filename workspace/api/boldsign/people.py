"""Those who sign, as clients describe them, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from signing.flows import securing as verbs
from signing.flows.identity_rules import IdentityDetails
from signing.models import Signer
from verification.models import Factor
from workspace.api.boldsign import securing
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.sending import Cc, Person
from workspace.api.boldsign.securing import Proof

Kind = Factor.Kind
ROLES = {
    "Reviewer": Signer.Role.REVIEWER,
    "InPersonSigner": Signer.Role.IN_PERSON,
}
JAPANESE = 16
# What is kept only to be told again.
ECHOED = (
    "phone_number",
    "delivery_mode",
    "signer_role",
    "locale",
    "language",
    "host_email",
    "group_id",
    "allow_field_configuration",
)


@dataclass(frozen=True)
class Invitee:
    """One person with all that a gate needs. where names the member in sentences.

    own_secret is the password for a role whose proofs the template names.
    """

    where: str
    name: str
    email: str
    order: int
    role: Signer.Role = Signer.Role.SIGNER
    phone: str = ""
    language: str = ""
    max_tries: int | None = None
    proofs: tuple[Proof, ...] = ()
    own_secret: str = ""
    host_name: str = ""
    message: str = ""
    echo: dict[str, Any] = field(default_factory=dict)

    @property
    def factors(self) -> dict[Factor.Kind, Factor.Stage]:
        return {proof.kind: Factor.Stage.VIEW for proof in self.proofs}

    @property
    def secret(self) -> str:
        return next((proof.secret for proof in self.proofs if proof.secret), "")

    @property
    def frequencies(self) -> dict[Factor.Kind, Factor.Frequency]:
        return {one.kind: Factor.Frequency(one.frequency) for one in self.proofs}

    def identity_details(self, tries: int) -> IdentityDetails | None:
        """Return what an identity check must show; None where none is asked for."""
        said = next((one.identity for one in self.proofs if one.identity), None)
        return securing.identity_details(said, tries) if said else None


def invitee(
    said: Person,
    where: str,
    *,
    name: str,
    email: str,
    order: int,
    emails_off: bool,
    phone: str = "",
) -> Invitee:
    """Read one person. Raises DoorError. Slow where there is a password to hash.

    phone is the one on file, where the client gives none.
    """
    phone = said.phone_number.e164 if said.phone_number else phone
    secret = hashed(said.authentication_code)
    proofs = proofs_of(said, secret)
    for proof in proofs:
        securing.refuse_unreachable(proof.kind, emails_off=emails_off, phone=phone)
    return Invitee(
        where=where,
        name=clean_name(name, where),
        email=clean_email(email, where),
        order=order,
        role=ROLES.get(said.signer_type or "", Signer.Role.SIGNER),
        phone=phone,
        language=language_of(said),
        max_tries=said.authentication_retry_count,
        proofs=proofs,
        own_secret=secret if said.brings_only_a_code else "",
        host_name=(said.host_email or "")[:120],
        message=said.private_message or "",
        echo=echo_of(said),
    )


def hashed(code: str | None) -> str:
    return verbs.hash_access_code(code) if code else ""


def proofs_of(said: Person, secret: str) -> tuple[Proof, ...]:
    """The one authenticationType, and an email code beside it if that is wished."""
    proof = securing.proof_of(said, secret)
    found = [proof] if proof else []
    if said.enable_email_otp and said.authentication_type != "EmailOTP":
        found.append(Proof(Kind.EMAIL))
    return tuple(found)


def copies(cc: Sequence[Cc]) -> list[Invitee]:
    """Those who only get a copy when all is done."""
    return [
        Invitee(
            where=f"cc[{number}]",
            name=one.email_address.strip()[:120],
            email=clean_email(one.email_address, f"cc[{number}]", "emailAddress"),
            order=Signer.MAX_ORDER,
            role=Signer.Role.CC,
        )
        for number, one in enumerate(cc)
    ]


def refuse_twins(people: Sequence[Invitee]) -> None:
    """One address may sign several times, each at its own place in the order."""
    places = set()
    for one in people:
        place = (one.email.lower(), one.order)
        if place in places:
            raise DoorError(
                f"The {one.where} has the address and the signerOrder of another."
            )
        places.add(place)


def clean_name(name: str, where: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise DoorError(f"The {where}.name is required.")
    return cleaned


def clean_email(email: str, where: str, member: str = "emailAddress") -> str:
    cleaned, named = email.strip(), f"{where}.{member}".lstrip(".")
    if not cleaned:
        raise DoorError(f"The {named} is required.")
    try:
        validate_email(cleaned)
    except ValidationError as error:
        raise DoorError(f"The {named} is not an email address.") from error
    return cleaned


def language_of(said: Person) -> str:
    """Return ours; "" where the company's holds."""
    if said.locale == "JA" or said.language == JAPANESE:
        return "ja"
    says_something = said.locale not in (None, "Default") or said.language
    return "en" if says_something else ""


def echo_of(said: Person) -> dict[str, Any]:
    return said.model_dump(
        mode="json", by_alias=True, include=set(ECHOED), exclude_none=True
    )
