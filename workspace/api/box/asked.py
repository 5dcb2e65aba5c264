"""What a client asks for, checked member by member before anything is stored.

The schema has looked at types and lengths; here are the rules between members.
Every refusal is a sentence that names the member and the rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from signing.flows import drafts
from signing.models import Company, Signer
from verification import texts
from verification.models import Factor
from workspace.api.box.errors import BoxError, bad_request
from workspace.api.box.schemas import CreateIn, SignerIn

Kind, Stage = Factor.Kind, Factor.Stage
MAX_EMAIL = 254
MAX_URL = 500
# Any number with the shape of one: whether it can be reached, the carrier says.
SHAPE = re.compile(r"\+?[1-9][0-9]{6,14}")
BETWEEN = re.compile(r"[ ().\-\u00a0]")
ROLES = {
    "signer": Signer.Role.SIGNER,
    "approver": Signer.Role.APPROVER,
    "final_copy_reader": Signer.Role.CC,
}
as_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Person:
    """One signer as they will be stored; secret is the password's hash, or ""."""

    said: SignerIn
    email: str
    phone: str
    secret: str
    role: Signer.Role
    language: str
    login_required: bool
    redirect_url: str
    declined_redirect_url: str

    @property
    def name(self) -> str:
        """Clients give no names: ada.lane@example.com is Ada Lane."""
        local = self.email.partition("@")[0].partition("+")[0]
        words = re.split(r"[._\-\s]+", local)
        return " ".join(word[:1].upper() + word[1:] for word in words if word) or local


def check(body: CreateIn) -> None:
    """Look at what members forbid each other. Raises BoxError."""
    if body.template_id is None and not body.source_files:
        raise bad_request("source_files is required, unless template_id is given.")
    if body.template_id is not None and body.source_files:
        raise bad_request("source_files must be absent: the template has its own.")
    if body.template_id is None and not body.signers:
        raise bad_request("signers must have at least 1 entry.")
    readers = [one for one in body.signers if one.role == "final_copy_reader"]
    if body.template_id is None and len(readers) == len(body.signers):
        raise bad_request("signers must have somebody who signs or approves.")
    for member in ("redirect_url", "declined_redirect_url"):
        checked_url(getattr(body, member), member)


def people(body: CreateIn, company: Company) -> list[Person]:
    """Return the signers as they will be stored. Slow: hashes passwords."""
    return [
        person(said, f"signers[{place}]", body, company)
        for place, said in enumerate(body.signers)
    ]


def person(said: SignerIn, at: str, body: CreateIn, company: Company) -> Person:
    number, member, login_required = _wanted_proof(said, at)
    if said.suppress_notifications:
        raise bad_request(
            f"{at}.suppress_notifications must not be true: signers get their link "
            "by email."
        )
    return Person(
        said=said,
        email=checked_email(said.email, f"{at}.email"),
        phone=checked_phone(number, f"{at}.{member}", company),
        secret=hashed_password(said.password, f"{at}.password"),
        role=ROLES[said.role or "signer"],
        language=known_language(said.language, company),
        login_required=login_required,
        redirect_url=checked_url(
            said.redirect_url or body.redirect_url, f"{at}.redirect_url"
        ),
        declined_redirect_url=checked_url(
            said.declined_redirect_url or body.declined_redirect_url,
            f"{at}.declined_redirect_url",
        ),
    )


def _wanted_proof(said: SignerIn, at: str) -> tuple[str | None, str, bool]:
    """Return phone number, the member that it came in, and whether to sign in.

    verification_method takes precedence over the members that came before it.
    """
    method = said.verification_method
    if method is None:
        number = said.verification_phone_number
        if said.login_required and number is not None:
            raise bad_request(
                f"{at}.login_required must not be true together with "
                "verification_phone_number."
            )
        return number, "verification_phone_number", bool(said.login_required)
    if method.type == "cac_piv":
        raise bad_request(f"{at}.verification_method.type cac_piv is not available.")
    if method.type == "phone" and method.phone_number is None:
        raise bad_request(f"{at}.verification_method.phone_number is required.")
    number = method.phone_number if method.type == "phone" else None
    return number, "verification_method.phone_number", method.type == "login"


def checked_email(typed: str | None, member: str) -> str:
    """Return an address, or "" where a template may have it."""
    email = (typed or "").strip()
    if typed is None:
        return ""
    try:
        if len(email) > MAX_EMAIL:
            raise ValidationError("")
        validate_email(email)
    except ValidationError as error:
        raise bad_request(f"{member} must be an email address.") from error
    return email


def checked_phone(typed: str | None, member: str, company: Company) -> str:
    """Return a number as E.164; without a plus it is one of the company's country."""
    if typed is None:
        return ""
    digits = BETWEEN.sub("", typed.strip())
    if not digits.isascii() or not SHAPE.fullmatch(digits):
        raise _no_number(member)
    if digits.startswith("+"):
        return digits
    try:
        number = phonenumbers.parse(digits, company.country)
    except phonenumbers.NumberParseException as error:
        raise _no_number(member) from error
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def hashed_password(typed: str | None, member: str) -> str:
    if typed is None:
        return ""
    try:
        return drafts.hash_access_code(typed, least=1)
    except ValueError as error:
        most = drafts.ACCESS_CODE_MAX
        raise bad_request(f"{member} must have 1 to {most} characters.") from error


def checked_url(url: str | None, member: str) -> str:
    """Return a web address. Whether a signer is offered it, the company's list says
    at that moment."""
    if not url:
        return ""
    try:
        if len(url) > MAX_URL:
            raise ValidationError("")
        as_url(url)
    except ValidationError as error:
        raise bad_request(f"{member} must be an http or https address.") from error
    return url


def known_language(typed: str | None, company: Company) -> str:
    known = [code for code, _name in settings.LANGUAGES]
    short = (typed or "").replace("_", "-").partition("-")[0].lower()
    return short if short in known else company.language


def title_of(body: CreateIn, first_name: str) -> str:
    """Return the title: what the client calls it, else its first file's name."""
    line = texts.one_line(body.name or first_name)
    stem = line[:-4] if line.lower().endswith(".pdf") else line
    return stem.strip() or "Document"


def ranks(signers: Sequence[SignerIn]) -> list[int]:
    """Return whose turn comes when, from 1: as their orders say, else all at once."""
    orders = [0 if one.order is None else one.order for one in signers]
    steps = {order: rank for rank, order in enumerate(sorted(set(orders)), start=1)}
    return [steps[order] for order in orders]


def _no_number(member: str) -> BoxError:
    return bad_request(f"{member} must be a phone number such as +15551232190.")
