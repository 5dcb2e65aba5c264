"""Taking the pictures of an identity check, at the gate and on a phone.

Both browsers see the same pages: a Seat says where they lead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from signing.models import Signer
from signing.views import faces, identity_words
from signing.views.identity_urls import Urls
from verification.flows import picturing
from verification.flows.opening import Origin
from verification.identity.base import Reason
from verification.models import Capture, IdentityCheck, IdentityPicture, IdentityRules
from verification.outcomes import Outcome
from verification.vault import UnreadableError

State = IdentityPicture.State
Side = IdentityPicture.Side
Type = IdentityRules.DocumentType
GATE_FRAME = "signing/identity/frame.html"
PHONE_FRAME = "signing/identity/phone_frame.html"
LONGEST_SECRET = 100
# As many pictures as a capture takes: a number of two digits.
LONGEST_NUMBER = 2
CAMERA_HERE = "camera=(self), microphone=(), geolocation=()"

Taken = IdentityPicture | Reason | Outcome
Opened = tuple[Capture, str] | Outcome


@dataclass(frozen=True)
class Seat:
    """The browser before which somebody takes the pictures of one check.

    since: of when the pictures are that it is shown; a phone sees none that were
    taken before it came.
    """

    signer: Signer
    check: IdentityCheck
    rules: IdentityRules
    urls: Urls
    origin: Origin
    now: datetime
    since: datetime | None = None

    @property
    def is_phone(self) -> bool:
        return self.since is not None

    @property
    def sides(self) -> list[str]:
        return picturing.wanted_sides(self.check, self.rules)

    def picture(self, side: str) -> IdentityPicture | None:
        pictures = self.check.pictures.filter(side=side)
        if self.since is not None:
            pictures = pictures.filter(created_at__gte=self.since)
        return pictures.first()

    def must_want(self, side: str) -> None:
        """Raise Http404 for a picture that this document does not need."""
        if not self.check.document_type or side not in self.sides:
            raise Http404

    def context(self, side: str = "") -> dict[str, Any]:
        context = faces.base_context(self.signer)
        frame = PHONE_FRAME if self.is_phone else GATE_FRAME
        urls = self.urls.of(side)
        context |= {"frame": frame, "urls": urls, "side": side, "seen": seen(self)}
        context["is_phone"] = self.is_phone
        if self.is_phone:
            context["actions"] = None
            context["face"] = faces.without_title(context["face"])
        return context


def seen(seat: Seat) -> str:
    """Return what a page shows, in short: when it changes, the page moves on."""
    check = seat.check
    pictures = check.pictures.order_by("side").values_list("side", "state", "read_at")
    has_phone = check.captures.live(seat.now).filter(
        via=Capture.Via.PHONE, session__isnull=False
    )
    parts = [check.state, str(check.pk), str(has_phone.count())]
    parts.append(check.provider_url[-12:])  # encrypted; another one each time
    parts += [f"{side}-{state}-{read_at or ''}" for side, state, read_at in pictures]
    return ".".join(parts)


def missing(seat: Seat) -> str | None:
    """Return the first side whose picture is not there and good."""
    ready = picturing.ready_sides(seat.check)
    if seat.rules.needs_live_capture:
        live = seat.check.pictures.filter(is_live=True)
        ready &= set(live.values_list("side", flat=True))
    return next((side for side in seat.sides if side not in ready), None)


def will_do(seat: Seat, picture: IdentityPicture) -> bool:
    """Whether a picture counts by the rules as they are now: live, where asked."""
    return picture.is_live or not seat.rules.needs_live_capture


def side(request: HttpRequest, seat: Seat, side: str) -> HttpResponse:
    """Show one picture: to be taken, being looked at, good or refused."""
    seat.must_want(side)
    picture = seat.picture(side)
    if picture is None or "again" in request.GET or not will_do(seat, picture):
        return take(request, seat, side)
    context = seat.context(side)
    if picture.state == State.NEW:
        return render(request, "signing/identity/checking.html", context)
    is_good = picture.state == State.GOOD
    doc = seat.check.document_type
    is_read_here = shows_reading(seat, side)
    read = what_was_read(seat) if is_read_here else []
    context |= {
        "is_good": is_good,
        "is_kept": is_good and bool(picture.reason),
        "alt": identity_words.side_name(doc, side),
        "reason": Reason(picture.reason).label if picture.reason else "",
        "advice": identity_words.advice(picture.reason),
        "read": read,
        "is_unread": is_read_here and doc == Type.PASSPORT and not read,
        "has_picture": bool(picture.width),
        "can_keep": picture.reason in picturing.DOUBTFUL,
        "is_last": missing(seat) is None,
    }
    return render(request, "signing/identity/taken.html", context)


def too_large(request: HttpRequest) -> str:
    """A body that was too large was not read; its address says so."""
    return refusal(Reason.TOO_LARGE) if "too-large" in request.GET else ""


def take(request: HttpRequest, seat: Seat, side: str, error: str = "") -> HttpResponse:
    doc = seat.check.document_type
    context = seat.context(side) | {
        "shape": shape(doc, side),
        "heading": identity_words.heading(doc, side),
        "lead": identity_words.lead(doc, side),
        "tips": identity_words.tips(side),
        "number": seat.sides.index(side) + 1,
        "of": len(seat.sides),
        "takes_files": not seat.rules.needs_live_capture,
        "most_bytes": picturing.MOST_BYTES,
        "most": picturing.MOST_BYTES // 1024 // 1024,
        "error": error or too_large(request),
    }
    response = render(request, "signing/identity/take.html", context)
    response["Permissions-Policy"] = CAMERA_HERE
    return response


def shape(document_type: str, side: str) -> str:
    if side == Side.SELFIE:
        return "face"
    return "passport" if document_type == Type.PASSPORT else "card"


def shows_reading(seat: Seat, side: str) -> bool:
    """What was read is for the browser that came by the link."""
    return side != Side.SELFIE and not seat.is_phone


def what_was_read(seat: Seat) -> list[tuple[str, str]]:
    return identity_words.read(picturing.read_facts(seat.check, seat.now))


def image(seat: Seat, side: str) -> HttpResponse:
    """The person's own picture, as we made it anew; never what was sent."""
    picture = seat.picture(side)
    if picture is None or picture.read_at is None or not picture.width:
        raise Http404
    try:
        source = picturing.load(picture)
    except (OSError, UnreadableError):
        raise Http404 from None
    response = HttpResponse(source, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response


def keep(seat: Seat, side: str) -> HttpResponse:
    """Use a picture that a machine found doubtful: a person judges it."""
    seat.must_want(side)
    picturing.keep_anyway(seat.check, side)
    return redirect(seat.urls.here)


def receive(
    request: HttpRequest,
    seat: Seat,
    side: str,
    open_: Callable[[str], tuple[Capture, str] | Outcome],
) -> HttpResponse:
    """Take a frame of the camera, which names its capture, or a chosen file.

    open_ finds the capture for the secret that came, "" for a file's.
    """
    seat.must_want(side)
    secret = request.POST.get("capture", "")[:LONGEST_SECRET]
    file = request.FILES.get("picture")
    if not isinstance(file, UploadedFile):
        return answer(request, seat, side, Reason.NO_PICTURE)
    if (file.size or 0) > picturing.MOST_BYTES:
        return answer(request, seat, side, Reason.TOO_LARGE)
    opened = open_(secret)
    if isinstance(opened, Outcome):
        return answer(request, seat, side, opened)
    capture, known = opened
    taken = picturing.receive(
        capture,
        known,
        side,
        file.read(),
        is_frame=bool(secret),
        number=number_of(request),
        origin=seat.origin,
        now=seat.now,
    )
    return answer(request, seat, side, taken)


def number_of(request: HttpRequest) -> int | None:
    written = request.POST.get("number", "")[:LONGEST_NUMBER]
    return int(written) if written.isascii() and written.isdigit() else None


def answer(request: HttpRequest, seat: Seat, side: str, taken: Taken) -> HttpResponse:
    """Lead on to the picture, or say why it was not taken; to scripts as JSON."""
    error = "" if isinstance(taken, IdentityPicture) else refusal(taken)
    page = seat.urls.of(side).page
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"error": error} if error else {"page": page})
    if error:
        return take(request, seat, side, error)
    return redirect(page)


def refusal(taken: Reason | Outcome) -> str:
    if isinstance(taken, Reason):
        words = f"{taken.label} {identity_words.advice(taken)}"
        return words.strip()
    if taken == Outcome.TOO_MANY:
        return _("Too many pictures were sent. Please wait an hour, then go on.")
    if taken == Outcome.NOT_ALLOWED:
        return refusal(Reason.NOT_LIVE)
    return _("This picture came too late. Load the page again.")


def status(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Nothing while all is as the page shows it; else where to go. Inert."""
    if request.GET.get("seen") == seen(seat):
        return HttpResponse(status=204)
    side = request.GET.get("side", "")
    is_about = side in Side.values
    return go_to(seat.urls.of(side).page if is_about else seat.urls.here)


def go_to(address: str) -> HttpResponse:
    response = HttpResponse(status=200)
    response["HX-Redirect"] = address
    return response


def opened_camera(opened: Opened) -> JsonResponse:
    """Tell the script its capture's secret and the number that is due."""
    if isinstance(opened, Outcome):
        return JsonResponse({"error": refusal(opened)}, status=409)
    capture, secret = opened
    return JsonResponse({"capture": secret, "number": capture.pictures_taken})
