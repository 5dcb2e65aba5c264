"""A document as clients read it: strict types, closed lists, times as seconds."""

from __future__ import annotations

from typing import Literal

from workspace.api.boldsign.schemas.authentication import AuthenticationType, PhoneOut
from workspace.api.boldsign.schemas.base import Output
from workspace.api.boldsign.schemas.sending import (
    DeliveryMode,
    DownloadOption,
    ExpiryType,
    Locale,
    ReminderSettingsOut,
    SignerType,
)
from workspace.api.boldsign.schemas.verification import Result

Status = Literal[
    "InProgress", "Completed", "Declined", "Expired", "Revoked", "Draft", "Scheduled"
]
SignerStatus = Literal[
    "None", "NotCompleted", "Completed", "Declined", "Revoked", "Expired"
]
ActivityAction = Literal[
    "Viewed", "Signed", "Reassigned", "Declined", "Revoked", "Expired", "Downloaded",
    "Reviewed", "None",
]  # fmt: skip
HistoryAction = Literal[
    "Sent", "Viewed", "Signed", "Completed", "Downloaded", "Reassigned", "Declined",
    "Recalled", "Created", "AuthenticationFailed", "Reminder", "AccessCodeChanged",
    "EmailOTP", "AuthenticationRemoved", "DownloadedAuditTrail", "Deleted", "Resend",
    "GeneratedEmbeddedSignLink", "ExpiryDateExtended", "EditRecipient",
    "AuthenticationAdded", "SMSOTP", "PhoneNumberChanged", "UnlockedSMSOTP",
    "SMSAuthenticationAdded", "SMSAuthenticationRemoved", "SMSOTPVerified",
    "SMSAuthenticationFailed", "EmailOTPAuthenticationAdded",
    "EmailOTPAuthenticationRemoved", "EmailOTPAuthenticationFailed",
    "EmailOTPVerified", "IdVerificationAdded", "IdVerificationRemoved",
    "CreateEmbeddedVerificationLink", "DownloadedVerificationData",
    "IdentityVerificationInitiated", "IdentityVerificationCompleted",
    "IdentityVerificationFailed", "IdentityVerificationReset",
    "ManualIdentityVerificationInitiated", "ManualIdentityVerificationCompleted",
    "SensitiveDataDownloaded",
]  # fmt: skip


class File(Output):
    id: str
    document_name: str
    order: int
    page_count: int


class SenderDetail(Output):
    name: str
    email_address: str
    private_message: str | None = None
    is_viewed: bool = False


class BehalfOf(Output):
    name: str
    email_address: str


class CcDetail(Output):
    email_address: str
    is_viewed: bool = False


class BoundsOut(Output):
    x: float
    y: float
    width: float
    height: float


class FieldOut(Output):
    id: str
    type: str
    value: str | None
    font: str = "Helvetica"
    is_required: bool
    is_read_only: bool
    label: str | None
    bounds: BoundsOut
    page_number: int


class IdVerification(Output):
    """prefillCompleted: the signer waited for prefilled fields and does no more."""

    type: str
    maximum_retry_count: int
    status: Result
    name_matcher: str
    require_live_capture: bool
    require_matching_selfie: bool
    hold_for_prefill: bool
    prefill_completed: bool = False
    allowed_document_types: list[str]
    allowed_countries: list[str] = []


class AuthenticationSettingsOut(Output):
    authentication_frequency: str
    status: str


class SignerRow(Output):
    """A signer in a list."""

    id: str
    signer_name: str
    signer_role: str
    signer_email: str
    status: SignerStatus
    enable_access_code: bool
    enable_email_otp: bool
    is_authentication_failed: bool | None
    authentication_type: AuthenticationType | None
    is_delivery_failed: bool
    is_viewed: bool
    is_reassigned: bool
    order: int
    signer_type: SignerType
    sign_type: Literal["Single"] = "Single"
    host_email: str | None
    host_name: str | None
    private_message: str | None
    group_id: str | None
    phone_number: PhoneOut | None
    authentication_retry_count: int | None
    id_verification: IdVerification | None
    authentication_settings: AuthenticationSettingsOut | None
    delivery_mode: DeliveryMode
    language: int
    locale: Locale
    allow_field_configuration: bool
    form_fields: list[FieldOut] = []


class HistoryEntry(Output):
    id: str
    name: str
    email: str
    to_name: str | None = None
    to_email: str | None = None
    ipaddress: str
    action: HistoryAction
    timestamp: int


class DocumentRow(Output):
    """A document in a list."""

    document_id: str
    message_title: str
    status: Status
    sender_detail: SenderDetail
    cc_details: list[CcDetail]
    signer_details: list[SignerRow]
    created_date: int
    activity_date: int
    activity_by: str
    expiry_date: int | None
    enable_signing_order: bool
    is_deleted: bool
    labels: list[str]
    brand_id: str | None
    cursor: int


class BehalfDocumentRow(DocumentRow):
    behalf_of: BehalfOf | None


class DocumentProperties(Output):
    document_id: str
    brand_id: str | None
    message_title: str
    document_description: str
    status: Status
    display_status: str
    files: list[File]
    sender_detail: SenderDetail
    signer_details: list[SignerRow]
    behalf_of: BehalfOf | None
    cc_details: list[CcDetail]
    reminder_settings: ReminderSettingsOut
    document_history: list[HistoryEntry]
    activity_by: str
    activity_date: int
    activity_action: ActivityAction
    created_date: int
    expiry_days: int | None
    expiry_date: int | None
    expiry_date_type: ExpiryType | None
    expiry_value: int | None
    enable_signing_order: bool
    is_deleted: bool
    revoke_message: str | None
    decline_message: str | None
    labels: list[str]
    meta_data: dict[str, str | None]
    disable_emails: bool
    disable_sms: bool
    enable_print_and_sign: bool
    enable_reassign: bool
    disable_expiry_alert: bool
    hide_document_id: bool
    in_editing_mode: bool = False
    document_download_option: DownloadOption
    download_file_name: str | None
    form_groups: list[str] = []
    common_fields: list[str] = []
    reassign: list[str] = []


class PageDetails(Output):
    page_size: int
    page: int
    total_records_count: int
    total_pages: int


class DocumentRecords(Output):
    page_details: PageDetails
    result: list[DocumentRow]


class BehalfDocumentRecords(Output):
    page_details: PageDetails
    result: list[BehalfDocumentRow]
