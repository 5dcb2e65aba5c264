"""Templates: made, listed, read, and documents sent from them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workspace.api.boldsign.schemas.authentication import (
    AuthenticationType,
    PhoneIn,
    PhoneOut,
)
from workspace.api.boldsign.schemas.base import Email, Flag, Input, Order, Output, Text
from workspace.api.boldsign.schemas.properties import (
    BehalfOf,
    CcDetail,
    FieldOut,
    PageDetails,
)
from workspace.api.boldsign.schemas.sending import (
    FIELDS_AT_MOST,
    Cc,
    Covering,
    DeliveryMode,
    DocumentInfo,
    FormField,
    JsonFile,
    Labels,
    Language,
    Locale,
    Person,
    SignerType,
)


class TemplateRole(Input):
    """A part that somebody takes later."""

    index: Order
    name: Annotated[Text, Field(max_length=100)] | None = None
    default_signer_name: Annotated[Text, Field(max_length=100)] | None = None
    default_signer_email: Email | None = None
    signer_order: Order | None = None
    signer_type: SignerType | None = None
    host_email: Email | None = None
    language: Language | None = None
    locale: Locale | None = None
    impose_authentication: AuthenticationType | None = None
    phone_number: PhoneIn | None = None
    delivery_mode: DeliveryMode | None = None
    allow_field_configuration: Flag | None = None
    allow_role_edit: Flag | None = None
    allow_role_delete: Flag | None = None
    form_fields: Annotated[list[FormField], Field(max_length=FIELDS_AT_MOST)] = []


class CreateTemplate(Input):
    title: Annotated[Text, Field(min_length=1, max_length=256)]
    description: Annotated[Text, Field(max_length=500)] | None = None
    document_title: Annotated[Text, Field(max_length=256)] | None = None
    document_message: Annotated[Text, Field(max_length=5000)] | None = None
    files: Annotated[list[JsonFile], Field(max_length=20)] = []
    file_urls: Annotated[list[Text], Field(max_length=25)] = []
    roles: Annotated[list[TemplateRole], Field(max_length=50)] = []
    cc: Annotated[list[Cc], Field(max_length=50)] = []
    brand_id: Annotated[Text, Field(max_length=120)] | None = None
    allow_modify_files: Flag = True
    allow_message_editing: Flag = True
    allow_new_roles: Flag = True
    allow_new_files: Flag = True
    enable_reassign: Flag = True
    enable_print_and_sign: Flag = False
    enable_signing_order: Flag = False
    document_info: Annotated[list[DocumentInfo], Field(max_length=50)] = []
    use_text_tags: Flag = False
    auto_detect_fields: Flag = False
    on_behalf_of: Email | None = None
    labels: Labels = []
    template_labels: Labels = []


class TemplateCreated(Output):
    template_id: str


class Existing(Input):
    """A field that the template has, filled in for one person."""

    id: Annotated[Text, Field(max_length=120)] | None = None
    value: Annotated[Text, Field(max_length=500)] | None = None


class Role(Person):
    """Who takes a part of a template."""

    role_index: Order | None = None
    signer_name: Annotated[Text, Field(max_length=120)] | None = None
    signer_email: Email | None = None
    existing_form_fields: Annotated[
        list[Existing], Field(max_length=FIELDS_AT_MOST)
    ] = []

    @property
    def brings_only_a_code(self) -> bool:
        return self.authentication_type is None


class SendTemplate(Covering):
    files: Annotated[list[JsonFile], Field(max_length=20)] = []
    roles: Annotated[list[Role], Field(max_length=50)] = []
    role_removal_indices: Annotated[list[Order], Field(max_length=50)] = []
    remove_form_fields: Annotated[list[Text], Field(max_length=200)] = []


class TemplateSender(Output):
    name: str
    email_address: str


class TemplateSignerRow(Output):
    signer_name: str
    signer_role: str
    signer_email: str
    phone_number: PhoneOut | None
    status: str = "NotCompleted"
    enable_access_code: bool
    enable_email_otp: bool
    impose_authentication: AuthenticationType
    delivery_mode: DeliveryMode
    order: int
    signer_type: SignerType


class TemplateRow(Output):
    document_id: str
    template_name: str
    template_description: str
    message_title: str
    sender_detail: TemplateSender
    cc_details: list[CcDetail]
    created_date: int
    activity_date: int
    activity_by: str
    status: str = "Draft"
    signer_details: list[TemplateSignerRow]
    enable_signing_order: bool
    access_type: str
    is_template: bool = True
    behalf_of: BehalfOf | None = None
    template_labels: list[str]
    labels: list[str]
    brand_id: str | None


class TemplateRecords(Output):
    page_details: PageDetails
    result: list[TemplateRow]


class TemplateFile(Output):
    document_id: str
    document_name: str
    order: int
    page_count: int


class RoleOut(Output):
    name: str
    index: int
    default_signer_name: str
    default_signer_email: str
    phone_number: PhoneOut | None
    signer_order: int
    signer_type: SignerType
    host_email: str | None
    language: int
    locale: Locale
    sign_type: str = "Single"
    allow_role_edit: bool
    allow_role_delete: bool
    enable_access_code: bool
    enable_email_otp: bool
    impose_authentication: AuthenticationType
    delivery_mode: DeliveryMode
    allow_field_configuration: bool
    form_fields: list[FieldOut]


class TemplateProperties(Output):
    template_id: str
    title: str
    description: str
    document_title: str
    document_message: str
    files: list[TemplateFile]
    roles: list[RoleOut]
    form_groups: list[str] = []
    common_fields: list[str] = []
    c_c_details: list[str]
    brand_id: str | None
    allow_message_editing: bool
    allow_new_roles: bool
    allow_new_files: bool
    allow_modify_files: bool
    enable_reassign: bool
    enable_print_and_sign_: bool
    enable_signing_order: bool
    created_date: int
    created_by: TemplateSender
    labels: list[str]
    template_labels: list[str]
    behalf_of: BehalfOf | None = None
