"""The common cast: Ada signs, Pat publishes, Mal must not.

Tests of verification build a gate alone (`make_gate`), tests of signing and the
workspace a whole transaction (`make_request`). `Browser` is a signer's browser
as the flows see it; every press has a key of its own unless one is given.
"""

from __future__ import annotations

import hashlib
import io
import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from signing.flows import acting, resending, sending
from signing.models import Company, Document, Field, Page, Signer, SignRequest
from verification import codes, delivery, tasks, vault
from verification.flows import (
    access_codes,
    asking,
    checking,
    identity,
    issuing,
    opening,
)
from verification.flows.trying import Try
from verification.identity.base import Facts as IdentityFacts
from verification.identity.base import Finding
from verification.identity.naming.differences import Comparison
from verification.models import (
    BrowserSession,
    Budget,
    Challenge,
    Factor,
    Gate,
    IdentityCheck,
    IdentityLook,
    IdentityPicture,
    Trail,
    User,
    Visit,
)
from verification.outcomes import Outcome
from verification.standing import budget_of, standing
from workspace.models import Membership

ADA_PHONE = "+14155550190"
BOB_PHONE = "+14155550173"
PASSWORD = "Lighthouse-42"
MEMBER_PASSWORD = "correct horse battery"
CAST = {
    "ada": ("Ada Lane", "ada@example.com", ADA_PHONE),
    "bob": ("Bob Reed", "bob@example.com", BOB_PHONE),
}
_numbers = itertools.count(1)

Role = Membership.Role


# Gates alone


def make_gate(*kinds: str, access_code: str = PASSWORD, **changes) -> Gate:
    """A gate for Ada, asking for kinds before viewing; by default a phone code."""
    name, email, phone = CAST["ada"]
    facts = {
        "company_id": 1,
        "name": name,
        "email": email,
        "phone": phone,
        "company_name": "Acme Advisors",
        "title": "Lease 2026",
        "sender_name": "Pat Miller",
        "contact_email": "pat@acme.example",
    }
    facts |= changes
    if "trail" not in facts:
        facts["trail"] = Trail.objects.create()
    gate = Gate.objects.create(**facts)
    for kind in kinds or (Factor.Kind.PHONE,):
        make_factor(gate, kind, access_code=access_code)
    return gate


def make_factor(
    gate: Gate, kind: str, *, access_code: str = PASSWORD, **changes
) -> Factor:
    facts = {"gate": gate, "kind": kind, "set_by": "Pat Miller <pat@acme.example>"}
    if kind == Factor.Kind.ACCESS_CODE:
        secret = codes.normalize_access_code(access_code)
        facts["secret"] = make_password(secret, hasher="argon2")
    return Factor.objects.create(**(facts | changes))


