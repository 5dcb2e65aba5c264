"""How a signer proves who they are, as clients say it."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException
from pydantic import Field, model_validator

from verification import codes
from verification.models.gate import as_e164
from workspace.api.boldsign.schemas.base import (
    Email,
    Flag,
    Input,
    Order,
    Output,
    Text,
    Tries,
    fault,
)

AuthenticationType = Literal[
    "None", "EmailOTP", "AccessCode", "SMSOTP", "IdVerification", "KBA"
]
Frequency = Literal["EveryAccess", "UntilSignCompleted", "OncePerDocument"]
COUNTRY_CODE = re.compile(r"\+?[1-9][0-9]{0,3}")
NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){3,13}")
FEWEST, MOST = 7, 15


class PhoneIn(Input):
    """A number of the right shape: only the carrier knows whether it is anybody's."""

    country_code: Text
    number: Text

    @model_validator(mode="after")
    def has_the_shape(self) -> Self:
        if not COUNTRY_CODE.fullmatch(self.country_code):
            raise fault("The phoneNumber.countryCode must look like +1.")
        if not NUMBER.fullmatch(self.number):
            raise fault("The phoneNumber.number must have 4 to 14 digits.")
        if not FEWEST <= len(self.digits) <= MOST:
            raise fault("The phoneNumber must have 7 to 15 digits in all.")
        return self

    @property
    def digits(self) -> str:
        return re.sub(r"[^0-9]", "", self.country_code + self.number)

    @property
    def e164(self) -> str:
        """The number as the carrier wants it; a trunk 0 goes where a plan has one."""
        written = f"+{self.digits}"
        try:
            return as_e164(PhoneNumber.from_string(written))
        except NumberParseException:
            return written


class PhoneOut(Output):
    country_code: str | None
    number: str | None


class AuthenticationSettings(Input):
    authentication_frequency: Literal["None"] | Frequency | None = None


class IdentitySettings(Input):
    """identityVerificationSettings, with what holds where a member is absent."""

    type: Frequency = "EveryAccess"
    maximum_retry_count: Tries | None = None
    require_live_capture: Flag = False
    require_matching_selfie: Flag = False
    name_matcher: Literal["Strict", "Moderate", "Lenient"] = "Strict"
    hold_for_prefill: Flag = False
    allowed_document_types: Annotated[
        list[Literal["Passport", "IDCard", "DriverLicense"]], Field(max_length=3)
    ] = []


class Secured(Input):
    """What every way of naming a signer says about proving it."""

    authentication_type: AuthenticationType | None = None
    phone_number: PhoneIn | None = None
    identity_verification_settings: IdentitySettings | None = None
    authentication_retry_count: Tries | None = None
    authentication_settings: AuthenticationSettings | None = None


class AccessCodeDetail(Secured):
    """The body of addAuthentication."""

    authentication_type: AuthenticationType
    email_id: Email | None = None
    order: Order | None = None
    access_code: Text | None = None
    on_behalf_of: Email | None = None

    @model_validator(mode="after")
    def code_fits_the_type(self) -> Self:
        refuse_unoffered(self.authentication_type)
        refuse_wrong_code(self.authentication_type, self.access_code, "accessCode")
        return self


class RemoveAuthentication(Input):
    email_id: Email | None = None
    z_order: Order | None = None
    phone_number: PhoneIn | None = None
    on_behalf_of: Email | None = None


class AccessCodeDetails(Input):
    """The body of changeAccessCode."""

    access_code: Text
    phone_number: PhoneIn | None = None
    on_behalf_of: Email | None = None

    @model_validator(mode="after")
    def code_is_one(self) -> Self:
        refuse_wrong_code("AccessCode", self.access_code, "accessCode")
        return self


def refuse_unoffered(kind: str) -> None:
    if kind == "None":
        raise fault(
            "The authenticationType None adds nothing: to take an authentication "
            "away, use RemoveAuthentication."
        )
    if kind == "KBA":
        raise fault("The authenticationType KBA is not offered here.")


def refuse_wrong_code(kind: str | None, code: str | None, member: str) -> None:
    """An access code comes with AccessCode, and with nothing else."""
    if kind != "AccessCode":
        if code:
            raise fault(
                f"The {member} must be empty unless the authenticationType is "
                "AccessCode."
            )
        return
    length = len(codes.normalize_access_code(code or ""))
    if not length:
        raise fault(
            f"The {member} is required when the authenticationType is AccessCode."
        )
    if length > codes.ACCESS_CODE_MAX:
        raise fault(f"The {member} has at most {codes.ACCESS_CODE_MAX} characters.")
