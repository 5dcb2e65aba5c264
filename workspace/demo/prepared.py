"""The template of the demo: a client to be named at each start, an adviser who
always signs after them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from signing.flows import drafts, placing, sending, templates, uploads
from signing.flows.drafts import Details, RoleDetails, SignerDetails
from signing.models import Document, Signer, Template
from signing.pdf.sample import Sample
from workspace.demo import papers
from workspace.demo.cast import MESSAGE, PASSWORD, PHONE, VIEW
from workspace.demo.seeding import FIELD_KINDS, House

NAME = "Client agreement"
CLIENT, ADVISER = "Client", "Adviser"
ADVISER_CODE = "linden-5518"
PURPOSE = (
    f"For every new client. In this demo the adviser’s password is {ADVISER_CODE}."
)


def prepare(house: House, now: datetime) -> Template:
    """Return the template that is there; make it once."""
    found = Template.objects.of(house.company).filter(name=NAME).first()
    return found or _make(house, now)


def _make(house: House, now: datetime) -> Template:
    paper = papers.agreement(NAME, [CLIENT, ADVISER])
    taken = uploads.check(paper.pdf)
    actor = sending.actor_name(house.sender)
    people = [_client(), _adviser(house)]
    about = templates.TemplateDetails(NAME, PURPOSE, is_shared=True)
    with transaction.atomic():
        template = templates.create(house.company, house.sender, now, details=about)
        request = template.request
        document = uploads.keep_document(request, paper.name, paper.pdf, taken, now)
        words = Details(NAME, MESSAGE, is_ordered=True)
        drafts.save_details(request, request.version, words, {}, actor)
        for one in people:
            _place(document, drafts.add_signer(request, actor, one), paper)
    return template


def _client() -> SignerDetails:
    role = RoleDetails(CLIENT, needs_access_code=True, needs_phone=True)
    return SignerDetails(factors={PASSWORD: VIEW, PHONE: VIEW}, role=role)


def _adviser(house: House) -> SignerDetails:
    account = house.cast.accounts[-1]
    return SignerDetails(
        name=account.name,
        email=account.email,
        phone="+14155550109",
        language=house.company.language,
        factors={PASSWORD: VIEW, PHONE: VIEW},
        secret=drafts.hash_access_code(ADVISER_CODE),
        role=RoleDetails(ADVISER),
    )


def _place(document: Document, signer: Signer, paper: Sample) -> None:
    for words, kind in FIELD_KINDS.items():
        if spot := paper.places.get(f"{signer.label} {words}"):
            box = placing.Box(spot.x, spot.y, spot.width, spot.height)
            placing.place_field(document, signer, kind, spot.page + 1, box)
