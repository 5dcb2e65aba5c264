"""Sender identities: on whose behalf a company may send, with their consent.

The person says yes on a page of their own, which an emailed link opens. The
link counts for that asking alone: one that was taken back opens nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.messages import head_for
from signing.models import Company, SenderIdentity
from verification import delivery, letters, messages
from verification.letters import Button, Content, Letter
from verification.models import Delivery, User
from workspace import events

ASKED = "sender_asked"
LINK_LIFETIME = timedelta(days=7)
SALT = "workspace.senders"


def register() -> None:
    messages.register(ASKED, build)


def add(
    company: Company, *, email: str, name: str, actor: User, now: datetime
) -> SenderIdentity:
    """Write a person down and ask them by email. Raises RefusedError."""
    email = email.strip().lower()
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        identity = company.sender_identities.filter(email=email).first()
        if identity is None:
            identity = SenderIdentity(company=company, email=email)
        elif identity.approved_at is not None or identity.asked_at is not None:
            raise RefusedError(
                "identity_exists", gettext_lazy("This address is there already.")
            )
        identity.name = name
        identity.save()
        _tell(identity, "sender_added", now, actor_name(actor))
        _ask(identity, actor, now)
    return identity


def ask_again(identity: SenderIdentity, *, actor: User, now: datetime) -> None:
    """Send the question once more; the link of the one before is worthless."""
    if identity.approved_at is not None:
        raise RefusedError(
            "identity_approved", gettext_lazy("This person has said yes already.")
        )
    with transaction.atomic():
        _tell(identity, "sender_asked", now, actor_name(actor))
        _ask(identity, actor, now)


def remove(identity: SenderIdentity, *, actor: User, now: datetime) -> bool:
    """Let nobody send on this person's behalf any more.

    False when the row stays, because transactions name it.
    """
    with transaction.atomic():
        _tell(identity, "sender_removed", now, actor_name(actor))
        if not identity.requests.exists():
            identity.delete()
            return True
        row = SenderIdentity.objects.filter(pk=identity.pk)
        row.update(approved_at=None, asked_at=None)
    return False


def find_asked(token: str) -> SenderIdentity | None:
    """Return the identity that a link asks about; None for any other link."""
    try:
        facts = signing.loads(token, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return None
    rows = SenderIdentity.objects.select_related("company")
    identity = rows.filter(pk=facts["id"], email=facts["email"]).first()
    if identity is None or _moment(identity) != facts["asked"]:
        return None
    return identity


def approve(identity: SenderIdentity, now: datetime) -> bool:
    """Note that the person said yes; False when they had, or were not asked."""
    with transaction.atomic():
        row = SenderIdentity.objects.filter(
            pk=identity.pk, asked_at=identity.asked_at, approved_at=None
        )
        if identity.asked_at is None or not row.update(approved_at=now):
            return False
        who = f"{identity.name} <{identity.email}>"
        _tell(identity, "sender_approved", now, who)
    return True


def link_for(identity: SenderIdentity) -> str:
    facts = {
        "id": identity.pk,
        "email": identity.email,
        "asked": _moment(identity),
    }
    token = signing.dumps(facts, salt=SALT)
    path = reverse("workspace:approve-sender", args=[token])
    return f"{settings.PUBLIC_URL}{path}"


def build(row: Delivery) -> Content:
    rows = SenderIdentity.objects.select_related("company")
    identity = rows.filter(pk=row.context["identity"]).first()
    actor = User.objects.filter(pk=row.context["actor"]).first()
    if identity is None or actor is None or identity.asked_at is None:
        raise messages.NothingToSayError
    return letters.render(question(identity, actor), head_for(identity.company))


def question(identity: SenderIdentity, actor: User) -> Letter:
    names = {"actor": actor.name, "company": identity.company.name}
    return Letter(
        subject=_("May %(company)s send in your name?") % names,
        paragraphs=(
            _("Hello %(name)s,") % {"name": identity.name},
            _(
                "%(actor)s asks whether %(company)s may send documents for "
                "signature on your behalf. Signers would read your name and answer "
                "to your address."
            )
            % names,
            _("The link works for %(days)s days.") % {"days": LINK_LIFETIME.days},
        ),
        button=Button(_("Read and answer"), link_for(identity)),
        closing=(_("Do you not want this? Then do nothing."),),
    )


def _ask(identity: SenderIdentity, actor: User, now: datetime) -> None:
    identity.asked_at = now
    identity.save(update_fields=["asked_at"])
    delivery.enqueue(
        kind=ASKED,
        channel=Delivery.Channel.EMAIL,
        address=identity.email,
        language=identity.company.language,
        now=now,
        company_id=identity.company_id,
        identity=identity.pk,
        actor=actor.pk,
    )


def _moment(identity: SenderIdentity) -> str:
    return identity.asked_at.isoformat() if identity.asked_at else ""


def _tell(identity: SenderIdentity, kind: str, now: datetime, actor: str) -> None:
    events.record(
        identity.company_id,
        kind,
        now,
        actor=actor,
        sender=f"{identity.name} <{identity.email}>",
    )
