"""What members hear of: invitations, and a second step that was reset."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from signing.messages import head_for
from verification import delivery, letters, messages
from verification.letters import Button, Content, Letter
from verification.models import Delivery, User
from workspace import mails
from workspace.models import Membership

INVITED = "member_invited"
WAS_RESET = "second_step_reset"
ASKED_TO_RESET = "second_step_asked"


def register() -> None:
    for kind in WRITERS:
        messages.register(kind, build)


def send(member: Membership, kind: str, actor: User, now: datetime) -> None:
    """Put an email to a member in the outbox; call it in a transaction."""
    language = member.user.language or member.company.language
    delivery.enqueue(
        kind=kind,
        channel=Delivery.Channel.EMAIL,
        address=member.user.email,
        language=language,
        now=now,
        company_id=member.company_id,
        member=member.pk,
        actor=actor.pk,
    )


def build(row: Delivery) -> Content:
    rows = Membership.objects.select_related("user", "company")
    member = rows.filter(pk=row.context["member"]).first()
    actor = User.objects.filter(pk=row.context["actor"]).first()
    if member is None or actor is None:
        raise messages.NothingToSayError
    letter = WRITERS[row.kind](member, actor)
    return letters.render(letter, head_for(member.company))


def invited(member: Membership, actor: User) -> Letter:
    """Who has no password yet sets one with this; everybody else signs in."""
    is_new = not member.user.has_usable_password()
    words = _("%(actor)s invites you to work for %(company)s in Countersign.")
    return Letter(
        subject=_("Work for %(company)s") % {"company": member.company.name},
        paragraphs=(
            mails.hello(member.user) if is_new else _("Hello,"),
            words % {"actor": actor.name, "company": member.company.name},
            mails.life_of_link()
            if is_new
            else _("Sign in as you always do and choose the company."),
        ),
        button=Button(_("Set your password"), mails.link_for(member.user))
        if is_new
        else Button(_("Sign in"), address_of("workspace:choose-company")),
        closing=(_("Did you not expect this? Then do nothing."),),
    )


def was_reset(member: Membership, actor: User) -> Letter:
    words = _(
        "%(actor)s of %(company)s turned the second step of your account off. "
        "Sign in with your password and set a new one up."
    )
    return Letter(
        subject=_("Your second step is off"),
        paragraphs=(
            mails.hello(member.user),
            words % {"actor": actor.name, "company": member.company.name},
        ),
        button=Button(_("Set it up"), address_of("workspace:set-up-second-step")),
        closing=(_("You did not ask for this? Tell your company admin at once."),),
    )


def asked_to_reset(member: Membership, actor: User) -> Letter:
    words = _(
        "%(actor)s of %(company)s wants to help you back into your account. It "
        "serves more than one company, so its second step stays on. Sign in with "
        "one of your recovery codes, or ask whoever runs this Countersign."
    )
    return Letter(
        subject=_("Your second step"),
        paragraphs=(
            mails.hello(member.user),
            words % {"actor": actor.name, "company": member.company.name},
        ),
        button=Button(_("Sign in"), address_of("workspace:sign-in")),
        closing=(_("You did not ask for this? Then do nothing."),),
    )


def address_of(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}"


WRITERS = {
    INVITED: invited,
    WAS_RESET: was_reset,
    ASKED_TO_RESET: asked_to_reset,
}
