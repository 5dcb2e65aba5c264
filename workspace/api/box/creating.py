"""A signature request is made, all or nothing, by the verbs that the pages use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from signing.flows import drafts, readiness, sending, templates, uploads
from signing.models import Signer, SignRequest, Template
from signing.pdf import intake
from verification import texts
from verification.models import Factor
from workspace import keys
from workspace.api import guard
from workspace.api.box import asked, shelf
from workspace.api.box.asked import Person
from workspace.api.box.errors import BoxError, bad_request
from workspace.api.box.models import BoxFile, BoxFolder
from workspace.api.box.models import BoxRequest as Box
from workspace.api.box.schemas import CreateIn
from workspace.models import ApiKey

Kind, Stage = Factor.Kind, Factor.Stage
ECHOED = (
    "name",
    "template_id",
    "is_document_preparation_needed",
    "is_phone_verification_required_to_view",
    "external_id",
    "external_system_name",
    "redirect_url",
    "declined_redirect_url",
    "are_text_signatures_enabled",
    "signature_color",
)
# Where the pages would point to, as members.
MEMBERS = {"documents": "source_files", "id_title": "name"}
ECHOED_OF_SIGNER = (
    "is_in_person",
    "order",
    "embed_url_external_user_id",
    "redirect_url",
    "declined_redirect_url",
    "signer_group_id",
)


@dataclass(frozen=True)
class Source:
    """A file that was looked at and can be signed."""

    row: BoxFile
    bytes: bytes
    taken: intake.Intake


def create(key: ApiKey, body: CreateIn, now: datetime) -> SignRequest:
    """Make a request and send it, or leave it to be prepared.

    Everything is looked at before anything is stored. Raises BoxError.
    """
    asked.check(body)
    folder = shelf.find_folder(
        key, body.parent_folder.id if body.parent_folder else "0"
    )
    template = find_template(key, body.template_id) if body.template_id else None
    rows = shelf.find_sources(key, [one.id for one in body.source_files or ()])
    people = asked.people(body, key.company)
    if template is None:
        _require_emails(people)
    sources = [look_at(row, place) for place, row in enumerate(rows)]
    with transaction.atomic():
        if template is not None:
            draft = _from_template(key, template, body, people, now)
        else:
            draft = _from_files(key, sources, body, people, now)
        _keep_said(draft, body, folder, sources, people)
        _require_ready(draft)
        if not body.is_document_preparation_needed:
            by = keys.actor_name(key)
            sending.send(draft, actor=key.member.user, now=now, by=by)
    return draft


def find_template(key: ApiKey, public_id: str) -> Template:
    """Return a template by its id. Raises BoxError."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        raise BoxError(404, "There is no such sign template.") from None
    rows = guard.visible_templates(key).filter(archived_at=None)
    template = rows.select_related("request").filter(request__public_id=wanted).first()
    if template is None:
        raise BoxError(404, "There is no such sign template.")
    return template


def look_at(row: BoxFile, place: int) -> Source:
    """Check an uploaded file as every upload is. Raises BoxError."""
    with row.content.open("rb") as file:
        source = file.read()
    try:
        taken = uploads.check(source)
    except intake.Refused as refused:
        words = intake.problem_sentence(refused)
        raise bad_request(f"source_files[{place}] ({row.name}): {words}") from refused
    return Source(row, source, taken)


def _require_emails(people: Sequence[Person]) -> None:
    for place, person in enumerate(people):
        if not person.email:
            raise bad_request(f"signers[{place}].email is required.")


def _from_files(
    key: ApiKey,
    sources: Sequence[Source],
    body: CreateIn,
    people: Sequence[Person],
    now: datetime,
) -> SignRequest:
    draft = drafts.create_draft(key.company, key.member.user, now)
    for source in sources:
        uploads.keep_document(draft, source.row.name, source.bytes, source.taken, now)
    stage = _stage(body)
    for person in people:
        factors = _factors(person, stage)
        details = drafts.SignerDetails(
            name=person.name[:120],
            email=person.email,
            phone=person.phone,
            language=person.language,
            max_tries=key.company.default_tries,
            factors=factors,
            secret=person.secret,
        )
        by = keys.actor_name(key)
        signer = drafts.add_signer(draft, by, details, person.role)
        _set_part(signer, person)
    _set_order(draft, body)
    return draft


def _from_template(
    key: ApiKey,
    template: Template,
    body: CreateIn,
    people: Sequence[Person],
    now: datetime,
) -> SignRequest:
    taken = _take_roles(template, people)
    parts = {
        role.public_id: templates.Part(
            name=person.name[:120],
            email=person.email,
            phone=person.phone,
            language=person.language,
            factors=_factors(person, _stage(body)),
            secret=person.secret,
        )
        for role, person in taken
    }
    draft = templates.start(template, sender=key.member.user, now=now, parts=parts)
    # Signers are copied in order; an address may have several roles.
    places = [role.pk for role in template.request.signers.all()]
    copies = list(draft.signers.all())
    for role, person in taken:
        _set_part(copies[places.index(role.pk)], person)
    if body.is_phone_verification_required_to_view is not None:
        Factor.objects.filter(gate__signer__request=draft, kind=Kind.PHONE).update(
            stage=_stage(body)
        )
    return draft


