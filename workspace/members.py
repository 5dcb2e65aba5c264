"""Members of a company: invited, promoted, sent away, helped back in.

Nobody learns here whether an account exists elsewhere: who is invited is shown
under the name that was typed until they have come.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from signing.flows import handing_over
from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Company
from verification.models import Factor, User
from workspace import devices, events, keys, member_mails
from workspace.models import Membership, Webhook

Notices = Membership.Notices
Role = Membership.Role


def invite(
    company: Company, *, email: str, name: str, role: str, actor: User, now: datetime
) -> Membership:
    """Offer somebody a place, and write to them whether or not they have an account.

    They take it by signing in where they work for no company yet, else on the
    page where they choose one.
    """
    email = email.strip().lower()
    with transaction.atomic():
        _lock(company)
        if company.memberships.filter(user__email=email).exists():
            raise RefusedError(
                "member_exists", _("There is a member with this email address already.")
            )
        user = _account_of(email, name, company)
        member = Membership.objects.create(
            user=user,
            company=company,
            role=role,
            invited_as=name,
            notices=Notices.AT_ONCE if company.attention_mails_on else Notices.OFF,
        )
        _tell(member, "member_invited", actor, now, role=role)
        member_mails.send(member, member_mails.INVITED, actor, now)
    return member


def invite_again(member: Membership, *, actor: User, now: datetime) -> None:
    """Send the invitation once more."""
    if not may_invite_again(member):
        raise RefusedError("member_came", _("This member has come already."))
    with transaction.atomic():
        _tell(member, "member_invited", actor, now, role=member.role)
        member_mails.send(member, member_mails.INVITED, actor, now)


def may_invite_again(member: Membership) -> bool:
    """Whoever has not come yet, or never set the password."""
    is_waiting = not member.has_come or not member.user.has_usable_password()
    return member.is_active and is_waiting


def change_role(member: Membership, role: str, *, actor: User, now: datetime) -> None:
    with transaction.atomic():
        _lock(member.company)
        member.refresh_from_db()
        if member.role == role:
            return
        if member.is_company_admin:
            _refuse_to_lose(member, actor)
        old, member.role = member.role, role
        member.save(update_fields=["role"])
        _tell(member, "member_role_changed", actor, now, old=old, new=role)


def deactivate(
    member: Membership, *, heir: Membership | None, actor: User, now: datetime
) -> int:
    """End a member's sessions, keys and webhooks at once; return how much heir took
    over.

    Without an heir only when no draft and nothing open waits for the member.
    """
    with transaction.atomic():
        _lock(member.company)
        member.refresh_from_db()
        if not member.is_active:
            raise RefusedError("member_gone", _("This member is not active any more."))
        _refuse_to_lose(member, actor)
        handed = _hand_over(member, heir, actor, now)
        member.is_active = False
        member.save(update_fields=["is_active"])
        _revoke_keys(member, actor, now)
        Webhook.objects.filter(member=member, ended_at=None).update(ended_at=now)
        if not _works_elsewhere(member):
            end_sessions(member.user)
        _tell(member, "member_deactivated", actor, now, handed_over=handed)
    return handed


def reactivate(member: Membership, *, actor: User, now: datetime) -> None:
    with transaction.atomic():
        _lock(member.company)
        row = Membership.objects.filter(pk=member.pk, is_active=False)
        if row.update(is_active=True):
            _tell(member, "member_reactivated", actor, now)


def reset_second_step(member: Membership, *, actor: User, now: datetime) -> None:
    """Help a member back in who lost the phone with the app.

    Who has not come, or whose account serves another company too, keeps the
    second step: an invitation gives no power over an account. The email tells
    them what to do; to the company admin both look alike.
    """
    if member.user_id == actor.pk:
        raise RefusedError(
            "own_second_step",
            _("Change your own second step on the page “Security” of your menu."),
        )
    with transaction.atomic():
        _tell(member, "second_step_reset", actor, now)
        if not member.has_come or _serves_others(member):
            member_mails.send(member, member_mails.ASKED_TO_RESET, actor, now)
            return
        devices.remove(member.user)
        end_sessions(member.user)
        member_mails.send(member, member_mails.WAS_RESET, actor, now)


def come(members: Iterable[Membership], now: datetime) -> None:
    """Note that somebody who was invited works here from now on."""
    ids = [member.pk for member in members if member.joined_at is None]
    if ids:
        Membership.objects.filter(pk__in=ids).update(joined_at=now)


def end_sessions(user: User) -> None:
    """Sign a user out everywhere; browsers that were remembered are forgotten."""
    row = User.objects.filter(pk=user.pk)
    row.update(session_epoch=models.F("session_epoch") + 1)


def _account_of(email: str, name: str, company: Company) -> User:
    """Return the account of an address; make one, unless another company is first."""
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(email, name=name, language=company.language)
    except IntegrityError:
        return User.objects.get(email=email)


def _hand_over(
    member: Membership, heir: Membership | None, actor: User, now: datetime
) -> int:
    company, user = member.company, member.user
    if heir is None:
        if handing_over.open_count(company, user):
            raise RefusedError(
                "heir_needed", _("Choose who takes over this member’s transactions.")
            )
        return 0
    heirs = Membership.objects.at_work().filter(company=company)
    if not heirs.filter(pk=heir.pk).exclude(pk=member.pk).exists():
        raise RefusedError("heir_unknown", _("Choose another active member."))
    return handing_over.hand_over(company, user, heir.user, actor=actor, now=now)


def _revoke_keys(member: Membership, actor: User, now: datetime) -> None:
    for key in member.api_keys.filter(revoked_at=None):
        keys.revoke(key, now, actor=actor)


def _refuse_to_lose(member: Membership, actor: User) -> None:
    """Nobody sends themselves away, and no company loses its last admin."""
    if member.user_id == actor.pk:
        raise RefusedError(
            "own_membership",
            _("You cannot do this to yourself. Ask another company admin."),
        )
    if member.is_company_admin and not _other_admins(member):
        raise RefusedError(
            "last_admin", _("This is the last company admin. Make another one first.")
        )


def _other_admins(member: Membership) -> bool:
    """Whether another admin can sign in: one without a password cannot."""
    others = (
        Membership.objects.at_work()
        .filter(
            company_id=member.company_id,
            role=Role.COMPANY_ADMIN,
            is_active=True,
            user__is_active=True,
        )
        .exclude(pk=member.pk)
    )
    return any(other.user.has_usable_password() for other in others.select_related())


def _works_elsewhere(member: Membership) -> bool:
    rows = Membership.objects.at_work().filter(user_id=member.user_id)
    return rows.exclude(pk=member.pk).exists()


def _serves_others(member: Membership) -> bool:
    """Whether the account guards more than this company: its owner works for
    another, signs for another by it, or is the operator."""
    signs = Factor.objects.filter(
        kind=Factor.Kind.ACCOUNT, removed_at=None, gate__email__iexact=member.user.email
    ).exclude(gate__company_id=member.company_id)
    return member.user.is_staff or _works_elsewhere(member) or signs.exists()


def _lock(company: Company) -> None:
    """One change of members at a time: two admins must not remove each other."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def _tell(
    member: Membership, kind: str, actor: User, now: datetime, **facts: object
) -> None:
    events.record(
        member.company_id,
        kind,
        now,
        actor=actor_name(actor),
        member=f"{member.shown_name} <{member.user.email}>",
        **facts,
    )
