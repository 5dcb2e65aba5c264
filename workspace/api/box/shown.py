"""What the door shows: rows as its clients read them. Passwords, links and codes
are not among it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from signing.models import Signer, SignRequest, Template
from verification.models import Factor, User
from workspace.api.box.models import BoxFolder
from workspace.api.box.models import BoxRequest as Box
from workspace.api.box.shelf import ROOT, ROOT_NAME, Held, number_of
from workspace.models import ApiKey

State = SignRequest.State
STATUSES = {
    State.DRAFT: "created",
    State.SEALING: "finalizing",
    State.COMPLETED: "signed",
    State.DECLINED: "declined",
    State.RECALLED: "cancelled",
    State.EXPIRED: "expired",
}
ROLES = {
    Signer.Role.APPROVER: "approver",
    Signer.Role.CC: "final_copy_reader",
}
ONLY_TOLD = (
    "is_phone_verification_required_to_view",
    "external_id",
    "external_system_name",
    "redirect_url",
    "declined_redirect_url",
    "are_text_signatures_enabled",
    "signature_color",
    "prefill_tags",
)
MAX_INT = 2**53


def user_number(user: User) -> str:
    """Return a stable number for a user, which tells nothing of how many there are."""
    text = f"box user\0{user.pk}".encode()
    mac = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()
    return str(int.from_bytes(mac[:8], "big") % MAX_INT)


def user(key: ApiKey) -> dict[str, Any]:
    member = key.member.user
    return {
        "type": "user",
        "id": user_number(member),
        "name": member.name,
        "login": member.email,
        "status": "active",
        "language": member.language or key.company.language,
        "timezone": key.company.time_zone,
        "created_at": moment(member.date_joined),
    }


def folder_mini(folder: BoxFolder | None) -> dict[str, Any]:
    return {
        "type": "folder",
        "id": folder.number if folder else ROOT,
        "etag": "0" if folder else None,
        "sequence_id": "0" if folder else None,
        "name": folder.name if folder else ROOT_NAME,
    }


def file(held: Held) -> dict[str, Any]:
    sha1, size = held.sha1, held.content.size
    if not sha1:
        sha1 = hashlib.sha1(held.read(), usedforsecurity=False).hexdigest()
    version = {"type": "file_version", "id": held.number, "sha1": sha1}
    return {
        "type": "file",
        "id": held.number,
        "etag": "0",
        "sequence_id": "0",
        "name": held.name,
        "sha1": sha1,
        "size": size,
        "file_version": version,
        "created_at": moment(held.created_at),
        "modified_at": moment(held.created_at),
        "parent": folder_mini(held.folder),
        "item_status": "active",
        "path_collection": path_of(held.folder),
    }


def path_of(folder: BoxFolder | None) -> dict[str, Any]:
    entries = [folder_mini(None)] + ([folder_mini(folder)] if folder else [])
    return {"total_count": len(entries), "entries": entries}


def file_mini(number: str, name: str = "", sha1: str = "") -> dict[str, Any]:
    shown = {"type": "file", "id": number, "etag": "0", "sequence_id": "0"}
    shown |= {"name": name} if name else {}
    return shown | ({"sha1": sha1} if sha1 else {})


def no_path() -> dict[str, Any]:
    return {"total_count": 0, "entries": []}


def sign_request(request: SignRequest) -> dict[str, Any]:
    """request comes by related(), so that a list costs no query for each."""
    box: Box | None = getattr(request, "box", None)
    told = box.echoed if box else {}
    prepares = bool(told.get("is_document_preparation_needed"))
    name = told.get("name") or f"{request.title}.pdf"
    return {
        "type": "sign-request",
        "id": str(request.public_id),
        "short_id": str(request.public_id)[:8],
        "status": status_of(request),
        "name": name,
        "is_document_preparation_needed": prepares,
        "prepare_url": prepare_url(request) if prepares else None,
        "created_at": moment(request.created_at),
        "source_files": source_files(request, box),
        "parent_folder": folder_mini(box.folder if box else None),
        "signing_log": None,
        "sign_files": {
            "files": [file_mini(number_of(request.public_id), name)],
            "is_ready_for_download": request.state == State.COMPLETED,
        },
        "sender_email": request.sender.email,
        "sender_id": int(user_number(request.sender)),
        "collaborator_level": "owner",
        **options_of(request, told),
        "signers": [requester(request), *signers_of(request, box)],
    }


def options_of(request: SignRequest, told: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, as it stands now, and what is only said again."""
    template, open_for = request.started_from, request.open_for
    return dict.fromkeys(ONLY_TOLD) | {
        "are_text_signatures_enabled": True,
        "prefill_tags": [],
        **{name: told[name] for name in ONLY_TOLD if name in told},
        # A template may be deleted; what was asked for stays as it was said.
        "template_id": str(template.public_id) if template else told.get("template_id"),
        "email_subject": request.subject or None,
        "email_message": request.message or None,
        "days_valid": None if open_for is None else open_for.days,
        "auto_expire_at": expiry_of(request),
        "are_reminders_enabled": request.reminders_on,
    }