@dataclass
class Browser:
    """One browser of a person who came by the gate's link.

    Reads gate and visit anew for each press, as a request does.
    """

    gate: Gate
    session: BrowserSession | None = None
    ip: str = "198.51.100.7"
    keys: itertools.count = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        if self.session is None:
            self.session, _secret = opening.begin(timezone.now())
        self.arrive()

    def arrive(self) -> Visit:
        """Open the emailed link, for the first time or again."""
        gate = Gate.objects.get(pk=self.gate.pk)
        return opening.arrive(gate, self.session, self.origin, timezone.now())

    @property
    def origin(self) -> opening.Origin:
        return opening.Origin(ip=self.ip, browser="Safari on iPhone")

    @property
    def visit(self) -> Visit:
        visits = Visit.objects.select_related("gate__trail", "session")
        return visits.get(session=self.session, gate=self.gate)

    @property
    def standing(self):
        visit = self.visit
        return standing(visit.gate, visit, timezone.now())

    def factor(self, kind: str = Factor.Kind.PHONE) -> Factor:
        return self.gate.factors.get(kind=kind, removed_at=None)

    def ask(self, channel: str = "sms", key: str | None = None) -> Outcome:
        is_mail = channel == Challenge.Channel.EMAIL
        kind = Factor.Kind.EMAIL if is_mail else Factor.Kind.PHONE
        asked = asking.Ask(self.visit, self.factor(kind), channel, self.origin)
        return asking.ask(asked, self.key(key), timezone.now())

    def must_ask(self, channel: str = "sms") -> Challenge:
        """Ask and return the code's challenge; it must have been sent."""
        assert self.ask(channel) is Outcome.SENT
        return live_code(self.gate)

    def enter(
        self,
        typed: str | None = None,
        challenge: Challenge | None = None,
        key: str | None = None,
        kind: str = "",
    ) -> Outcome:
        """Type a code into the dialog; by default the one that was sent last."""
        challenge = challenge or newest_code(self.gate)
        attempt = self.attempt(
            challenge.code() if typed is None else typed,
            kind or challenge.factor.kind,
        )
        return checking.verify(attempt, challenge.pk, self.key(key), timezone.now())

    def redeem(
        self, typed: str, key: str | None = None, kind: str = Factor.Kind.PHONE
    ) -> Outcome:
        attempt = self.attempt(typed, kind)
        return checking.redeem(attempt, self.key(key), timezone.now())

    def enter_password(
        self, typed: str = PASSWORD, epoch: int | None = None, key: str | None = None
    ) -> Outcome:
        if epoch is None:
            epoch = budget_of(self.gate, Budget.Kind.ACCESS_CODE).epoch
        attempt = self.attempt(typed, Factor.Kind.ACCESS_CODE)
        now = timezone.now()
        return access_codes.check_access_code(attempt, epoch, self.key(key), now)

    def attempt(self, typed: str, kind: str) -> Try:
        return Try(self.visit, self.factor(kind), typed, self.origin)

    def pass_phone(self) -> None:
        self.must_ask()
        assert self.enter() is Outcome.PASSED

    def key(self, given: str | None = None) -> str:
        return given or f"key-{next(self.keys)}"


def newest_code(gate: Gate) -> Challenge:
    asked = gate.challenges.exclude(channel=Challenge.Channel.ALTERNATIVE)
    return asked.latest("pk")


def live_code(gate: Gate) -> Challenge:
    asked = gate.challenges.exclude(channel=Challenge.Channel.ALTERNATIVE)
    return asked.get(state=Challenge.State.ISSUED)


def wrong_code(challenge: Challenge, number: int = 1) -> str:
    """Return digits that are not this challenge's, another for each number."""
    size = 10**challenge.digits
    return str((int(challenge.code() or "0") + number) % size).zfill(challenge.digits)


# Whole transactions


def make_company(name: str = "Acme Advisors", **changes) -> Company:
    return Company.objects.create(name=name, **changes)


def make_member(
    company: Company, name: str = "Pat Miller", role: str = Role.PUBLISHER, **changes
) -> User:
    """A member who signs in as <first name><number>@example.com."""
    local = f"{name.split()[0].lower()}{next(_numbers)}"
    email = changes.pop("email", f"{local}@example.com")
    user = User.objects.create_user(email, MEMBER_PASSWORD, name=name, **changes)
    Membership.objects.create(user=user, company=company, role=role)
    return user


def make_admin(company: Company, name: str = "Alex Stone", **changes) -> User:
    return make_member(company, name, Role.COMPANY_ADMIN, **changes)


def make_mal() -> User:
    """A publisher of another company, who must not."""
    return make_member(make_company("Rival Realty"), "Mal Grey")


def make_draft(
    company: Company | None = None,
    sender: User | None = None,
    *,
    people: tuple[str, ...] = ("ada",),
    kinds: tuple[str, ...] = (Factor.Kind.PHONE,),
    title: str = "Residential Lease",
    **changes,
) -> SignRequest:
    """A draft with one page, a signer for each of people, all asked for kinds."""
    company = company or make_company()
    request = SignRequest.objects.create(
        company=company,
        sender=sender or make_member(company),
        trail=Trail.objects.create(),
        title=title,
        created_at=timezone.now(),
        **changes,
    )
    document = make_document(request)
    for order, person in enumerate(people, start=1):
        add_signer(request, person, document, order=order, kinds=kinds)
    return request


