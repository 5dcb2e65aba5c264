"""What is sent: the body of send, and what templates share with it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from workspace.api.boldsign.schemas.authentication import Secured, refuse_wrong_code
from workspace.api.boldsign.schemas.base import (
    LARGEST,
    Email,
    Flag,
    Input,
    Number,
    Output,
    Text,
    Whole,
    fault,
)

FieldType = Literal[
    "Signature",
    "Initial",
    "CheckBox",
    "TextBox",
    "Label",
    "DateSigned",
    "RadioButton",
    "Image",
    "Attachment",
    "EditableDate",
    "Hyperlink",
    "Dropdown",
    "Title",
    "Company",
    "Formula",
    "Drawing",
]
DeliveryMode = Literal["Email", "SMS", "EmailAndSMS", "WhatsApp"]
SignerType = Literal["Signer", "Reviewer", "InPersonSigner"]
Locale = Literal[
    "EN", "NO", "FR", "DE", "ES", "BG", "CS", "DA", "IT", "NL", "PL", "PT", "RO",
    "RU", "SV", "Default", "JA", "TH", "ZH_CN", "ZH_TW", "KO",
]  # fmt: skip
ExpiryType = Literal["Days", "Hours", "SpecificDateTime"]
DownloadOption = Literal["Combined", "Individually", "UserPreference"]
Language = Annotated[Whole, Field(ge=0, le=20)]
Place = Annotated[Number, Field(ge=0, le=100_000)]
Side = Annotated[Number, Field(ge=1, le=100_000)]
Metadata = Annotated[
    dict[
        Annotated[Text, Field(max_length=50)],
        Annotated[Text, Field(max_length=500)] | None,
    ],
    Field(max_length=50),
]
Labels = Annotated[
    list[Annotated[Text, Field(min_length=1, max_length=255)]], Field(max_length=100)
]
MOST_DAYS = 3650
FIELDS_AT_MOST = 200


class Bounds(Input):
    """A place in points, from the upper left corner of its page."""

    x: Place = 0
    y: Place = 0
    width: Side = 1
    height: Side = 1


class FormField(Input):
    field_type: FieldType
    page_number: Annotated[Whole, Field(ge=1, le=100_000)]
    bounds: Bounds
    id: Annotated[Text, Field(max_length=120)] | None = None
    name: Text | None = None
    label: Annotated[Text, Field(max_length=120)] | None = None
    value: Annotated[Text, Field(max_length=500)] | None = None
    is_required: Flag | None = None
    is_read_only: Flag = False


class Person(Secured):
    """What signers of a document and those who take a template's roles share."""

    authentication_code: Text | None = None
    enable_email_otp: Flag = False
    private_message: Annotated[Text, Field(max_length=5000)] | None = None
    signer_order: Annotated[Whole, Field(ge=1, le=50)] | None = None
    signer_type: SignerType | None = None
    signer_role: Annotated[Text, Field(max_length=120)] | None = None
    host_email: Email | None = None
    delivery_mode: DeliveryMode | None = None
    language: Language | None = None
    locale: Locale | None = None
    sign_type: Literal["Single", "Group"] | None = None
    group_id: Annotated[Text, Field(max_length=120)] | None = None
    allow_field_configuration: Flag | None = None
    enable_qes: Flag | None = None
    form_fields: Annotated[list[FormField], Field(max_length=FIELDS_AT_MOST)] = []

    @model_validator(mode="after")
    def says_what_is_offered(self) -> Self:
        if self.authentication_type == "KBA":
            raise fault("The authenticationType KBA is not offered here.")
        if not self.brings_only_a_code:
            refuse_wrong_code(
                self.authentication_type, self.authentication_code, "authenticationCode"
            )
        if self.sign_type == "Group":
            raise fault("The signType Group is not offered here: name one person.")
        return self

    @property
    def brings_only_a_code(self) -> bool:
        """Whether a template says which proof, and the code for it comes here."""
        return False


class DocumentSigner(Person):
    id: Text | None = None
    name: Annotated[Text, Field(max_length=120)] | None = None
    email_address: Email | None = None


class Cc(Input):
    email_address: Email


class ReminderSettings(Input):
    enable_auto_reminder: Flag = False
    reminder_days: Annotated[Whole, Field(ge=1, le=365)] = 3
    reminder_count: Annotated[Whole, Field(ge=1, le=100)] = 3


class ReminderSettingsOut(Output):
    enable_auto_reminder: bool = False
    reminder_days: int = 3
    reminder_count: int = 3


class DocumentInfo(Input):
    language: Language | None = None
    title: Annotated[Text, Field(max_length=256)] | None = None
    description: Annotated[Text, Field(max_length=5000)] | None = None


class Covering(Input):
    """What goes along with a document, however its pages come."""

    title: Annotated[Text, Field(max_length=256)] | None = None
    message: Annotated[Text, Field(max_length=5000)] | None = None
    cc: Annotated[list[Cc], Field(max_length=50)] = []
    enable_signing_order: Flag | None = None
    expiry_days: Annotated[Whole, Field(ge=1, le=MOST_DAYS)] | None = None
    expiry_date_type: ExpiryType | None = None
    expiry_value: Annotated[Whole, Field(ge=1, le=10**11)] = 60
    reminder_settings: ReminderSettings = ReminderSettings()
    disable_emails: Flag = False
    disable_sms: Flag = False
    enable_print_and_sign: Flag = False
    enable_reassign: Flag = True
    hide_document_id: Flag = False
    disable_expiry_alert: Flag = False
    brand_id: Annotated[Text, Field(max_length=120)] | None = None
    labels: Labels = []
    meta_data: Metadata = {}
    on_behalf_of: Email | None = None
    is_sandbox: Flag | None = None
    document_info: Annotated[list[DocumentInfo], Field(max_length=50)] = []
    document_download_option: DownloadOption | None = None
    download_file_name: Annotated[Text, Field(max_length=250)] | None = None
    scheduled_send_time: Annotated[Whole, Field(ge=0, le=10**11)] | None = None
    file_urls: Annotated[list[Text], Field(max_length=25)] = []

    @model_validator(mode="after")
    def nothing_that_is_not_offered(self) -> Self:
        if self.scheduled_send_time:
            raise fault(
                "The scheduledSendTime is not offered here: send when it is due."
            )
        if self.file_urls:
            raise fault("The fileUrls are not fetched here: send the files themselves.")
        return self


class JsonFile(Input):
    """A file inside JSON: base64, or a data URL."""

    base64: Annotated[Text, Field(min_length=1)]
    file_name: Annotated[Text, Field(max_length=250)] = ""

    @model_validator(mode="before")
    @classmethod
    def read_text(cls, data: Any) -> Any:
        return {"base64": data} if isinstance(data, str) else data


class SendForSign(Covering):
    files: Annotated[list[JsonFile], Field(max_length=20)] = []
    signers: Annotated[list[DocumentSigner], Field(max_length=50)] = []
    enable_embedded_signing: Flag = False
    use_text_tags: Flag = False
    auto_detect_fields: Flag = False

    @model_validator(mode="after")
    def somebody_signs(self) -> Self:
        if not self.signers:
            raise fault("The signers are required: at least one.")
        return self


class DocumentCreated(Output):
    document_id: str


class ExtendExpiry(Input):
    new_expiry_value: Annotated[Text, Field(max_length=60)] | Whole | None = None
    new_expiry_date: Annotated[Text, Field(max_length=60)] | None = None
    warn_prior: Annotated[Whole, Field(ge=0, le=LARGEST)] | None = None
    on_behalf_of: Email | None = None
