"""Who takes part: signers who wait at a gate, each with a document of their own."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from reportlab.pdfgen.canvas import Canvas

from signing.flows import acting, rendering, sending, uploads
from signing.models import Company, Document, Field, Page, Signer, SignRequest
from verification import dispatch
from verification.flows import opening
from verification.models import Delivery, Factor, Gate, Trail, User, Visit

PAGES = 10
ORIGIN = opening.Origin("192.0.2.7", "Firefox on Linux")


def ten_pages() -> bytes:
    """Return a PDF of ten pages of text."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for page in range(1, PAGES + 1):
        for line in range(40):
            text = f"Page {page}, line {line}: what the two parties have agreed on."
            canvas.drawString(60, 780 - 18 * line, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class Cast:
    """A company whose signers each have one document, all of the same ten pages."""

    def __init__(self) -> None:
        # The benchmark decides what is sent, not the invitations.
        dispatch.publish = lambda task, row_id: None
        self.now = timezone.now() - timedelta(minutes=1)
        token = timezone.now().strftime("%H%M%S%f")
        self.sender = User.objects.create_user(
            f"pat-{token}@example.com", "correct horse battery", name="Pat Reyes"
        )
        self.company = Company.objects.create(name="Acme", country="US")
        draft = self._request()
        self.document = uploads.add_document(draft, "Lease.pdf", ten_pages(), self.now)
        rendering.render(self.document.pk)
        self.pages = list(self.document.pages.all())
        self.made = 0

    def signers(self, count: int, kinds: Iterable[str] = ("phone",)) -> list[Signer]:
        """Make requests that were sent, one signer each, invited."""
        made = [self._sent(tuple(kinds)) for _ in range(count)]
        Delivery.objects.filter(state=Delivery.State.QUEUED).update(
            state=Delivery.State.CANCELLED
        )
        return made

    @transaction.atomic
    def _sent(self, kinds: tuple[str, ...]) -> Signer:
        request = self._request()
        document = self._copy(request)
        self.made += 1
        gate = Gate.objects.create(
            trail=request.trail,
            company_id=self.company.pk,
            name="Ada Lane",
            email=f"ada{self.made}@example.com",
            phone=number(self.made),
        )
        for kind in kinds:
            Factor.objects.create(gate=gate, kind=kind)
        signer = Signer.objects.create(request=request, gate=gate)
        Field.objects.create(
            document=document,
            signer=signer,
            kind=Field.Kind.SIGNATURE,
            page_number=PAGES,
            x=0.1,
            y=0.8,
            width=0.3,
            height=0.06,
        )
        sending.send(request, actor=self.sender, now=self.now)
        return sending.signers_of(request).get()

    def _request(self) -> SignRequest:
        return SignRequest.objects.create(
            company=self.company,
            sender=self.sender,
            trail=Trail.objects.create(),
            title="Lease 2026",
            created_at=self.now,
        )

    def _copy(self, request: SignRequest) -> Document:
        copy = Document.objects.get(pk=self.document.pk)
        copy.pk = None
        copy.public_id = Document._meta.get_field("public_id").get_default()
        copy.request = request
        copy.save(force_insert=True)
        Page.objects.bulk_create(
            Page(
                document=copy,
                number=page.number,
                width=page.width,
                height=page.height,
                image=page.image.name,
                text=page.text,
                rendered_at=page.rendered_at,
            )
            for page in self.pages
        )
        return copy


def number(count: int) -> str:
    """Return a number of the range that belongs to nobody."""
    return f"+1{201 + count // 100}55501{count % 100:02}"


def arrive(signer: Signer) -> Visit:
    """Bring a new browser to the signer's gate."""
    now = timezone.now()
    session, _secret = opening.begin(now)
    return opening.arrive(signer.gate, session, ORIGIN, now)


def sign(signer: Signer) -> None:
    """Let a signer without factors sign, as the last one."""
    now = timezone.now()
    visit = arrive(signer)
    opening.admit(visit, now)
    acting.mark_viewed(signer, ORIGIN, now)
    acting.adopt(signer, "signature", acting.Drawing("typed-1", "Ada Lane"), now)
    result = acting.sign(signer, visit, ORIGIN, consented=True, language="en", now=now)
    assert result.outcome == acting.SignOutcome.SIGNED, result