def make_request(
    company: Company | None = None, sender: User | None = None, **options
) -> SignRequest:
    """A draft that was sent; takes what make_draft takes."""
    request = make_draft(company, sender, **options)
    sending.send(request, actor=request.sender, now=timezone.now())
    return request


def add_signer(
    request: SignRequest,
    person: str = "ada",
    document: Document | None = None,
    *,
    kinds: tuple[str, ...] = (Factor.Kind.PHONE,),
    access_code: str = PASSWORD,
    order: int = 1,
    role: str = Signer.Role.SIGNER,
    **changes,
) -> Signer:
    """A signer whose gate asks for kinds; changes go to the gate."""
    name, email, phone = CAST[person]
    facts = {"name": name, "email": email, "phone": phone} | changes
    gate = Gate.objects.create(
        trail=request.trail,
        company_id=request.company_id,
        max_tries=facts.pop("max_tries", request.company.default_tries),
        **facts,
    )
    for kind in kinds:
        make_factor(gate, kind, access_code=access_code)
    signer = Signer.objects.create(request=request, gate=gate, order=order, role=role)
    if document is not None:
        make_field(signer, document, y=0.1 + 0.2 * order)
    return signer


def make_field(
    signer: Signer,
    document: Document | None = None,
    kind: str = Field.Kind.SIGNATURE,
    **changes,
) -> Field:
    place = {"page_number": 1, "x": 0.1, "y": 0.7, "width": 0.3, "height": 0.06}
    return Field.objects.create(
        signer=signer,
        document=document or signer.request.documents.first(),
        kind=kind,
        **(place | changes),
    )


def make_document(
    request: SignRequest, name: str = "lease.pdf", pages: int = 1
) -> Document:
    """A document as it stands after upload; its pages' images are not drawn yet."""
    source = make_pdf(pages)
    sha256 = hashlib.sha256(source).hexdigest()
    document = Document(
        request=request,
        name=name,
        original_sha256=sha256,
        cleaned_sha256=sha256,
        size=len(source),
        page_count=pages,
        created_at=request.created_at,
    )
    file_name = f"{document.public_id}.pdf"
    document.original.save(file_name, ContentFile(source), save=False)
    document.cleaned.save(file_name, ContentFile(source), save=False)
    document.save()
    for number in range(1, pages + 1):
        Page.objects.create(document=document, number=number, width=612, height=792)
    return document


@cache
def make_pdf(pages: int = 1) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(612, 792), invariant=True)
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"Page {number} of a lease.")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def signer_of(request: SignRequest, person: str = "ada") -> Signer:
    """Read a signer as a view does: with all that judging needs."""
    signers = Signer.objects.select_related(
        "gate__trail", "request__company", "request__sender"
    )
    return signers.get(request=request, gate__name=CAST[person][0])


def enter_as(request: SignRequest, person: str = "ada") -> Browser:
    """Let a person come by their link and pass the phone code."""
    browser = Browser(signer_of(request, person).gate)
    browser.pass_phone()
    return browser


def sign_as(
    request: SignRequest, person: str = "ada", browser: Browser | None = None
) -> acting.SignResult:
    """Adopt a typed signature, consent, sign and finish."""
    browser = browser or enter_as(request, person)
    signer = signer_of(request, person)
    drawing = acting.Drawing(style="typed-1", text=signer.name)
    acting.adopt(signer, "signature", drawing, timezone.now())
    return acting.sign(
        signer,
        browser.visit,
        browser.origin,
        consented=True,
        language="en",
        now=timezone.now(),
    )


def issue(request: SignRequest, person: str = "ada") -> issuing.Issued:
    """Let the sender press GENERATE; both settings of the company are on then."""
    Company.objects.filter(pk=request.company_id).update(
        alternative_codes_on=True, generate_in_resend=True
    )
    signer = signer_of(request, person)
    return resending.generate(signer, issuer=request.sender, now=timezone.now())


