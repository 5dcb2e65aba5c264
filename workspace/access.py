"""Who may see what. Each view goes through one decorator, each object through
one function; what belongs to another company does not exist (threat T38)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from signing.flows.drafts import StaleError
from signing.models import Document, Field, Signer, SignRequest, Template
from verification.models import IdentityCheck
from workspace import devices
from workspace.http import go
from workspace.models import Membership

if TYPE_CHECKING:
    from signing.models.template import TemplateQuerySet
    from verification.models import User
    from workspace.http import WorkspaceRequest

COMPANY_KEY = "company"
MOST_SELECTED = 100
MOST_COUNTED = 99
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def signed_in(view: View) -> View:
    """Let in whoever is signed in, with the second step if they set one up."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_step(request, "workspace:sign-in")
        if lacks_second_step(request):
            return _to_step(request, "workspace:sign-in-code")
        vars(request).setdefault("companies", [])
        vars(request).setdefault("company_name", "")
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]  # the same view, guarded


def member_required(view: View) -> View:
    """Let in an active member of a company, who has done what it asks for."""

    @signed_in
    @wraps(view)
    def guarded(
        request: WorkspaceRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        choices = memberships(request.user)
        if not choices and invitations(request.user):
            return _to_step(request, "workspace:choose-company")
        if not choices:
            return render(request, "workspace/accounts/no_company.html", status=403)
        member = chosen(request, choices)
        if member is None:
            return _to_step(request, "workspace:choose-company")
        request.member, request.companies = member, choices
        request.company_name = member.company.name
        request.waiting_checks = SimpleLazyObject(lambda: waiting_checks(member))
        if member.company.second_step_required and not has_second_step(request):
            return go(request, "workspace:set-up-second-step")
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]  # the same view, guarded


def while_draft(view: View) -> View:
    """A draft that is sent while a view works on it is not there any more."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except StaleError as error:
            raise Http404 from error

    return guarded  # type: ignore[return-value]  # the same view, guarded


def lacks_second_step(request: HttpRequest) -> bool:
    """Whether this session still owes the code of the member's own device."""
    return not has_second_step(request) and devices.is_on(request.user)


def has_second_step(request: HttpRequest) -> bool:
    return getattr(request.user, "otp_device", None) is not None


def memberships(user: User) -> list[Membership]:
    rows = Membership.objects.at_work().filter(user=user)
    return list(rows.select_related("company").order_by("company__name", "id"))


def invitations(user: User) -> list[Membership]:
    """Return the places that were offered and not taken yet."""
    rows = Membership.objects.invitations().filter(user=user)
    return list(rows.select_related("company").order_by("company__name", "id"))


def chosen(request: HttpRequest, choices: list[Membership]) -> Membership | None:
    """Return the membership that this session works in; None when one must be chosen."""
    for member in choices:
        if str(member.company.public_id) == request.session.get(COMPANY_KEY):
            return member
    return choices[0] if len(choices) == 1 else None


def visible_requests(request: WorkspaceRequest) -> QuerySet[SignRequest]:
    return visible_to(request.member)


def visible_to(member: Membership) -> QuerySet[SignRequest]:
    """Return what a member may see: their own, or all of the company's."""
    rows = SignRequest.objects.filter(company_id=member.company_id)
    return rows if sees_all(member) else rows.filter(sender_id=member.user_id)


def sees_all(member: Membership) -> bool:
    return member.is_company_admin or member.company.members_act_for_each_other


def get_request(request: WorkspaceRequest, public_id: UUID) -> SignRequest:
    rows = visible_requests(request).select_related("company", "sender")
    return get_object_or_404(rows, public_id=public_id)


def get_selection(request: WorkspaceRequest) -> list[SignRequest]:
    """Return the transactions that pk=… names, newest first; none when it names none.

    404 when one of them is not there for this member, or when there are too many.
    """
    named = request.POST.getlist("pk") or request.GET.getlist("pk")
    try:
        wanted = {UUID(pk) for pk in named}
    except ValueError as error:
        raise Http404 from error
    if len(wanted) > MOST_SELECTED:
        raise Http404
    rows = visible_requests(request).select_related("company", "sender")
    found = list(rows.filter(public_id__in=wanted).order_by("-created_at", "-pk"))
    if len(found) != len(wanted):
        raise Http404
    return found


