"""The demo's pages. They open every message to whoever looks, so they are routed
only when settings.DEMO is on, and a system check keeps that off the network."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from axes.utils import reset as forget_sign_ins
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from verification.channels import demo
from verification.models import Allowance, Delivery, DemoMessage, DemoPhone
from workspace.demo import board, facts, outbox, samples, seeding
from workspace.demo import documents as specimen_ids
from workspace.demo.phones import Phone, Pressed, all_phones

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    class DemoRequest(HttpRequest):
        htmx: HtmxDetails


KEYS = frozenset("123456")
# No scripts, no requests but to us; a link opens in a page that is free again.
MAIL_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    houses = [
        {"house": house, "plays": list(facts.plays(house))}
        for house in seeding.houses()
    ]
    context = {"houses": houses, "programs": facts.for_programs(), "page": "start"}
    return render(request, "demo/start.html", context)


@require_GET
def phones(request: DemoRequest) -> HttpResponse:
    """Show the page; to a page that asks what is new, 204 when nothing is."""
    seen = look(request, _pressed(request))
    if request.htmx and request.GET.get("version") == seen.version:
        return HttpResponse(status=204)
    last = request.GET.get("last", "")
    news = board.news_since(int(last)) if last.isdigit() else []
    fragment = "#live" if request.htmx else ""
    return render(
        request,
        f"demo/phones.html{fragment}",
        {
            "board": seen,
            "news": news,
            "page": "phones",
            "kinds": DemoPhone.Kind.choices,
        },
    )


def look(request: HttpRequest, pressed: Pressed | None) -> board.Board:
    chosen = request.GET.get("mail", "")
    mail_id = int(chosen) if chosen.isdigit() else None
    return board.look(timezone.now(), request.GET.get("box", ""), mail_id, pressed)


@require_POST
def set_phone(request: DemoRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    kind = request.POST.get("kind", "")
    if number and len(number) <= 20 and kind in DemoPhone.Kind.values:
        DemoPhone.objects.update_or_create(number=number, defaults={"kind": kind})
    return show_phone(request, number, None)


@require_POST
def press(request: DemoRequest, pk: int) -> HttpResponse:
    call = _get_call(pk)
    key = request.POST.get("key", "")
    if key not in KEYS:
        return show_phone(request, call.to, None)
    demo.press(call, key)
    return show_phone(request, call.to, Pressed(call.pk, key))


@require_POST
def hang_up(request: DemoRequest, pk: int) -> HttpResponse:
    call = _get_call(pk)
    demo.hang_up(call)
    return show_phone(request, call.to, None)


def show_phone(
    request: DemoRequest, number: str, pressed: Pressed | None
) -> HttpResponse:
    """Answer a press on a phone: with that phone, or with the page anew."""
    every = all_phones(timezone.now(), pressed)
    phone = next((one for one in every if one.number == number), None)
    if request.htmx and phone:
        context = {"phone": phone, "kinds": DemoPhone.Kind.choices}
        return render(request, "demo/phone.html", context)
    return redirect(_address(phone, pressed))


@require_GET
@xframe_options_sameorigin
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an email as a mail program would, in a page that can do nothing."""
    row = get_object_or_404(DemoMessage, pk=pk, channel=Delivery.Channel.EMAIL)
    if row.html:
        html = row.html.replace("<head>", '<head><base target="_blank">', 1)
        response = HttpResponse(html)
    else:
        response = HttpResponse(row.text, content_type="text/plain; charset=utf-8")
    response["Content-Security-Policy"] = MAIL_POLICY
    return response


@require_POST
def forget_limits(request: HttpRequest) -> HttpResponse:
    """Forget how often was sent, guessed and signed in; not a signer's own tries."""
    Allowance.objects.all().delete()
    forget_sign_ins()
    messages.success(request, _("All limits are forgotten. Send and try again."))
    return redirect("demo:phones")


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Send one of the ready-made transactions anew, and hand out its new links."""
    title = request.POST.get("title", "")
    for house in seeding.houses():
        for scenario in house.cast.scenarios:
            if scenario.title == title:
                seeding.again(house, scenario, timezone.now())
                facts.write()
                words = _("“%(title)s” was sent again.") % {"title": title}
                messages.success(request, words)
    return redirect("demo:start")


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """IDs to show to the identity check, of a state that does not exist."""
    context = {"people": specimen_ids.people(), "page": "documents"}
    return render(request, "demo/documents.html", context)


@require_GET
def document(request: HttpRequest, person: str, key: str) -> HttpResponse:
    found = next((one for one in specimen_ids.people() if one.slug == person), None)
    if found is None or key not in specimen_ids.BY_KEY:
        raise Http404
    response = HttpResponse(
        specimen_ids.jpeg(found.name, key), content_type="image/jpeg"
    )
    name = f"{person}-{specimen_ids.BY_KEY[key].file_name}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_GET
def outbox_json(request: HttpRequest) -> JsonResponse:
    entries = outbox.entries(request.GET.get("to", ""))
    options = {"ensure_ascii": False, "indent": 1}
    return JsonResponse(entries, safe=False, json_dumps_params=options)


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/components.html", samples.everything())


def _get_call(pk: int) -> DemoMessage:
    return get_object_or_404(DemoMessage, pk=pk, channel=Delivery.Channel.VOICE)


def _pressed(request: HttpRequest) -> Pressed | None:
    call, key = request.GET.get("call", ""), request.GET.get("key", "")
    return Pressed(int(call), key) if call.isdigit() and key in KEYS else None


def _address(phone: Phone | None, pressed: Pressed | None) -> str:
    query = (
        f"?{urlencode({'call': pressed.call_id, 'key': pressed.key})}"
        if pressed
        else ""
    )
    anchor = f"#{phone.key}" if phone else ""
    return f"{reverse('demo:phones')}{query}{anchor}"