def lock_out(request: SignRequest, person: str = "ada") -> Browser:
    """Let a person type wrong codes until nothing more can be tried."""
    browser = Browser(signer_of(request, person).gate)
    challenge = browser.must_ask()
    for number in range(browser.gate.max_tries):
        browser.enter(wrong_code(challenge, number + 1), challenge)
    return browser


def kinds_of(trail: Trail) -> list[str]:
    """The trail as a list of words, oldest first."""
    return list(trail.entries.order_by("seq").values_list("kind", flat=True))


def link_ends_in(gate: Gate, period: timedelta) -> None:
    """Move the end of a gate's link, as the clock would."""
    Gate.objects.filter(pk=gate.pk).update(link_ends_at=timezone.now() + period)


def deliver_due() -> None:
    """Send what waits, as a worker would."""
    for delivery_id in delivery.due(timezone.now()):
        tasks.send(delivery_id)


# Identity checks


def make_identity_request(
    company: Company | None = None, sender: User | None = None, **options
) -> SignRequest:
    """A sent request that asks for an identity check; takes what make_draft takes."""
    options.setdefault("kinds", (Factor.Kind.IDENTITY,))
    return make_request(company, sender, **options)


def make_identity_check(
    request: SignRequest,
    person: str = "ada",
    *,
    finding: Finding | None = None,
    sides: tuple[str, ...] = ("front", "selfie"),
    browser: Browser | None = None,
    document_type: str = "passport",
    is_seen: bool = True,
) -> IdentityCheck:
    """A check that was sent and judged; by default it waits for a person.

    The request's sender has looked at its pictures; that look is over.
    """
    browser = browser or Browser(signer_of(request, person).gate)
    now = timezone.now()
    check = identity.start(
        browser.visit,
        browser.factor(Factor.Kind.IDENTITY),
        document_type=document_type,
        country="XU",
        origin=browser.origin,
        now=now,
    )
    assert isinstance(check, IdentityCheck), check
    for side in sides:
        make_identity_picture(check, side)
    assert identity.send(check, origin=browser.origin, now=now) is Outcome.PENDING
    assert identity.settle(check, finding or LIKELY, now)
    if is_seen:
        make_look(check, request.sender)
    return IdentityCheck.objects.select_related("gate").get(pk=check.pk)


def make_look(check: IdentityCheck, user: User) -> IdentityLook:
    """Somebody's look at the pictures, which is over."""
    now = timezone.now()
    return IdentityLook.objects.create(check_of=check, user=user, at=now, ends_at=now)


def make_identity_picture(check: IdentityCheck, side: str = "front", **changes):
    """A picture as a worker leaves it: drawn anew, encrypted."""
    picture = IdentityPicture(
        check_of=check,
        side=side,
        state=IdentityPicture.State.GOOD,
        width=320,
        height=200,
        created_at=timezone.now(),
        read_at=timezone.now(),
    )
    for name, value in changes.items():
        setattr(picture, name, value)
    sealed = vault.encrypt(make_jpeg(), picture.purpose).encode()
    picture.file.save(f"{picture.public_id}.bin", ContentFile(sealed), save=False)
    picture.save()
    return picture


@cache
def make_jpeg(width: int = 320, height: int = 200) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#7a8fb0").save(buffer, "JPEG")
    return buffer.getvalue()


# Of Utopia, the invented state of ICAO 9303.
LIKELY = Finding(
    None,
    IdentityFacts(
        full_name="Ada Lane",
        surname="Lane",
        given_names="Ada",
        born_on=date(1984, 5, 12),
        expires_on=date(2035, 1, 1),
        document_type="passport",
        country="XU",
        number_end="Z89",
        has_zone=True,
    ),
    checks={
        "zone": True,
        "check_digits": True,
        "expiry": True,
        "type": True,
        "name": True,
    },
    comparison=Comparison(is_match=True, level="strict", strictest="strict").as_json(),
)
