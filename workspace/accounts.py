"""What the gate asks about accounts: who is signed in, who is a member."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from signing.accounts import Account, Sign
from signing.models import Signer
from verification import limits
from verification.models import User
from workspace import access, mails
from workspace.models import Membership


def look(request: HttpRequest, signer: Signer, back: str) -> Account:
    """Say how far this browser is signed in to the account of signer's address."""
    user = request.user
    if not isinstance(user, User):
        return Account(Sign.SIGN_IN, address=_step("workspace:sign-in", back))
    if user.email.lower() != signer.email.lower():
        address = _step("workspace:sign-out", back)
        return Account(Sign.OTHER_ACCOUNT, user.email, address)
    if access.lacks_second_step(request):
        address = _step("workspace:sign-in-code", back)
        return Account(Sign.SECOND_STEP, user.email, address)
    if not access.has_second_step(request) and _must_have_one(user, signer):
        address = _step("workspace:set-up-second-step", back)
        return Account(Sign.SET_UP_SECOND_STEP, user.email, address)
    return Account(Sign.READY, user.email)


def is_member(company_id: int, email: str) -> bool:
    """Whether an active member of the company has this address."""
    rows = Membership.objects.at_work().filter(
        company_id=company_id, user__email=email.lower(), user__is_active=True
    )
    return rows.exists()


def write_to(signer: Signer, now: datetime) -> None:
    """Mail a link to set a password to the signer's address, and to no other.

    Makes the account where there is none: the mailbox proves whose it is. Too
    often is silence, as with a forgotten password.
    """
    email = signer.email.lower()
    try:
        limits.take([limits.Use(mails.PER_ADDRESS, email)], now)
    except limits.LimitReachedError:
        return
    user, is_new = _account_of(email, signer)
    if user.is_active:
        mails.send(user, mails.SET_PASSWORD if is_new else mails.RESET_PASSWORD, now)


def _account_of(email: str, signer: Signer) -> tuple[User, bool]:
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found, not found.has_usable_password()
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email, None, name=signer.name, language=signer.gate.language
            )
    except IntegrityError:  # made in this moment by another press
        return User.objects.get(email=email), True
    return user, True


def _must_have_one(user: User, signer: Signer) -> bool:
    company = signer.request.company
    return company.second_step_required and is_member(company.pk, user.email)


def _step(name: str, back: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': back})}"
