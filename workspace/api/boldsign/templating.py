"""Templates as clients know them: roles by index, and who takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from signing.flows import drafts, prefilling, templates
from signing.models import Document, Field, Signer, SignRequest, Template
from verification.models import Factor
from workspace.api.boldsign import (
    building,
    mapping,
    people,
    securing,
    signers_shown,
)
from workspace.api.boldsign.building import Paper, Placed
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.models import BoldSignSigner, BoldSignTemplate
from workspace.api.boldsign.people import Invitee
from workspace.api.boldsign.schemas import templates as out
from workspace.api.boldsign.schemas.templates import (
    CreateTemplate,
    Role,
    TemplateRole,
)
from workspace.models import ApiKey

Kind = Factor.Kind
INDEX = "roleIndex"
ROLE_FACTS = ("delivery_mode", "locale", "language", "host_email", "phone_number")
ALLOWED = (
    "allow_modify_files",
    "allow_message_editing",
    "allow_new_roles",
    "allow_new_files",
    "enable_reassign",
    "enable_print_and_sign",
    "brand_id",
    "labels",
    "template_labels",
)


def create(
    said: CreateTemplate,
    papers: Sequence[Paper],
    key: ApiKey,
    now: datetime,
    actor: str,
) -> Template:
    """Make a template; call it in building.all_or_nothing."""
    about = templates.TemplateDetails(said.title, said.description or "")
    template = templates.create(key.company, key.member.user, now, details=about)
    request = template.request
    request.title = said.document_title or said.title
    request.message = said.document_message or ""
    request.is_ordered = said.enable_signing_order
    request.save(update_fields=["title", "message", "is_ordered"])
    building.add_papers(request, papers, now)
    for number, role in enumerate(said.roles):
        add_role(request, role, f"roles[{number}]", actor)
    building.add_people(request, people.copies(said.cc), actor)
    facts = said.model_dump(mode="json", by_alias=True, include=set(ALLOWED))
    BoldSignTemplate.objects.create(template=template, facts=facts)
    return template


def add_role(
    request: SignRequest, said: TemplateRole, where: str, actor: str
) -> Signer:
    kind = imposed_kind(said, where)
    email = said.default_signer_email
    details = drafts.SignerDetails(
        name=(said.default_signer_name or "").strip(),
        email=people.clean_email(email, where, "defaultSignerEmail") if email else "",
        phone=said.phone_number.e164 if said.phone_number else "",
        language=request.company.language,
        max_tries=request.company.default_tries,
        factors={kind: Factor.Stage.VIEW} if kind else {},
        role=drafts.RoleDetails(
            label=(said.name or "").strip() or f"Role {said.index}",
            needs_access_code=kind == Kind.ACCESS_CODE,
            needs_phone=kind == Kind.PHONE and said.phone_number is None,
        ),
    )
    role = people.ROLES.get(said.signer_type or "", Signer.Role.SIGNER)
    signer = drafts.add_signer(request, actor, details, role)
    order = said.signer_order or said.index
    Signer.objects.filter(pk=signer.pk).update(order=order)
    facts = said.model_dump(
        mode="json", by_alias=True, include=set(ROLE_FACTS), exclude_none=True
    )
    BoldSignSigner.objects.create(signer=signer, facts=facts | {INDEX: said.index})
    fields = [
        Placed(f"{where}.formFields[{number}]", signer, field)
        for number, field in enumerate(said.form_fields)
    ]
    building.place(request, fields)
    return signer


def imposed_kind(said: TemplateRole, where: str) -> Factor.Kind | None:
    if said.impose_authentication == "KBA":
        raise DoorError(f"The {where}.imposeAuthentication KBA is not offered here.")
    return securing.KINDS.get(said.impose_authentication or "")


def refuse_same_index(roles: Sequence[TemplateRole]) -> None:
    if len({role.index for role in roles}) < len(roles):
        raise DoorError("The roles must each have an index of their own.")


def roles_of(request: SignRequest) -> dict[int, Signer]:
    """Return roles by index: the client's, else their place in the order."""
    rows = request.signers.select_related("gate", "boldsign").prefetch_related(
        "gate__factors"
    )
    acting = [signer for signer in rows if signer.acts]
    found: dict[int, Signer] = {}
    for number, signer in enumerate(acting, start=1):
        found[signers_shown.signer_facts(signer).get(INDEX) or number] = signer
    return found


