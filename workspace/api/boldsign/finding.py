"""Which document, which signer: by what clients name them, in their own company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from signing.models import SenderIdentity, Signer, SignRequest, Template
from workspace.api import guard
from workspace.api.boldsign.errors import DoorError, unknown_document, unknown_template
from workspace.api.boldsign.schemas.authentication import PhoneIn

if TYPE_CHECKING:
    from workspace.models import ApiKey

AT_TURN = (Signer.State.INVITED, Signer.State.VIEWED)
SEVERAL = "The {member} belongs to several signers of this document: say which one by {order}."


def documents(key: ApiKey) -> models.QuerySet[SignRequest]:
    """Return what this key's member may see, without what clients deleted."""
    return guard.visible_requests(key).exclude(boldsign__is_hidden=True)


def document(key: ApiKey, document_id: str) -> SignRequest:
    """Return a document. Raises DoorError, the same for unknown and foreign ones."""
    rows = documents(key).select_related(
        "company", "sender", "sender_identity", "boldsign"
    )
    found = rows.filter(public_id=uuid_of(document_id)).first()
    if found is None:
        raise unknown_document()
    return found


def own_document(
    key: ApiKey, document_id: str, on_behalf_of: str | None, *, must_say: bool = False
) -> SignRequest:
    """As document, and onBehalfOf names the identity that it was sent for.

    must_say: what was sent on behalf of somebody is changed in their name only.
    """
    found = document(key, document_id)
    identity = found.sender_identity
    said = (on_behalf_of or "").strip().lower()
    if said and (identity is None or identity.email.lower() != said):
        raise DoorError("The onBehalfOf is not who this document was sent for.", 403)
    if must_say and identity is not None and not said:
        raise DoorError(
            "The onBehalfOf is required: this document was sent on behalf of somebody."
        )
    return found


def template(key: ApiKey, template_id: str) -> Template:
    rows = templates(key).filter(request__public_id=uuid_of(template_id))
    found = rows.first()
    if found is None:
        raise unknown_template()
    return found


def templates(key: ApiKey) -> models.QuerySet[Template]:
    rows = guard.visible_templates(key).filter(archived_at=None)
    return rows.select_related("request__company", "request__sender", "boldsign")


def identity(key: ApiKey, email: str) -> SenderIdentity:
    """Return an approved sender identity. Raises DoorError."""
    rows = SenderIdentity.objects.filter(company_id=key.company_id)
    found = rows.filter(email__iexact=email.strip()).first()
    if found is None:
        raise DoorError("The onBehalfOf is not a sender identity.", 403)
    if found.approved_at is None:
        raise DoorError("The onBehalfOf has not approved sending in their name.", 403)
    return found


def signers(request: SignRequest) -> list[Signer]:
    rows = request.signers.select_related("gate", "boldsign", "request__company")
    return [signer for signer in rows if signer.acts]


def signer(
    request: SignRequest,
    email: str | None,
    *,
    order: int | None = None,
    phone: PhoneIn | None = None,
    member: str = "emailId",
    order_member: str = "order",
) -> Signer:
    """Return the one signer that a client means. Raises DoorError."""
    if not (email or "").strip() and phone is None:
        raise DoorError(f"The {member} is required.")
    found = [one for one in signers(request) if is_meant(one, email, phone)]
    if not found:
        raise DoorError(f"The {member} is not that of a signer of this document.")
    if order is not None:
        found = [one for one in found if one.order == order]
        if not found:
            raise DoorError(f"The {member} has no signer with this {order_member}.")
    return only(found, member, order_member)


def signer_at_turn(
    request: SignRequest, email: str | None, phone: PhoneIn | None
) -> Signer:
    """Return whom an operation without an order means: of one address that signs
    several times, the signer whose turn it is. Raises DoorError."""
    if email and email.strip():
        meant = [one for one in signers(request) if is_meant(one, email, phone)]
        acting = [one for one in meant if one.state in AT_TURN]
        if len(meant) > 1 and len(acting) == 1:
            return acting[0]
        if len(meant) > 1:
            raise DoorError(
                "The signerEmail belongs to several signers of this document, and it "
                "is not the turn of exactly one of them."
            )
    return signer(request, email, phone=phone, member="signerEmail")


def only(found: Sequence[Signer], member: str, order_member: str) -> Signer:
    if len(found) > 1:
        raise DoorError(SEVERAL.format(member=member, order=order_member))
    return found[0]


def is_meant(one: Signer, email: str | None, phone: PhoneIn | None) -> bool:
    if email and email.strip():
        return one.email.lower() == email.strip().lower()
    return phone is not None and one.phone == phone.e164


def uuid_of(text: str) -> UUID:
    """Return the id, or one that no row has."""
    try:
        return UUID(text.strip())
    except ValueError:
        return UUID(int=0)
