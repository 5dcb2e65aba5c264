"""The door's words: what it takes, and what it gives. Other members are ignored,
null is the same as absent, and nothing is made to fit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

Text = Annotated[StrictStr, Field(max_length=1_000)]
LongText = Annotated[StrictStr, Field(max_length=5_000)]
Number = Annotated[StrictStr, Field(max_length=50)]
Role = Literal["signer", "approver", "final_copy_reader"]
Colour = Literal["blue", "black", "red"]
Status = Literal[
    "converting",
    "created",
    "sent",
    "viewed",
    "signed",
    "cancelled",
    "declined",
    "error_converting",
    "error_sending",
    "expired",
    "finalizing",
    "error_finalizing",
]


class FileRef(BaseModel):
    id: Number
    type: Literal["file"] = "file"


class FolderRef(BaseModel):
    id: Number
    type: Literal["folder"] = "folder"


class VerificationMethod(BaseModel):
    type: Literal["phone", "login", "cac_piv"]
    phone_number: Text | None = None


class SignerIn(BaseModel):
    """One signer as a client asks for them. The password is never said again."""

    email: Text | None = None
    role: Role | None = None
    order: Annotated[StrictInt, Field(ge=0, le=10_000)] | None = None
    is_in_person: StrictBool | None = None
    login_required: StrictBool | None = None
    verification_phone_number: Text | None = None
    verification_method: VerificationMethod | None = None
    password: Text | None = None
    embed_url_external_user_id: Text | None = None
    redirect_url: Text | None = None
    declined_redirect_url: Text | None = None
    signer_group_id: Text | None = None
    suppress_notifications: StrictBool | None = None
    language: Text | None = None


class PrefillTag(BaseModel):
    document_tag_id: Text | None = None
    text_value: LongText | None = None
    checkbox_value: StrictBool | None = None
    date_value: Annotated[StrictStr, Field(max_length=40)] | None = None


class CreateIn(BaseModel):
    """A signature request as a client asks for it."""

    signers: Annotated[list[SignerIn], Field(max_length=35)]
    source_files: Annotated[list[FileRef], Field(max_length=10)] | None = None
    parent_folder: FolderRef | None = None
    template_id: Text | None = None
    is_document_preparation_needed: StrictBool | None = None
    is_phone_verification_required_to_view: StrictBool | None = None
    name: Annotated[StrictStr, Field(max_length=255)] | None = None
    email_subject: Annotated[StrictStr, Field(max_length=200)] | None = None
    email_message: LongText | None = None
    external_id: Text | None = None
    external_system_name: Text | None = None
    redirect_url: Text | None = None
    declined_redirect_url: Text | None = None
    days_valid: Annotated[StrictInt, Field(ge=0, le=730)] | None = None
    are_reminders_enabled: StrictBool | None = None
    are_text_signatures_enabled: StrictBool | None = None
    signature_color: Colour | None = None
    prefill_tags: Annotated[list[PrefillTag], Field(max_length=200)] | None = None


class FolderIn(BaseModel):
    name: Annotated[StrictStr, Field(min_length=1, max_length=255)]
    parent: FolderRef


class Out(BaseModel):
    """Members that an answer leaves out are not there, not null."""

    model_config = ConfigDict(extra="allow")


class ErrorOut(BaseModel):
    type: Literal["error"]
    status: int
    code: str
    message: str
    context_info: dict[str, Any]
    help_url: str
    request_id: str


# What any operation may answer besides its own; 500 is a fault of ours.
REFUSALS = {
    frozenset({400, 401, 403, 404, 405, 409, 412, 413, 416, 429}): ErrorOut,
}


class TokenOut(BaseModel):
    access_token: str
    expires_in: int
    token_type: Literal["bearer"]
    restricted_to: list[Any]


class TokenErrorOut(BaseModel):
    error: str
    error_description: str


class FolderMiniOut(Out):
    type: Literal["folder"]
    id: str
    name: str | None = None


class FileOut(Out):
    type: Literal["file"]
    id: str
    name: str | None = None
    size: int | None = None


class FilesOut(BaseModel):
    total_count: int
    entries: list[FileOut]


class ItemsOut(BaseModel):
    total_count: int
    entries: list[FileOut | FolderMiniOut]
    offset: int
    limit: int


class FolderOut(FolderMiniOut):
    item_status: Literal["active"]
    item_collection: ItemsOut


class UserOut(Out):
    type: Literal["user"]
    id: str
    name: str
    login: str


class SignerOut(Out):
    email: str | None
    role: Role
    order: int
    is_in_person: bool
    login_required: bool
    verification_phone_number: str | None
    has_viewed_document: bool
    signer_decision: dict[str, Any] | None


class SignFilesOut(BaseModel):
    files: list[FileOut]
    is_ready_for_download: bool


class SignRequestOut(Out):
    type: Literal["sign-request"]
    id: str
    status: Status
    name: str
    prepare_url: str | None
    signers: list[SignerOut]
    source_files: list[FileOut]
    parent_folder: FolderMiniOut
    sign_files: SignFilesOut
    auto_expire_at: str | None


class SignRequestsOut(BaseModel):
    limit: int
    next_marker: str | None
    entries: list[SignRequestOut]


class TemplateSignerOut(Out):
    email: str | None
    label: str
    public_id: str
    role: Role
    order: int
    is_password_required: bool
    is_phone_number_required: bool


class SignTemplateOut(Out):
    type: Literal["sign-template"]
    id: str
    name: str
    signers: list[TemplateSignerOut]
    source_files: list[FileOut]
    parent_folder: FolderMiniOut


class SignTemplatesOut(BaseModel):
    limit: int
    next_marker: str | None
    prev_marker: str | None
    entries: list[SignTemplateOut]
