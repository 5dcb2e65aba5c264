"""A transaction is prepared once, and many are started from it.

Documents, roles, factors and fields of a template are edited by the verbs for
drafts, called with template.request: its state lets them, and nothing else.
What was started is independent: editing the template never reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows import discarding, drafts
from signing.flows.copying import CHOSEN, copy_choices, copy_contents
from signing.flows.drafts import Details, SignerDetails
from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Company, Signer, SignRequest, Template
from verification.models import Factor, Gate, Trail, User

Kind = Factor.Kind
State = SignRequest.State


@dataclass(frozen=True)
class TemplateDetails:
    name: str
    description: str = ""
    is_shared: bool = False


@dataclass(frozen=True)
class Part:
    """Who takes a role. What is empty stays as the template has it.

    factors are asked besides the role's own; secret is a password's hash.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    max_tries: int = 0
    factors: Mapping[Factor.Kind, Factor.Stage] = field(default_factory=dict)
    secret: str = ""
    hint: str = ""


NOBODY: Mapping[UUID, Part] = MappingProxyType({})


def create(
    company: Company, owner: User, now: datetime, *, details: TemplateDetails
) -> Template:
    """Make an empty template."""
    with transaction.atomic():
        request = SignRequest.with_templates.create(
            company=company,
            sender=owner,
            trail=Trail.objects.create(),
            state=State.TEMPLATE,
            created_at=now,
        )
        return Template.objects.create(
            request=request,
            name=details.name,
            description=details.description,
            is_shared=details.is_shared,
            created_at=now,
        )


def reuse_or_create(company: Company, owner: User, now: datetime) -> Template:
    """Return a template that its owner has not touched, or a new one."""
    untouched = Template.objects.live().filter(
        request__company=company,
        request__sender=owner,
        request__version=1,
        request__documents=None,
        request__signers=None,
        name="",
    )
    return untouched.first() or create(
        company, owner, now, details=TemplateDetails(name="")
    )


def save_details(
    template: Template,
    version: int,
    about: TemplateDetails,
    details: Details,
    signers: Mapping[UUID, SignerDetails],
    actor: str,
) -> int:
    """Save all of a template's form in one commit; return its new version.

    Raises drafts.StaleError, and then nothing is saved.
    """
    with transaction.atomic():
        saved = drafts.save_details(template.request, version, details, signers, actor)
        Template.objects.filter(pk=template.pk).update(
            name=about.name, description=about.description, is_shared=about.is_shared
        )
    return saved


def start(
    template: Template,
    *,
    sender: User,
    now: datetime,
    parts: Mapping[UUID, Part] = NOBODY,
    into: SignRequest | None = None,
) -> SignRequest:
    """Make a draft like the template, or fill into, an untouched one; return it.

    parts says who takes which role, by the public ids of the template's
    signers. Raises RefusedError when the template is archived or gone, StaleError
    when somebody touched into. What the draft still lacks, readiness.problems tells.
    """
    with transaction.atomic():
        source = _hold(template.request)
        template.refresh_from_db(fields=["archived_at", "name"])
        if template.is_archived:
            raise RefusedError(
                "template_archived",
                _("This template is archived. Restore it to start from it."),
            )
        draft = into or drafts.create_draft(source.company, sender, now)
        if into is not None:
            drafts.claim(into, into.version)
        draft.started_from = template
        draft.title = source.title or template.name
        copy_choices(source, draft)
        draft.save(update_fields=["title", "started_from", *CHOSEN])
        for role, signer in copy_contents(source, draft, now):
            if part := parts.get(role.public_id):
                _take(signer, part, actor_name(sender))
    return draft


def duplicate(template: Template, *, owner: User, name: str, now: datetime) -> Template:
    """Make another template like this one, for its owner alone.

    Raises RefusedError when it was deleted meanwhile.
    """
    about = TemplateDetails(name, template.description)
    return _like(template.request, owner, about, now)[0]


def save_as(
    request: SignRequest,
    *,
    owner: User,
    about: TemplateDetails,
    keeps_people: bool,
    now: datetime,
) -> Template:
    """Make a template from a draft or from what was sent.

    Without its people only their parts stay, and what was asked of them is
    demanded of those who take the parts.
    """
    with transaction.atomic():
        template, signers = _like(request, owner, about, now)
        if not keeps_people:
            for number, signer in enumerate(signers, start=1):
                _make_role(signer, number)
    return template


def archive(template: Template, *, now: datetime) -> bool:
    """Put a template away; nothing that was started from it changes."""
    row = Template.objects.filter(pk=template.pk, archived_at=None)
    return row.update(archived_at=now) == 1


def restore(template: Template) -> bool:
    """Take a template out again; False when it was not put away."""
    row = Template.objects.filter(pk=template.pk).exclude(archived_at=None)
    return row.update(archived_at=None) == 1


def delete(template: Template) -> None:
    """Delete an archived template with its documents, roles and files.

    What was started from it has copies of its own. Raises RefusedError when the
    template was restored, or deleted, meanwhile.
    """
    with transaction.atomic():
        held = _hold(template.request)
        template.refresh_from_db(fields=["archived_at"])
        if not template.is_archived:
            raise RefusedError(
                "template_in_use", _("This template is in use. Archive it first.")
            )
        discarding.discard(held)


def _hold(request: SignRequest) -> SignRequest:
    """Lock what is copied, so that nobody changes it meanwhile."""
    rows = SignRequest.with_templates.select_related("company")
    held = rows.select_for_update(of=("self",)).filter(pk=request.pk).first()
    if held is None:
        raise RefusedError("template_gone", _("This was deleted just now."))
    return held


def _like(
    request: SignRequest, owner: User, about: TemplateDetails, now: datetime
) -> tuple[Template, list[Signer]]:
    with transaction.atomic():
        source = _hold(request)
        template = create(source.company, owner, now, details=about)
        template.request.title = source.title
        copy_choices(source, template.request)
        template.request.save(update_fields=["title", *CHOSEN])
        pairs = copy_contents(source, template.request, now)
    return template, [copy for _original, copy in pairs]


def _take(signer: Signer, part: Part, actor: str) -> None:
    gate = signer.gate
    gate.name = part.name or gate.name
    gate.email = part.email or gate.email
    gate.phone = part.phone or gate.phone
    gate.language = part.language or gate.language
    gate.max_tries = part.max_tries or gate.max_tries
    gate.save(update_fields=["name", "email", "phone", "language", "max_tries"])
    for kind, stage in part.factors.items():
        Factor.objects.get_or_create(gate=gate, kind=kind, defaults={"stage": stage})
    if part.secret:
        _set_password(gate, part, actor)


def _set_password(gate: Gate, part: Part, actor: str) -> None:
    Factor.objects.update_or_create(
        gate=gate,
        kind=Kind.ACCESS_CODE,
        defaults={"secret": part.secret, "hint": part.hint, "set_by": actor[:160]},
    )


def _make_role(signer: Signer, number: int) -> None:
    """Take the person out of a copied signer."""
    gate = signer.gate
    gate.name = gate.email = gate.phone = ""
    gate.save(update_fields=["name", "email", "phone"])
    gate.factors.update(secret="", hint="", set_by="")
    asked = set(gate.factors.values_list("kind", flat=True))
    signer.label = signer.label or str(_("Signer %(number)d") % {"number": number})
    signer.needs_access_code = Kind.ACCESS_CODE in asked
    signer.needs_phone = Kind.PHONE in asked
    signer.save(update_fields=["label", "needs_access_code", "needs_phone"])
