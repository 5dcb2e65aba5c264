"""What a signer does inside: fill in, adopt a signature, sign, decline."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from signing.doors import Entry, at_the_gate, inside
from signing.flows import acting
from signing.flows.acting import Drawing, SignOutcome
from signing.gate import Action, Verdict
from signing.models import Field, Signature
from signing.views import faces, papers
from verification import texts
from verification.models import Factor

TYPED = (Signature.Style.TYPED_1, Signature.Style.TYPED_2, Signature.Style.TYPED_3)
DRAWN = (Field.Kind.SIGNATURE, Field.Kind.INITIALS)
DEFAULT_ASPECT = 3.0


@require_POST
@inside
def fields(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Keep what was filled in; ?then= says where to go on."""
    if not entry.signer.is_done:
        acting.fill(entry.signer, values_of(request))
    then = request.GET.get("then", "")
    if then == "sign":
        return sign_dialog(request, entry) if is_htmx(request) else to_sign(entry)
    if then == "later":
        context = faces.base_context(entry.signer)
        return render(request, "signing/later.html", context)
    if is_htmx(request):
        return HttpResponse(status=204)
    return redirect("signing:page", entry.gate.public_id)


@require_POST
@inside
def adopt(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Keep a signature and go on with the fields that are left."""
    drawing = drawing_of(request)
    if drawing.is_empty:
        return sign_dialog(request, entry, error=empty_words(drawing))
    if not entry.signer.is_done:
        kind = Signature.Kind.SIGNATURE
        acting.adopt(entry.signer, kind, drawing, entry.now)
    return redirect("signing:page", entry.gate.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_gate
def sign(request: HttpRequest, entry: Entry) -> HttpResponse:
    verdict = entry.judge(Action.VIEW).verdict
    if verdict != Verdict.OPEN or entry.signer.is_done:
        return redirect("signing:page", entry.gate.public_id)
    if request.method != "POST":
        return sign_dialog(request, entry)
    drawing = drawing_of(request)
    if not drawing.is_empty:
        acting.adopt(entry.signer, Signature.Kind.SIGNATURE, drawing, entry.now)
    elif not entry.signer.only_agrees and not entry.signer.signatures.exists():
        return sign_dialog(request, entry, error=empty_words(drawing))
    result = acting.sign(
        entry.signer,
        entry.visit,
        entry.origin,
        consented=request.POST.get("consent") == "yes",
        language=get_language() or entry.gate.language,
        now=entry.now,
    )
    return after_signing(request, entry, result)


def after_signing(
    request: HttpRequest, entry: Entry, result: acting.SignResult
) -> HttpResponse:
    page = reverse("signing:page", args=[entry.gate.public_id])
    if result.outcome == SignOutcome.INCOMPLETE:
        messages.info(request, _("Some fields are still empty."))
        return redirect(f"{page}#field-{result.missing[0].public_id}")
    if result.outcome == SignOutcome.REFUSED and result.verdict == Verdict.SIGN_GATE:
        return redirect(f"{page}?stage={Factor.Stage.SIGN}")
    if result.outcome == SignOutcome.NO_CONSENT:
        return sign_dialog(request, entry, error=_("Agree first, then sign."))
    if result.outcome == SignOutcome.NO_SIGNATURE:
        return sign_dialog(request, entry, error=_("Type your name or draw it."))
    if result.outcome == SignOutcome.UNSHOWN:
        return sign_dialog(request, entry, error=unshown_words(entry))
    return redirect(page)


def unshown_words(entry: Entry) -> str:
    sentence = _(
        "A page could not be shown to you, so this can’t be signed yet. %(sender)s "
        "knows of it, and can send another copy."
    )
    return sentence % {"sender": entry.gate.sender_name}


@require_http_methods(["GET", "HEAD", "POST"])
@inside
def decline(request: HttpRequest, entry: Entry) -> HttpResponse:
    signer = entry.signer
    if signer.is_done or not signer.acts or not signer.request.is_open:
        return redirect("signing:page", entry.gate.public_id)
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    error = ""
    if request.method == "POST" and not reason:
        error = _("Say in a few words why, so that the sender can help.")
    elif request.method == "POST":
        acting.decline(signer, entry.visit, entry.origin, reason=reason, now=entry.now)
        return redirect("signing:page", entry.gate.public_id)
    context = faces.base_context(signer) | {"title": signer.request.title}
    context |= {"error": error, "is_fragment": is_htmx(request)}
    return render(request, fragment("signing/decline.html", request), context)


def sign_dialog(request: HttpRequest, entry: Entry, error: str = "") -> HttpResponse:
    """Show "Your signature"; it finishes when no other field is left."""
    if not entry.signer.acts or not entry.signer.request.is_open:
        raise Http404
    signer = entry.signer
    kept = papers.signature_of(signer, Signature.Kind.SIGNATURE)
    missing = acting.missing_fields(signer)
    others = [row for row in missing if row.kind not in DRAWN]
    judgement = entry.judge(Action.VIEW)
    context = faces.base_context(signer) | {
        "title": signer.request.title,
        "is_drawn": kept is not None and kept.style == Signature.Style.DRAWN,
        "name": kept.text if kept and kept.text else signer.name,
        "style": kept.style if kept else Signature.Style.TYPED_1,
        "styles": TYPED,
        "strokes": json.dumps(kept.strokes) if kept else "[]",
        "fields_left": len(others),
        "later_checks": papers.later_checks(signer, judgement.standing),
        "today": entry.now,
        "error": error,
        "is_fragment": is_htmx(request),
    }
    wants = not signer.only_agrees or any(row.kind in DRAWN for row in missing)
    template = "signing/sign.html" if wants else "signing/agree.html"
    return render(request, fragment(template, request), context)


def values_of(request: HttpRequest) -> dict[str, str]:
    prefix = "field-"
    return {
        name.removeprefix(prefix): str(request.POST[name])
        for name in request.POST
        if name.startswith(prefix)
    }


def drawing_of(request: HttpRequest) -> Drawing:
    """Read what was typed or drawn. Nonsense reads as nothing drawn."""
    if request.POST.get("how") != Signature.Style.DRAWN:
        style = request.POST.get("style", "")
        return Drawing(
            style=style if style in TYPED else Signature.Style.TYPED_1,
            text=texts.one_line(request.POST.get("name", ""))[:120],
        )
    try:
        strokes = as_strokes(json.loads(request.POST.get("strokes", "[]")))
        aspect = float(request.POST.get("aspect", DEFAULT_ASPECT))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return Drawing(style=Signature.Style.DRAWN)
    is_sane = 0.5 <= aspect <= 10
    return Drawing(
        style=Signature.Style.DRAWN,
        strokes=strokes,
        aspect=aspect if is_sane else DEFAULT_ASPECT,
    )


def as_strokes(raw: Any) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return strokes of points; raises what reading numbers raises for others."""
    strokes = tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in raw)
    if not all(
        isfinite(one) for stroke in strokes for point in stroke for one in point
    ):
        raise ValueError("A point is no number.")
    return strokes


def empty_words(drawing: Drawing) -> str:
    if drawing.style == Signature.Style.DRAWN:
        return _("Draw your signature first.")
    return _("Type your name first.")


def to_sign(entry: Entry) -> HttpResponse:
    return redirect("signing:sign", entry.gate.public_id)


def is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def fragment(template: str, request: HttpRequest) -> str:
    return f"{template}#dialog" if is_htmx(request) else template
