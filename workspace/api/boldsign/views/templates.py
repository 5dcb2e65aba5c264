"""Templates: made, listed, read, put away; documents sent from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.http import HttpResponse
from ninja import Query, Router, Status

from signing.flows import drafts, templates
from signing.models import SignRequest, Template
from workspace import access, keys
from workspace.api import guard
from workspace.api.boldsign import building, finding, listing, people, templating
from workspace.api.boldsign.answers import answers, empty
from workspace.api.boldsign.building import Placed
from workspace.api.boldsign.documented import body_of
from workspace.api.boldsign.errors import DoorError, unknown_template
from workspace.api.boldsign.schemas.requests import OfTemplate, TemplateList
from workspace.api.boldsign.schemas.sending import DocumentCreated
from workspace.api.boldsign.schemas.templates import (
    CreateTemplate,
    SendTemplate,
    TemplateCreated,
    TemplateProperties,
    TemplateRecords,
)
from workspace.api.boldsign.views.documents import fields_of
from workspace.api.boldsign.views.sending import files_of, read
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["Template"])
Scope = ApiKey.Scope


@router.post(
    "/template/create",
    response=answers(201, TemplateCreated),
    by_alias=True,
    operation_id="createTemplate",
    openapi_extra=body_of(CreateTemplate),
)
def create(request: DoorRequest) -> Status[TemplateCreated]:
    guard.need(request.key, Scope.MANAGE)
    said = read(request, CreateTemplate)
    refuse_unoffered(said)
    files = files_of(request, said.files)
    if not files:
        raise DoorError("The files are required: at least one PDF.")
    if not said.roles:
        raise DoorError("The roles are required: at least one.")
    templating.refuse_same_index(said.roles)
    papers = building.look_at(files)
    key = request.key
    with building.all_or_nothing() as made:
        template = templating.create(
            said, papers, key, request.now, keys.actor_name(key)
        )
        made.append(template.request)
    return Status(201, TemplateCreated(template_id=str(template.public_id)))


def refuse_unoffered(said: CreateTemplate) -> None:
    if said.use_text_tags:
        raise DoorError(
            "The useTextTags is not offered here: name places in formFields.", 422
        )
    if said.file_urls:
        raise DoorError("The fileUrls are not fetched here: send the files themselves.")


@router.post(
    "/template/send",
    response=answers(201, DocumentCreated),
    by_alias=True,
    operation_id="sendUsingTemplate",
    openapi_extra=body_of(SendTemplate),
)
def send(request: DoorRequest, query: Query[OfTemplate]) -> Status[DocumentCreated]:
    guard.need(request.key, Scope.SEND)
    template = finding.template(request.key, query.template_id)
    said = read(request, SendTemplate)
    papers = building.look_at(files_of(request, said.files))
    roles = templating.roles_of(template.request)
    invited = templating.invitees(said.roles, roles, said.disable_emails)
    key, now = request.key, request.now
    actor = keys.actor_name(key)
    with building.all_or_nothing() as made:
        draft = templates.start(template, sender=key.member.user, now=now)
        made.append(draft)
        keep_words(said, draft)
        building.cover(draft, said, key, said.title or draft.title, now)
        building.add_papers(draft, papers, now)
        signers = templating.started(template, draft)
        for index, one in invited.items():
            templating.take(signers[index], one, actor)
        fields = []
        for number, role in enumerate(said.roles):
            signer = signers[role.role_index or number + 1]
            where = f"roles[{number}]"
            templating.fill_existing(signer, role, where)
            fields += [
                Placed(f"{where}.formFields[{index}]", signer, field)
                for index, field in enumerate(role.form_fields)
            ]
        building.place(draft, fields)
        for index in said.role_removal_indices:
            if index in signers and index not in invited:
                drafts.remove_signer(signers[index])
        building.add_people(draft, people.copies(said.cc), actor)
        building.send(draft, key, now)
    return Status(201, DocumentCreated(document_id=str(draft.public_id)))


def keep_words(said: SendTemplate, draft: SignRequest) -> None:
    """What the client leaves out stays as the template says."""
    if said.message is None:
        said.message = draft.message
    if said.enable_signing_order is None:
        said.enable_signing_order = draft.is_ordered


@router.get(
    "/template/list",
    response=answers(200, TemplateRecords),
    by_alias=True,
    operation_id="listTemplates",
)
def list_templates(request: DoorRequest, query: Query[TemplateList]) -> TemplateRecords:
    guard.need(request.key, Scope.READ)
    rows = narrowed(finding.templates(request.key), query, request.key)
    page = listing.page_details(query, rows.count())
    start = (query.page - 1) * query.page_size
    found = templating.with_all(rows)[start : start + query.page_size]
    result = [templating.row(template) for template in found]
    return TemplateRecords(page_details=page, result=result)


def narrowed(
    rows: models.QuerySet[Template], asked: TemplateList, key: ApiKey
) -> models.QuerySet[Template]:
    if asked.on_behalf_of:
        return rows.none()  # templates belong to members
    rows = of_kind(rows, asked.template_type.lower(), key.member.user_id)
    if asked.search_key:
        rows = rows.filter(name__icontains=asked.search_key)
    if asked.created_by:
        rows = rows.filter(request__sender__email__in=listing.lowered(asked.created_by))
    if asked.brand_ids:
        rows = rows.filter(boldsign__facts__brandId__in=asked.brand_ids)
    if asked.start_date:
        since = listing.moment(asked.start_date, "startDate")
        rows = rows.filter(created_at__gte=since)
    if asked.end_date:
        rows = rows.filter(created_at__lte=listing.moment(asked.end_date, "endDate"))
    return rows.order_by("-created_at", "-pk")


def of_kind(
    rows: models.QuerySet[Template], kind: str, user_id: int
) -> models.QuerySet[Template]:
    if kind == "mytemplates":
        return rows.filter(request__sender_id=user_id)
    if kind == "sharedtemplate":
        return rows.filter(is_shared=True).exclude(request__sender_id=user_id)
    return rows


@router.get(
    "/template/properties",
    response=answers(200, TemplateProperties),
    by_alias=True,
    operation_id="templateProperties",
)
def properties(request: DoorRequest, query: Query[OfTemplate]) -> TemplateProperties:
    guard.need(request.key, Scope.READ)
    template = finding.template(request.key, query.template_id)
    documents = list(template.request.documents.all())
    fields = list(fields_of(template.request))
    return templating.properties(template, documents, fields)


@router.delete("/template/delete", response=answers(204), operation_id="deleteTemplate")
def delete(request: DoorRequest, query: Query[OfTemplate]) -> HttpResponse:
    """It is put away, and can be brought back in the workspace."""
    guard.need(request.key, Scope.MANAGE)
    template = finding.template(request.key, query.template_id)
    if not access.may_edit(request.key.member, template):
        raise unknown_template()
    templates.archive(template, now=request.now)
    return empty()
