"""Bodies and query strings of the smaller operations."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from workspace.api.boldsign.reading import QUERY_NAMES
from workspace.api.boldsign.schemas.authentication import PhoneIn
from workspace.api.boldsign.schemas.base import (
    Email,
    Input,
    Order,
    Output,
    Text,
    names_of,
    vendor_name,
)
from workspace.api.boldsign.schemas.properties import Status

MOST_PAGES = 1_000_000


class Query(BaseModel):
    """Parameters of a query string; the reader finds their names in any case."""

    model_config = ConfigDict(alias_generator=vendor_name, extra="ignore")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        QUERY_NAMES.update(names_of(cls))


class OfDocument(Query):
    document_id: Annotated[str, Field(min_length=1, max_length=100)]


class OfDownload(OfDocument):
    on_behalf_of: Annotated[str, Field(max_length=250)] | None = None
    format: str | None = None


class OfAccessCode(OfDocument):
    email_id: Annotated[str, Field(max_length=250)] | None = None
    z_order: Annotated[int, Field(ge=1, le=50)] | None = None


class OfReminder(OfDocument):
    receiver_emails: Annotated[list[str], Field(max_length=100)] = []


class OfDeletion(OfDocument):
    delete_permanently: bool = False


class OfSignLink(OfDocument):
    signer_email: Annotated[str, Field(max_length=250)] | None = None
    country_code: Annotated[str, Field(max_length=10)] | None = None
    phone_number: Annotated[str, Field(max_length=30)] | None = None
    sign_link_valid_till: Annotated[str, Field(max_length=60)] | None = None
    redirect_url: Annotated[str, Field(max_length=2000)] | None = None


class OfTemplate(Query):
    template_id: Annotated[str, Field(min_length=1, max_length=100)]
    on_behalf_of: Annotated[str, Field(max_length=250)] | None = None


class Paged(Query):
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 10


class Listed(Paged):
    """What both lists of documents can be narrowed to."""

    status: list[Status] = []
    labels: list[str] = []
    brand_ids: list[str] = []
    search_key: Annotated[str, Field(max_length=200)] | None = None
    start_date: Annotated[str, Field(max_length=60)] | None = None
    end_date: Annotated[str, Field(max_length=60)] | None = None
    next_cursor: Annotated[int, Field(ge=0, le=2**62)] | None = None


class DocumentList(Listed):
    sent_by: list[str] = []
    recipients: list[str] = []
    transmit_type: Annotated[str, Field(max_length=40)] = "Both"
    date_filter_type: Annotated[str, Field(max_length=40)] = "SentBetween"


class BehalfList(Listed):
    page_type: Annotated[str, Field(max_length=40)] = "BehalfOfOthers"
    email_address: list[str] = []
    signers: list[str] = []


class TemplateList(Paged):
    template_type: Annotated[str, Field(max_length=40)] = "all"
    search_key: Annotated[str, Field(max_length=200)] | None = None
    on_behalf_of: list[str] = []
    created_by: list[str] = []
    template_labels: list[str] = []
    start_date: Annotated[str, Field(max_length=60)] | None = None
    end_date: Annotated[str, Field(max_length=60)] | None = None
    brand_ids: list[str] = []


class IdentityListQuery(Paged):
    search: Annotated[str, Field(max_length=200)] | None = None
    brand_ids: list[str] = []


class OfIdentity(Query):
    id: Annotated[str, Field(max_length=100)] | None = None
    email: Annotated[str, Field(max_length=250)] | None = None


class OfEmail(Query):
    email: Annotated[str, Field(min_length=1, max_length=250)]


class ChangeRecipient(Input):
    new_signer_name: Annotated[Text, Field(min_length=1, max_length=120)]
    reason: Annotated[Text, Field(min_length=1, max_length=500)]
    order: Order | None = None
    new_signer_email: Email | None = None
    old_signer_email: Email | None = None
    on_behalf_of: Email | None = None
    phone_number: PhoneIn | None = None
    old_phone_number: PhoneIn | None = None


class ReminderMessage(Input):
    message: Annotated[Text, Field(max_length=500)] | None = None
    on_behalf_of: Email | None = None
    reminder_phone_numbers: Annotated[list[PhoneIn], Field(max_length=50)] = []


class RevokeDocument(Input):
    message: Annotated[Text, Field(min_length=1, max_length=500)]
    on_behalf_of: Email | None = None


class PrefillField(Input):
    id: Annotated[Text, Field(min_length=1, max_length=120)]
    value: Annotated[Text, Field(max_length=500)] = ""


class PrefillFields(Input):
    fields: Annotated[list[PrefillField], Field(min_length=1, max_length=500)]
    on_behalf_of: Email | None = None


class VerificationOf(Input):
    """Which signer an identity verification is about."""

    email_id: Email | None = None
    country_code: Annotated[Text, Field(max_length=10)] | None = None
    phone_number: Annotated[Text, Field(max_length=30)] | None = None
    order: Order | None = None
    on_behalf_of: Email | None = None


class VerificationImage(VerificationOf):
    file_id: Annotated[Text, Field(max_length=200)] | None = None


class VerificationPage(VerificationOf):
    redirect_url: Annotated[Text, Field(max_length=2000)] | None = None


class SignLink(Output):
    sign_link: str


class Url(Output):
    url: str