def started(template: Template, draft: SignRequest) -> dict[int, Signer]:
    """Return the draft's signers by the template's indices: copied in order."""
    source = roles_of(template.request)
    old = [signer.pk for signer in template.request.signers.all()]
    new = list(
        draft.signers.select_related("gate", "request__company").prefetch_related(
            "gate__factors"
        )
    )
    return {index: new[old.index(signer.pk)] for index, signer in source.items()}


def invitees(
    said: Sequence[Role], roles: Mapping[int, Signer], emails_off: bool
) -> dict[int, Invitee]:
    """Return who takes which role. Raises DoorError. Slow: hashes passwords."""
    found: dict[int, Invitee] = {}
    for number, one in enumerate(said):
        where = f"roles[{number}]"
        index = one.role_index or number + 1
        role = roles.get(index)
        if role is None or index in found:
            raise DoorError(f"The {where}.roleIndex is not a role of this template.")
        if one.authentication_type in (None, "None"):
            refuse_lacking(one, role, where, emails_off)
        found[index] = people.invitee(
            one,
            where,
            name=one.signer_name or role.name or one.signer_email or "",
            email=one.signer_email or role.email,
            order=one.signer_order or role.order,
            emails_off=emails_off,
            phone=role.phone,
        )
    return found


def refuse_lacking(said: Role, role: Signer, where: str, emails_off: bool) -> None:
    """What the template asks for and the client brings no proof of its own for."""
    kinds = [factor.kind for factor in role.gate.factors.all()]
    if said.authentication_code and Kind.ACCESS_CODE not in kinds:
        raise DoorError(
            f"The {where}.authenticationCode must be empty: this role has no AccessCode."
        )
    if role.needs_access_code and not said.authentication_code:
        raise DoorError(f"The {where}.authenticationCode is required by the template.")
    if role.needs_phone and not said.phone_number:
        raise DoorError(f"The {where}.phoneNumber is required by the template.")
    if Kind.EMAIL in kinds:
        securing.refuse_unreachable(Kind.EMAIL, emails_off=emails_off, phone="")


def take(signer: Signer, one: Invitee, actor: str) -> None:
    """Put a person into a copied role; its own proofs stay unless they bring one."""
    kept = {
        Kind(factor.kind): Factor.Stage(factor.stage)
        for factor in signer.gate.factors.all()
    }
    tries = signer.request.company.default_tries
    details = drafts.SignerDetails(
        name=one.name,
        email=one.email,
        phone=one.phone,
        language=one.language or signer.gate.language,
        max_tries=one.max_tries or tries,
        factors=one.factors or kept,
        frequencies=one.frequencies,
        identity=one.identity_details(tries),
        secret=one.secret or one.own_secret,
        role=drafts.RoleDetails(signer.label),
    )
    drafts.update_signer(signer, details, actor)
    Signer.objects.filter(pk=signer.pk).update(order=one.order, message=one.message)
    building.finish_signer(signer, one)


def fill_existing(signer: Signer, said: Role, where: str) -> None:
    for number, one in enumerate(said.existing_form_fields):
        if not one.id or one.value is None:
            continue
        found = list(prefilling.fillable(signer).filter(tag=one.id))
        if not found:
            raise DoorError(
                f"The {where}.existingFormFields[{number}].id is not a field to fill."
            )
        for field in found:
            field.value = prefilling.as_value(field.kind, one.value)
        Field.objects.bulk_update(found, ["value"])


def row(template: Template) -> out.TemplateRow:
    request, facts = template.request, facts_of(template)
    sender = sender_of(template)
    return out.TemplateRow(
        document_id=str(template.public_id),
        template_name=str(template),
        template_description=template.description,
        message_title=request.title,
        sender_detail=sender,
        cc_details=mapping.cc_details(list(request.signers.all())),
        created_date=mapping.seconds(template.created_at),
        activity_date=mapping.seconds(template.created_at),
        activity_by=sender.email_address,
        signer_details=[
            signer_row(signer) for signer in request.signers.all() if signer.acts
        ],
        enable_signing_order=request.is_ordered,
        access_type="Use" if template.is_shared else "None",
        template_labels=facts.get("templateLabels") or [],
        labels=facts.get("labels") or [],
        brand_id=facts.get("brandId"),
    )