def _take_roles(
    template: Template, people: Sequence[Person]
) -> list[tuple[Signer, Person]]:
    """Say who takes which role: their own by its address, else the next free one.

    Raises BoxError where there are more people than roles, or a role lacks what
    the template demands of it.
    """
    roles = list(template.request.signers.select_related("gate"))
    fixed = {role.email.lower(): role for role in roles if role.email}
    free = [role for role in roles if not role.email]
    taken = []
    for place, person in enumerate(people):
        role = fixed.pop(person.email.lower(), None) or (free.pop(0) if free else None)
        if role is None:
            words = f"signers[{place}]: the template has no role left for this signer."
            raise bad_request(words)
        if not person.email and not role.email:
            raise bad_request(f"signers[{place}].email is required.")
        _require_demanded(role, person, f"signers[{place}]")
        taken.append((role, person))
    if free:
        raise bad_request(
            f"signers: the template’s role {free[0].label} needs a signer."
        )
    return taken


def _require_demanded(role: Signer, person: Person, at: str) -> None:
    factors = {one.kind: one for one in role.gate.factors.filter(removed_at=None)}
    password = factors.get(Kind.ACCESS_CODE)
    if role.needs_access_code and not (person.secret or (password and password.secret)):
        raise bad_request(f"{at}.password is required by the template.")
    if role.needs_phone and not (person.phone or role.phone):
        words = f"{at}.verification_phone_number is required by the template."
        raise bad_request(words)


def _stage(body: CreateIn) -> Factor.Stage:
    to_view = body.is_phone_verification_required_to_view
    return Stage.VIEW if to_view else Stage.SIGN


def _factors(person: Person, stage: Factor.Stage) -> dict[Factor.Kind, Factor.Stage]:
    """A password guards reading; a phone code reading or signing, as was asked."""
    factors = {Kind.ACCESS_CODE: Stage.VIEW} if person.secret else {}
    return factors | ({Kind.PHONE: stage} if person.phone else {})


def _set_part(signer: Signer, person: Person) -> None:
    Signer.objects.filter(pk=signer.pk).update(
        login_required=person.login_required or signer.login_required,
        redirect_url=person.redirect_url,
        declined_redirect_url=person.declined_redirect_url,
    )


def _set_order(draft: SignRequest, body: CreateIn) -> None:
    ranks = asked.ranks(body.signers)
    draft.is_ordered = len(set(ranks)) > 1
    SignRequest.objects.filter(pk=draft.pk).update(is_ordered=draft.is_ordered)
    rows = list(draft.signers.order_by("pk"))
    for signer, rank in zip(rows, ranks, strict=True):
        signer.order = rank
    Signer.objects.bulk_update(rows, ["order"])


def _keep_said(
    draft: SignRequest,
    body: CreateIn,
    folder: BoxFolder | None,
    sources: Sequence[Source],
    people: Sequence[Person],
) -> None:
    """Store what the client said of the whole, and what it wants to hear again."""
    first = sources[0].row.name if sources else draft.title
    changes: dict[str, Any] = {
        "title": asked.title_of(body, first),
        "reminders_on": bool(body.are_reminders_enabled),
    }
    if body.email_subject is not None:
        changes["subject"] = texts.one_line(body.email_subject)
    if body.email_message is not None:
        changes["message"] = body.email_message
    if body.days_valid is not None:
        changes["open_for"] = timedelta(days=body.days_valid)
    SignRequest.objects.filter(pk=draft.pk).update(**changes)
    draft.refresh_from_db()
    Box.objects.create(
        request=draft,
        folder=folder,
        source_files=[
            {"number": one.row.number, "name": one.row.name, "sha1": one.row.sha1}
            for one in sources
        ],
        echoed=_echo(body, first),
        signers=_echo_of_signers(draft, people),
    )


def _echo(body: CreateIn, first: str) -> dict[str, Any]:
    said = body.model_dump(include=set(ECHOED), exclude_none=True)
    tags = [tag.model_dump(exclude_none=True) for tag in body.prefill_tags or ()]
    name = said.get("name") or first
    return said | {"name": name, "prefill_tags": tags}


def _echo_of_signers(
    draft: SignRequest, people: Sequence[Person]
) -> dict[str, dict[str, Any]]:
    rows = draft.signers.select_related("gate").order_by("pk")
    by_email: dict[str, list[Signer]] = {}
    for row in rows:
        by_email.setdefault(row.email.lower(), []).append(row)
    told = {}
    for person in people:
        if found := by_email.get(person.email.lower()):
            said = person.said.model_dump(
                include=set(ECHOED_OF_SIGNER), exclude_none=True
            )
            told[str(found.pop(0).public_id)] = said
            by_email = {email: left for email, left in by_email.items() if left}
    return told


def _require_ready(draft: SignRequest) -> None:
    """What still keeps the pages from sending keeps programs too."""
    for problem in readiness.problems(draft):
        member = MEMBERS.get(problem.anchor, "signers")
        raise bad_request(f"{member}: {problem.words}")
