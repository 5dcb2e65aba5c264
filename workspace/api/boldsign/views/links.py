"""A signer's own link, for whoever embeds it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from ninja import Query, Router

from signing.flows import linking
from signing.flows.refusals import RefusedError
from workspace.api import guard
from workspace.api.boldsign import finding, listing, reading
from workspace.api.boldsign.answers import answers
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.authentication import PhoneIn
from workspace.api.boldsign.schemas.requests import OfSignLink, SignLink
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["Document"])
USUAL = timedelta(hours=1)
URL_LENGTH = 500
is_url = URLValidator(["http", "https"])


@router.get(
    "/document/getEmbeddedSignLink",
    response=answers(200, SignLink),
    by_alias=True,
    operation_id="getEmbeddedSignLink",
)
def get_embedded_sign_link(request: DoorRequest, query: Query[OfSignLink]) -> SignLink:
    """Not a safe GET, but the vendor's: it leaves an entry in the trail."""
    guard.need(request.key, ApiKey.Scope.SIGN_LINKS)
    document = finding.document(request.key, query.document_id)
    phone = phone_of(query.country_code, query.phone_number)
    signer = finding.signer_at_turn(document, query.signer_email, phone)
    till = query.sign_link_valid_till
    ends_at = listing.moment(till, "signLinkValidTill") if till else request.now + USUAL
    try:
        link = linking.issue_link(
            signer,
            ends_at,
            redirect_url=checked_url(query.redirect_url, "redirectUrl"),
            actor=request.key.member.user,
            now=request.now,
        )
    except RefusedError as refusal:
        if refusal.code == "link_alone":
            raise DoorError(str(refusal.message), 403) from refusal
        if refusal.code in ("not_in_future", "too_far"):
            words = f"The signLinkValidTill is not possible. {refusal.message}"
            raise DoorError(words) from refusal
        raise
    return SignLink(sign_link=link)


def phone_of(country_code: str | None, number: str | None) -> PhoneIn | None:
    """Read a number that comes in two parameters. Raises DoorError."""
    if not number:
        return None
    return reading.validate(
        PhoneIn, {"countryCode": country_code or "", "number": number}
    )


def checked_url(url: str | None, member: str) -> str:
    """Return a web address; the company's list says whether signers go there."""
    if not url:
        return ""
    try:
        if len(url) > URL_LENGTH:
            raise ValidationError("too long")
        is_url(url)
    except ValidationError as error:
        raise DoorError(f"The {member} must be a web address.") from error
    return url