def signer_row(signer: Signer) -> out.TemplateSignerRow:
    facts = role_facts(signer)
    return out.TemplateSignerRow(
        signer_name=signer.name,
        signer_role=signer.label,
        signer_email=signer.email,
        phone_number=facts["phone_number"],
        enable_access_code=facts["enable_access_code"],
        enable_email_otp=facts["enable_email_otp"],
        impose_authentication=facts["impose_authentication"],
        delivery_mode=facts["delivery_mode"],
        order=signer.order,
        signer_type=facts["signer_type"],
    )


def role_facts(signer: Signer) -> dict[str, Any]:
    facts = signers_shown.signer_facts(signer)
    kinds = {factor.kind for factor in signer.gate.factors.all()}
    kind = next((kind for kind in signers_shown.TYPES if kind in kinds), None)
    return {
        "phone_number": signers_shown.phone_number(signer.phone, facts),
        "enable_access_code": Kind.ACCESS_CODE in kinds,
        "enable_email_otp": Kind.EMAIL in kinds,
        "impose_authentication": signers_shown.TYPES[kind] if kind else "None",
        "delivery_mode": facts.get("deliveryMode") or "Email",
        "signer_type": signers_shown.SIGNER_TYPES.get(signer.role, "Signer"),
        "host_email": facts.get("hostEmail"),
        "language": signers_shown.language_number(
            facts.get("language"), japanese=False
        ),
        "locale": facts.get("locale") or "EN",
    }


def properties(
    template: Template, documents: Sequence[Document], fields: Sequence[Field]
) -> out.TemplateProperties:
    request, facts = template.request, facts_of(template)
    return out.TemplateProperties(
        template_id=str(template.public_id),
        title=str(template),
        description=template.description,
        document_title=request.title,
        document_message=request.message,
        files=[
            out.TemplateFile(
                document_id=str(document.public_id),
                document_name=document.name,
                order=number,
                page_count=document.page_count,
            )
            for number, document in mapping.numbered(documents)
        ],
        roles=[
            as_role(index, signer, fields)
            for index, signer in sorted(roles_of(request).items())
        ],
        c_c_details=[one.email for one in request.signers.all() if not one.acts],
        brand_id=facts.get("brandId"),
        allow_message_editing=facts.get("allowMessageEditing", True),
        allow_new_roles=facts.get("allowNewRoles", True),
        allow_new_files=facts.get("allowNewFiles", True),
        allow_modify_files=facts.get("allowModifyFiles", True),
        enable_reassign=facts.get("enableReassign", True),
        enable_print_and_sign_=facts.get("enablePrintAndSign", False),
        enable_signing_order=request.is_ordered,
        created_date=mapping.seconds(template.created_at),
        created_by=sender_of(template),
        labels=facts.get("labels") or [],
        template_labels=facts.get("templateLabels") or [],
    )


def as_role(index: int, signer: Signer, fields: Sequence[Field]) -> out.RoleOut:
    return out.RoleOut(
        name=signer.label,
        index=index,
        default_signer_name=signer.name,
        default_signer_email=signer.email,
        signer_order=signer.order,
        allow_role_edit=True,
        allow_role_delete=True,
        allow_field_configuration=False,
        form_fields=[
            signers_shown.form_field(field)
            for field in fields
            if field.signer_id == signer.pk
        ],
        **role_facts(signer),
    )


def sender_of(template: Template) -> out.TemplateSender:
    owner = template.owner
    return out.TemplateSender(name=owner.name, email_address=owner.email)


def facts_of(template: Template) -> dict[str, Any]:
    echo: BoldSignTemplate | None = getattr(template, "boldsign", None)
    return echo.facts if echo else {}


def with_all(rows: models.QuerySet[Template]) -> models.QuerySet[Template]:
    """Bring what a list's row is made of; a fixed number of queries."""
    signers = Signer.objects.select_related("gate", "boldsign").prefetch_related(
        "gate__factors"
    )
    return rows.select_related("request__sender", "boldsign").prefetch_related(
        models.Prefetch("request__signers", signers)
    )