def related(rows: QuerySet[SignRequest]) -> QuerySet[SignRequest]:
    """Select what sign_request looks at."""
    signers = Signer.objects.select_related("gate").prefetch_related("gate__factors")
    return rows.select_related(
        "box__folder", "sender", "started_from__request"
    ).prefetch_related("documents", Prefetch("signers", signers))


def status_of(request: SignRequest) -> str:
    if request.state in STATUSES:
        return STATUSES[State(request.state)]
    seen = any(one.viewed_at or one.is_done for one in request.signers.all())
    return "viewed" if seen else "sent"


def expiry_of(request: SignRequest) -> str | None:
    if request.ends_at is not None:
        return moment(request.ends_at)
    if request.open_for and request.is_draft:
        return moment(request.created_at + request.open_for)
    return None


def prepare_url(request: SignRequest) -> str | None:
    """Where the publisher signs in, places fields, and sends from; no secret."""
    if not request.is_draft:
        return None
    path = reverse("workspace:fields", args=[request.public_id])
    return f"{settings.PUBLIC_URL}{path}"


def source_files(request: SignRequest, box: Box | None) -> list[dict[str, Any]]:
    if box and box.source_files:
        return [file_mini(**one) for one in box.source_files]
    return [
        file_mini(number_of(document.public_id), document.name)
        for document in request.documents.all()
    ]


def requester(request: SignRequest) -> dict[str, Any]:
    """Who asked for the signatures comes first, and gets the final copy."""
    shown = blank_signer() | {"email": request.sender.email, "order": 0}
    return shown | {"role": "final_copy_reader"}


def signers_of(request: SignRequest, box: Box | None) -> list[dict[str, Any]]:
    told = box.signers if box else {}
    return [
        signer(one, told.get(str(one.public_id), {})) for one in request.signers.all()
    ]


def signer(row: Signer, told: dict[str, Any]) -> dict[str, Any]:
    kinds = {one.kind for one in row.gate.factors.all() if one.removed_at is None}
    phone = row.phone if Factor.Kind.PHONE in kinds else ""
    return (
        blank_signer()
        | told
        | {
            "email": row.email or None,
            "role": ROLES.get(Signer.Role(row.role), "signer"),
            "order": told.get("order", row.order),
            "verification_phone_number": phone or None,
            "login_required": row.login_required,
            "has_viewed_document": row.viewed_at is not None,
            "signer_decision": decision(row),
        }
    )


def decision(row: Signer) -> dict[str, Any] | None:
    if not row.is_done or row.done_at is None:
        return None
    return {
        "type": row.state,
        "finalized_at": moment(row.done_at),
        "additional_info": row.decline_reason or None,
    }


def blank_signer() -> dict[str, Any]:
    return {
        "email": None,
        "role": "signer",
        "is_in_person": False,
        "order": 1,
        "verification_phone_number": None,
        "login_required": False,
        "has_viewed_document": False,
        "signer_decision": None,
        "signer_group_id": None,
        "embed_url_external_user_id": None,
        "redirect_url": None,
        "declined_redirect_url": None,
        "inputs": [],
        "embed_url": None,
        "iframeable_embed_url": None,
        "suppress_notifications": False,
    }


def template(row: Template) -> dict[str, Any]:
    """row comes with request, documents, signers, gates and factors."""
    roles = list(row.request.signers.all())
    return {
        "type": "sign-template",
        "id": str(row.public_id),
        "name": str(row),
        "email_subject": row.request.subject or None,
        "email_message": row.request.message or None,
        "days_valid": row.request.open_for.days if row.request.open_for else 0,
        "parent_folder": folder_mini(None),
        "source_files": [
            file_mini(number_of(one.public_id), one.name)
            for one in row.request.documents.all()
        ],
        "are_fields_locked": False,
        "are_options_locked": False,
        "are_recipients_locked": False,
        "are_email_settings_locked": False,
        "are_files_locked": True,
        "signers": [template_signer(role) for role in roles],
        "additional_info": {
            "non_editable": ["source_files"],
            "required": {"signers": [needs_of(role) for role in roles]},
        },
    }


def template_signer(role: Signer) -> dict[str, Any]:
    needs = needs_of(role)
    return {
        "email": role.email or None,
        "label": role.label or role.name,
        "public_id": str(role.public_id),
        "role": ROLES.get(Signer.Role(role.role), "signer"),
        "order": role.order,
        "is_in_person": False,
        "signer_group_id": None,
        "login_required": role.login_required,
        "is_password_required": "password" in needs,
        "is_phone_number_required": "verification_phone_number" in needs,
        "inputs": [],
    }


def needs_of(role: Signer) -> list[str]:
    """Name what a client must say of this role: what nobody has said for good."""
    factors = {one.kind: one for one in role.gate.factors.all() if not one.removed_at}
    password = factors.get(Factor.Kind.ACCESS_CODE)
    asks_phone = role.needs_phone or Factor.Kind.PHONE in factors
    needs = [] if role.email else ["email"]
    if (role.needs_access_code or password) and not (password and password.secret):
        needs.append("password")
    if asks_phone and not role.phone:
        needs.append("verification_phone_number")
    return needs


def moment(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()