def get_draft(request: WorkspaceRequest, public_id: UUID) -> SignRequest:
    rows = visible_requests(request).select_related("company", "sender")
    return get_object_or_404(rows, public_id=public_id, state=SignRequest.State.DRAFT)


def get_editable(request: WorkspaceRequest, public_id: UUID) -> SignRequest:
    """Return a draft, or the request of a template that the member may edit."""
    rows = visible_requests(request).select_related("company", "sender")
    drafts = rows.filter(public_id=public_id, state=SignRequest.State.DRAFT)
    return drafts.first() or get_own_template(request, public_id).request


def checks_of(member: Membership) -> QuerySet[IdentityCheck]:
    """Return the identity checks that a member may judge: their own transactions',
    or all of the company's. What was not sent is its signer's alone."""
    rows = IdentityCheck.objects.filter(
        gate__company_id=member.company_id,
        gate__signer__request__company_id=member.company_id,
        sent_at__isnull=False,
    )
    if sees_all(member):
        return rows
    return rows.filter(gate__signer__request__sender_id=member.user_id)


def waiting_checks(member: Membership) -> str:
    """Return how many wait for this member: "" for none, 99+ for all that is more."""
    rows = checks_of(member).filter(state=IdentityCheck.State.WAITING)
    found = rows[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found or "")


def get_check(request: WorkspaceRequest, public_id: UUID) -> IdentityCheck:
    rows = checks_of(request.member).select_related(
        "gate__signer__request__company",
        "gate__signer__request__sender",
        "factor",
        "decided_by",
        "visit__session",
    )
    return get_object_or_404(rows, public_id=public_id)


def get_source(request: WorkspaceRequest, public_id: UUID) -> SignRequest:
    """Return the transaction or template whose documents the member may look at."""
    found = visible_requests(request).filter(public_id=public_id).first()
    return found or get_template(request, public_id).request


def visible_templates(request: WorkspaceRequest) -> TemplateQuerySet:
    """Return those of the company for its admins, else their own and the shared."""
    member = request.member
    rows = Template.objects.of(member.company)
    return rows if member.is_company_admin else rows.usable_by(request.user)


def get_template(request: WorkspaceRequest, public_id: UUID) -> Template:
    rows = visible_templates(request)
    rows = rows.select_related("request__company", "request__sender")
    return get_object_or_404(rows, request__public_id=public_id)


def get_own_template(
    request: WorkspaceRequest, public_id: UUID, *, archived: bool = False
) -> Template:
    """Return a template that the member may edit; one in the archive only if asked."""
    template = get_template(request, public_id)
    if template.is_archived != archived or not may_edit(request.member, template):
        raise Http404
    return template


def may_edit(member: Membership, template: Template) -> bool:
    return member.is_company_admin or template.request.sender_id == member.user_id


def get_signer(draft: SignRequest, public_id: UUID) -> Signer:
    rows = draft.signers.select_related("gate", "request")
    return get_object_or_404(rows, public_id=public_id)


def get_document(of: SignRequest, public_id: UUID) -> Document:
    rows = of.documents.select_related("request")
    return get_object_or_404(rows, public_id=public_id)


def get_field(draft: SignRequest, public_id: UUID) -> Field:
    rows = Field.objects.filter(document__request=draft)
    rows = rows.select_related("document__request", "signer__gate")
    return get_object_or_404(rows, public_id=public_id)


def _to_step(request: HttpRequest, name: str) -> HttpResponse:
    """Send to a page of the sign-in, and back again afterwards if that can be."""
    if request.method != "GET" or getattr(request, "htmx", False):
        return go(request, name)
    return go(
        request, f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}"
    )
