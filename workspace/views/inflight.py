"""One signer is changed while the request is out: dialogs of the signer's menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from signing.flows import forgetting, reassigning, reminding, renewing, securing
from signing.flows.holding import refusal_of
from signing.flows.refusals import RefusedError
from signing.models import Signer, SignRequest
from verification.models import Budget
from workspace import reminders
from workspace.access import get_request, get_signer, member_required
from workspace.forms import inflight
from workspace.forms.devices import ForgetForm
from workspace.http import WorkspaceRequest, go, page_behind, render_dialog
from workspace.views.phones import default_page

Verb = Callable[[], object]


@member_required
@require_http_methods(["GET", "POST"])
def set_password(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    row, signer = _of(request, pk, signer_pk)
    form = inflight.PasswordForm(signer, request.POST or None)

    def change() -> None:
        securing.set_access_code(
            signer,
            form.cleaned_data["access_code"],
            hint=form.cleaned_data["hint"],
            seen=form.cleaned_data["seen"],
            actor=request.user,
            now=timezone.now(),
        )

    said = _("The password of %(name)s is set. Tell it to them yourself.")
    if _is_done(request, form, change, said % {"name": signer.name}):
        return go(request, page_behind(request, default_page([row])))
    budget = signer.gate.budgets.filter(kind=Budget.Kind.ACCESS_CODE).first()
    is_locked = bool(budget and budget.locked_at)
    return _show(request, "password", signer, form, is_locked=is_locked)


@member_required
@require_http_methods(["GET", "POST"])
def factors(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    """Add, change or take away what a signer must prove."""
    row, signer = _of(request, pk, signer_pk)
    channel = request.GET.get("channel", "")
    form = inflight.FactorsForm(signer, request.POST or None, channel)
    changed = []

    def change() -> None:
        changed.append(
            securing.change(
                signer,
                form.wanted(),
                removed=form.removed(),
                seen=form.cleaned_data["seen"],
                tries=form.cleaned_data["max_tries"],
                login_required=form.cleaned_data["login_required"],
                actor=request.user,
                now=timezone.now(),
            )
        )

    if _is_done(request, form, change):
        _say_changed(request, signer, changed[0])
        return go(request, page_behind(request, default_page([row])))
    return _show(request, "factors", signer, form)


@member_required
@require_http_methods(["GET", "POST"])
def reassign(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    """Let somebody else sign in this place; the others' signatures stay."""
    row, signer = _of(request, pk, signer_pk)
    before = signer.name
    form = inflight.ReassignForm(signer, request.POST or None)

    def change() -> None:
        reassigning.reassign(
            signer, actor=request.user, now=timezone.now(), **form.person()
        )

    if _is_done(request, form, change):
        words = _("%(new)s is asked instead of %(old)s.")
        messages.success(request, words % {"new": signer.name, "old": before})
        return go(request, page_behind(request, default_page([row])))
    return _show(request, "reassign", signer, form, before=before)


@member_required
@require_http_methods(["GET", "POST"])
def new_link(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    row, signer = _of(request, pk, signer_pk)
    posted = request.POST if request.method == "POST" else None
    form = inflight.NewLinkForm(signer, posted)

    def change() -> None:
        seen = form.cleaned_data["seen"]
        renewing.send_new_link(
            signer, actor=request.user, now=timezone.now(), seen=seen
        )

    words = _("A new link is on its way to %(name)s, with all tries.")
    if _is_done(request, form, change, words % {"name": signer.name}):
        return go(request, page_behind(request, default_page([row])))
    used = max((one.total for one in signer.gate.budgets.all()), default=0)
    return _show(request, "new_link", signer, form, used=used, most=Budget.TOTAL_CAP)


@member_required
@require_http_methods(["GET", "POST"])
def remind(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    row, signer = _of(request, pk, signer_pk)
    form = inflight.RemindForm(request.POST or None)

    def change() -> None:
        reminding.remind(
            signer,
            message=form.cleaned_data["message"],
            actor=request.user,
            now=timezone.now(),
        )

    words = _("%(name)s is reminded by email.") % {"name": signer.name}
    if _is_done(request, form, change, words):
        return go(request, page_behind(request, default_page([row])))
    line = reminders.line_of(get_signer(row, signer_pk), timezone.now())
    return _show(request, "remind_signer", signer, form, line=line)


@member_required
@require_http_methods(["GET", "POST"])
def forget_device(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    """Remove a lost passkey or authenticator app of this signer."""
    row, signer = _of(request, pk, signer_pk)
    form = ForgetForm(signer, request.POST if request.method == "POST" else None)

    def change() -> None:
        forgetting.forget_devices(
            signer,
            form.cleaned_data["kinds"],
            seen=form.cleaned_data["seen"],
            actor=request.user,
            now=timezone.now(),
        )

    said = _("Removed. %(name)s sets up a new one when it is asked for.")
    if _is_done(request, form, change, said % {"name": signer.name}):
        return go(request, page_behind(request, default_page([row])))
    return _show(request, "forget", signer, form)


def _of(
    request: WorkspaceRequest, pk: UUID, signer_pk: UUID
) -> tuple[SignRequest, Signer]:
    row = get_request(request, pk)
    signer = get_signer(row, signer_pk)
    signer.request = row
    return row, signer


def _is_done(
    request: WorkspaceRequest, form: forms.Form, change: Verb, said: str = ""
) -> bool:
    """Do what a valid form asks for; a refusal is said in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        change()
    except RefusedError as refusal:
        inflight.tell(form, refusal)
        return False
    if said:
        messages.success(request, said)
    return True


def _say_changed(request: WorkspaceRequest, signer: Signer, changed: bool) -> None:
    if changed:
        words = _("Saved. %(name)s is asked for this from now on.")
        messages.success(request, words % {"name": signer.name})
    else:
        messages.info(request, _("Nothing was changed."))


def _show(
    request: WorkspaceRequest, name: str, signer: Signer, form: forms.Form, **more: Any
) -> HttpResponse:
    context = {
        "row": signer.request,
        "signer": signer,
        "form": form,
        "refusal": refusal_of(signer, timezone.now()),
        "next": page_behind(request, default_page([signer.request])),
        **more,
    }
    return render_dialog(request, f"workspace/inflight/{name}.html", context)
