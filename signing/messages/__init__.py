"""The emails about a sign request: who gets which, and in whose language.

signers   to those who sign or get a copy; links to their own page
identity  to signers whose ID somebody has looked at
devices   to signers who have a passkey or an app set up, or removed
senders   to the publisher; links to the workspace, never a signer's link
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from signing import brand
from signing.messages import devices, identity, senders, signers
from signing.models import Company, Signer, SignRequest
from verification import letters, messages, policy
from verification.letters import Content, Head, Letter
from verification.models import Delivery, Gate
from verification.policy import Policy
from verification.texts import written_language

Writer = Callable[[Signer], Letter]


def register() -> None:
    """Tell verification which words, looks and rules belong to a gate."""
    for kind, write in (signers.LETTERS | identity.LETTERS).items():
        messages.register(kind, partial(to_signer, write))
    for kind, write in senders.LETTERS.items():
        messages.register(kind, partial(to_sender, write))
    for kind, tell in devices.LETTERS.items():
        messages.register(kind, partial(to_owner, tell))
    messages.register("reminder", to_reminded)
    letters.register_head(head_of)
    policy.register(policy_of)


def to_signer(write: Writer, delivery: Delivery) -> Content:
    signer = signer_of(delivery)
    gate = signer.gate
    letter = write(signer)
    if letter.button is not None and carries_old_link(delivery, gate):
        raise messages.SupersededError
    return letters.render(
        letter,
        letters.head_of(gate),
        sender_name=messages.via_us(gate.sender_name),
        reply_to=gate.contact_email,
    )


def to_reminded(delivery: Delivery) -> Content:
    """Render a reminder, which may carry a message of its own."""
    message = str(delivery.context.get("message", ""))
    return to_signer(partial(signers.reminder, message=message), delivery)


def to_owner(tell: Callable[[devices.News], Letter], delivery: Delivery) -> Content:
    """Render what happened to a passkey or app, as the trail tells it."""
    return to_signer(lambda signer: tell(devices.news_of(signer, delivery)), delivery)


def carries_old_link(delivery: Delivery, gate: Gate) -> bool:
    """Whether the link was replaced since: this address may not be the signer's."""
    version = delivery.context.get("link_version", gate.link_version)
    return bool(version != gate.link_version)


def to_sender(write: Writer, delivery: Delivery) -> Content:
    """Render in the publisher's language, whatever the signer's is."""
    signer = signer_of(delivery)
    with translation.override(written_language(language_of_sender(signer.request))):
        return letters.render(write(signer), letters.head_of(signer.gate))


def signer_of(delivery: Delivery) -> Signer:
    """Return whom a message is about. Raises NothingToSayError."""
    rows = Signer.objects.select_related("gate", "request__company", "request__sender")
    signer = rows.filter(gate_id=delivery.gate_id or 0).first()
    if signer is None:
        raise messages.NothingToSayError
    return signer


def language_of_sender(request: SignRequest) -> str:
    return request.sender.language or request.company.language


def head_of(gate: Gate) -> Head:
    """Return a gate's paper: the company's name as sent, its looks of today."""
    company = Company.objects.filter(pk=gate.company_id).first()
    if company is None:
        return Head(gate.company_name)
    return replace(head_for(company), company=gate.company_name or company.name)


def head_for(company: Company) -> Head:
    colour = company.colour if brand.is_colour(company.colour) else brand.DEFAULT
    light = brand.palette(colour).light
    logo = reverse("signing:logo", args=[company.public_id]) if company.logo else ""
    return Head(
        company.name,
        logo=logo and settings.PUBLIC_URL + logo,
        accent=light.accent,
        on_accent=light.on_accent,
    )


def policy_of(company_id: int) -> Policy:
    """Read what a company allows now; nothing when there is no such company."""
    company = Company.objects.filter(pk=company_id).first()
    return policy_for(company) if company else Policy(False, frozenset(), "")


def policy_for(company: Company) -> Policy:
    return Policy(
        offers_alternative_codes=company.offers_alternative_codes,
        countries=company.countries,
        country=company.country,
        identity_provider=company.identity_provider,
        identity_days_kept=company.identity_days_kept,
    )
