"""Make the demo's companies and transactions, through the same verbs as people.

Idempotent: what is there and still of use stays; a transaction that was signed,
declined or locked since is sent anew, so that every link can be tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from phonenumbers import SUPPORTED_REGIONS

from signing.flows import drafts, placing, readiness, sending, uploads
from signing.models import Company, Document, Field, Signer, SignRequest
from signing.pdf import intake, sample
from signing.pdf.sample import Sample
from verification import passkeys
from verification.models import Budget, User
from workspace.demo import papers
from workspace.demo.cast import (
    CASTS,
    IDENTITY,
    JAPANESE_LEASE,
    LEASE,
    PASSKEY,
    Account,
    Cast,
    Part,
    Scenario,
)
from workspace.models import Membership

COUNTRY = "US"
# A link that ends within this time is not worth handing out.
WORTH = timedelta(days=1)
FIELD_KINDS = {
    "signature": Field.Kind.SIGNATURE,
    "date": Field.Kind.DATE,
    "initials 3": Field.Kind.INITIALS,
}


@dataclass(frozen=True)
class Paper:
    """A document that was checked."""

    sample: Sample
    taken: intake.Intake


@dataclass(frozen=True)
class House:
    """A company that is there, with who sends for it."""

    cast: Cast
    company: Company
    sender: User


def seed(now: datetime, casts: Sequence[Cast] = CASTS) -> None:
    """Make what is missing."""
    for cast in casts:
        house = open_house(cast)
        missing = [
            one
            for one in cast.scenarios
            if find(house, one, now) is None and can_work(one)
        ]
        for scenario, paper in zip(missing, check(missing), strict=True):
            send(house, scenario, paper, now)


def can_work(scenario: Scenario) -> bool:
    """Passkeys need a name; a server that is reached by a number has none."""
    asks = any(PASSKEY in part.factors for part in scenario.parts)
    return passkeys.is_ready() or not asks


def again(house: House, scenario: Scenario, now: datetime) -> SignRequest:
    """Send one transaction anew."""
    (paper,) = check([scenario])
    return send(house, scenario, paper, now)


def open_house(cast: Cast) -> House:
    """Return the company of cast with its members; make what is missing."""
    company, _is_new = Company.objects.get_or_create(
        name=cast.company,
        defaults={
            "language": cast.language,
            "time_zone": cast.time_zone,
            "colour": cast.colour,
            "country": COUNTRY,
            "contact_phone": cast.contact_phone,
            "alternative_codes_on": cast.issues_codes,
            "generate_in_resend": cast.issues_codes,
            "allowed_countries": sorted(SUPPORTED_REGIONS),
        },
    )
    users = [member(company, account) for account in cast.accounts]
    return House(cast, company, users[0])


def member(company: Company, account: Account) -> User:
    user = User.objects.filter(email=account.email).first()
    if user is None:
        user = User.objects.create_user(
            account.email,
            account.password,
            name=account.name,
            language=company.language,
        )
    elif not user.check_password(account.password):
        # What the landing page says must work.
        user.set_password(account.password)
        user.save(update_fields=["password"])
    Membership.objects.get_or_create(
        user=user, company=company, defaults={"role": account.role}
    )
    return user


def find(house: House, scenario: Scenario, now: datetime) -> SignRequest | None:
    """Return the newest transaction of scenario if it can still be tried."""
    newest = latest(house, scenario)
    return newest if newest and is_fresh(newest, now) else None


def latest(house: House, scenario: Scenario) -> SignRequest | None:
    rows = SignRequest.objects.filter(
        company=house.company,
        sender=house.sender,
        title=scenario.title,
        sent_at__isnull=False,
        signers__gate__email=scenario.parts[0].email,
    )
    return rows.order_by("-pk").first()


def is_fresh(request: SignRequest, now: datetime) -> bool:
    """Whether nobody has signed, been locked out, or lost their link."""
    signers = list(request.signers.select_related("gate"))
    gates = [signer.gate_id for signer in signers]
    return (
        request.is_open
        and not any(signer.is_done for signer in signers)
        and not any(one.gate.is_link_over(now + WORTH) for one in signers)
        and not Budget.objects.filter(gate__in=gates, locked_at__isnull=False).exists()
    )


def check(scenarios: Sequence[Scenario]) -> list[Paper]:
    """Draw and check the documents of scenarios, two at a time: each check
    starts a process of its own."""
    samples = [draw(scenario) for scenario in scenarios]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return [
            Paper(one, taken)
            for one, taken in zip(samples, pool.map(_check, samples), strict=True)
        ]


def draw(scenario: Scenario) -> Sample:
    first = scenario.parts[0].name
    if scenario.paper == LEASE:
        return sample.lease((first, scenario.parts[1].name), scenario.title)
    if scenario.paper == JAPANESE_LEASE:
        return papers.japanese_lease(first)
    clients = [part.name for part in scenario.parts] if scenario.has_lines else []
    return papers.agreement(scenario.title, clients)


def draft(house: House, scenario: Scenario, paper: Paper, now: datetime) -> SignRequest:
    """Write a draft that lacks nothing, with fields where the document has lines."""
    actor = sending.actor_name(house.sender)
    details = [as_details(part) for part in scenario.parts]
    with transaction.atomic():
        made = drafts.create_draft(house.company, house.sender, now)
        document = uploads.keep_document(
            made, paper.sample.name, paper.sample.pdf, paper.taken, now
        )
        words = drafts.Details(scenario.title, scenario.message, scenario.is_ordered)
        drafts.save_details(made, made.version, words, {}, actor)
        for one in details:
            place(document, drafts.add_signer(made, actor, one), paper.sample)
    made.refresh_from_db()
    return made


def send(house: House, scenario: Scenario, paper: Paper, now: datetime) -> SignRequest:
    made = draft(house, scenario, paper, now)
    if missing := readiness.problems(made):
        raise ValueError(f"{scenario.title}: {missing[0].words}")
    sending.send(made, actor=house.sender, now=now)
    return made


def as_details(part: Part) -> drafts.SignerDetails:
    secret = drafts.hash_access_code(part.access_code) if part.access_code else ""
    return drafts.SignerDetails(
        name=part.name,
        email=part.email,
        phone=part.phone,
        language=part.language,
        factors=part.factors,
        secret=secret,
        frequencies={IDENTITY: part.frequency},
        identity=part.identity,
    )


def place(document: Document, signer: Signer, paper: Sample) -> None:
    """Put a field on each line that the document has for this signer."""
    for words, kind in FIELD_KINDS.items():
        spot = paper.places.get(f"{signer.name} {words}")
        if spot is None:
            continue
        box = placing.Box(spot.x, spot.y, spot.width, spot.height)
        placing.place_field(document, signer, kind, spot.page + 1, box)


def houses() -> Iterable[House]:
    for cast in CASTS:
        company = Company.objects.filter(name=cast.company).order_by("pk").first()
        sender = User.objects.filter(email=cast.accounts[0].email).first()
        if company and sender:
            yield House(cast, company, sender)


def _check(one: Sample) -> intake.Intake:
    return uploads.check(one.pdf)
