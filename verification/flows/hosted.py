"""Checks at a provider with pages of its own: opened, looked at and ended by workers.

A check is one attempt of the signer's there, and costs one try. Nobody can say
when the signer is at the provider, so the try is charged when we learn that
something was shown, in a commit of its own before the answer is looked at
(threats T1, T24). Several attempts in one session are charged one by one: the
number of those charged stands on the session's row and only grows, so that
news which comes twice, late or out of order costs nothing. What comes when no
try is left is charged to nobody and looked at by nobody. Coming back with
nothing shown costs nothing, and neither does a provider that is out of order.

After an attempt that failed, nobody is led to that session again: its address
opens once, and who has tries left begins another check. It is asked about for
the rest of the day all the same: who tries again on the provider's page is
charged, and a right document counts. Who is out of tries has it cancelled.

News is a hint. Whatever it says, the provider is asked with our own key, and
its answer counts only for the check that its session was opened for.
"""

from __future__ import annotations

import hmac
import logging
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import transaction
from django.utils import timezone

from verification import limits, links, vault
from verification.flows import identity, locking
from verification.identity import base, hosted
from verification.identity.base import Finding, ProviderError, Reason, Wanted
from verification.identity.hosted import Answer, Expected, HostedProvider, Stands
from verification.identity.judging import earliest_day
from verification.models import HostedSession, IdentityCheck

State = IdentityCheck.State
# Failures in a row until opening a session is given up: half a minute.
MOST_FAILURES = 5
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
# An hour apart: a week.
MOST_ERASING_FAILURES = 180
# How long a provider that does not answer is asked about what it was shown.
PATIENCE = 2 * HostedSession.LIFETIME
# While something is being looked at there, and while the signer is on the way;
# the pause then grows with what has passed since.
WORKING_PAUSE = timedelta(seconds=3)
SHORTEST_PAUSE = timedelta(seconds=5)
# Where the provider tells us of news, asking is for what got lost.
REPORTED_PAUSE = timedelta(minutes=2)
LOOKS = limits.Limit("identity-looks", 60, limits.HOUR, is_widened=True)

logger = logging.getLogger(__name__)


class Charged(Enum):
    """What became of attempts that a provider tells of."""

    NO_NEWS = auto()
    PAID = auto()
    NOT_PAID = auto()  # no try was left, or it counts no more


# For pages, webhooks and erasing


def url_of(check: IdentityCheck) -> str:
    """Return where the provider waits for this signer; empty while it does not."""
    if not check.provider_url or check.state != State.OPEN:
        return ""
    try:
        return vault.decrypt(check.provider_url, _purpose(check)).decode()
    except vault.UnreadableError:
        return ""


def look_soon(check: IdentityCheck, now: datetime) -> bool:
    """The signer says they are back: have the provider asked at once."""
    try:
        limits.take([limits.Use(LOOKS, str(check.public_id))], now)
    except limits.LimitReachedError:
        return False
    return _wake(check, now)


def note_news(provider: str, provider_id: str, now: datetime) -> bool:
    """Somebody says that a session has changed: have the provider asked about it.

    False when no check is there for it.
    """
    if not provider_id:
        return False
    checks = IdentityCheck.objects.filter(provider=provider, provider_id=provider_id)
    check = checks.first()
    return check is not None and _wake(check, now)


def erase(check: IdentityCheck, now: datetime) -> bool:
    """Have the provider erase what was shown there; call it in the transaction
    that erases it here. False when no provider keeps anything."""
    sessions = HostedSession.objects.filter(check_of=check, erase_asked_at=None)
    if not check.provider_id or not sessions.update(erase_asked_at=now, failures=0):
        return False
    return _wake(check, now)


# For workers


def due(now: datetime, most: int = 20) -> list[int]:
    """Return the ids of checks whose provider has to be asked about them."""
    rows = HostedSession.objects.filter(due_at__lte=now).order_by("due_at")
    return list(rows.values_list("check_of_id", flat=True)[:most])


def attend(check_id: int, now: datetime) -> None:
    """Turn to the provider about one check, if that is due. Never raises."""
    row = HostedSession.take(check_id, now)
    if row is None:
        return
    try:
        due_at = _turn_to(row, now)
    except ProviderError as error:
        logger.warning("Identity check %s: %s", check_id, error)
        _try_later(row, error, timezone.now())
    except Exception:  # whatever a provider's package may raise, at any point
        logger.exception("Identity check %s: the provider broke.", check_id)
        _try_later(row, ProviderError("broke"), timezone.now())
    else:
        row.hand_back(due_at, failures=0)


def _turn_to(row: HostedSession, now: datetime) -> datetime | None:
    """Do what is to be done next; returns when to come again. Raises ProviderError."""
    check = row.check_of
    provider = base.provider(check.provider)
    if not isinstance(provider, HostedProvider) or not provider.is_ready():
        raise ProviderError(f"{check.provider} is not configured")
    if row.erase_asked_at:
        _erase(row, provider, now)
        return None
    if check.provider_id:
        return _look(row, provider, now)
    return _open(row, provider, now) if check.state == State.OPEN else None


def _open(row: HostedSession, provider: HostedProvider, now: datetime) -> datetime:
    check = row.check_of
    opened = provider.start(_wanted(row))
    rows = IdentityCheck.objects.filter(pk=check.pk, provider_id="")
    with transaction.atomic():
        # Also when the check has ended meanwhile: then it is cancelled there.
        rows.update(provider_id=opened.provider_id)
        _keep_url(check, opened.url)
    check.refresh_from_db()
    return now if check.state != State.OPEN else _next_look(check, provider, now)


def _look(
    row: HostedSession, provider: HostedProvider, now: datetime
) -> datetime | None:
    check = row.check_of
    was_sent = check.state == State.SENT
    answer = provider.look(check.provider_id)
    if answer.stands == Stands.ERASED:
        _note_erased(row, now)
        return None
    if not _is_ours(row, answer):
        logger.error("Identity check %s: the session is not its own.", check.pk)
        return None
    charged = _charge(row, answer, now)
    if answer.stands == Stands.WORKING:
        check.move(State.SENT, now, sent_at=now)
        is_stuck = now >= check.started_at + PATIENCE
        return None if is_stuck else _next_look(check, provider, now, is_working=True)
    # Paid for just now; or before, by a worker that came no further. What was
    # asked before another worker knew of more is not looked at.
    if charged is Charged.PAID or (charged is Charged.NO_NEWS and was_sent):
        _settle(row, answer, now)
    check.refresh_from_db()
    return _go_on(check, provider, answer, now)


def _charge(row: HostedSession, answer: Answer, now: datetime) -> Charged:
    """Charge the attempts that are news.

    The tries are locked before the session: whoever comes second finds that
    there is no news.
    """
    check = row.check_of
    with transaction.atomic():
        locking.hold_tries(check.gate)
        stored = HostedSession.objects.select_for_update().get(pk=row.pk)
        made = answer.attempts - stored.attempts
        if made < 0 or (made and check.gate.closed_at is not None):
            return Charged.NOT_PAID
        if not made:
            return Charged.NO_NEWS
        HostedSession.objects.filter(pk=row.pk).update(attempts=answer.attempts)
        check.refresh_from_db(fields=["state"])
        if check.state == State.ENDED:  # it can open nothing any more
            return Charged.NOT_PAID
        is_paid = identity.charge(check, made, now)
    return Charged.PAID if is_paid else Charged.NOT_PAID


def _settle(row: HostedSession, answer: Answer, now: datetime) -> None:
    """Judge what was shown last; each check is settled by one worker."""
    check = row.check_of
    if check.decided_by_id is not None:  # a person has the last word
        return
    if answer.attempts:
        finding = hosted.judge(answer, _expected(check), earliest_day(now))
    else:  # sent off, and nothing was looked at after all
        finding = Finding(is_passed=False, reason=Reason.PROVIDER)
    if not identity.settle(check, finding, now):
        # Another attempt in a session whose check had failed before.
        locking.lock_if_spent(check.gate, identity.tries_of(check), now)


def _go_on(
    check: IdentityCheck, provider: HostedProvider, answer: Answer, now: datetime
) -> datetime | None:
    """Leave the session open for its signer, or see to it that it ends.

    One in which something was shown is cancelled only for who is locked: Stripe
    says that it erases what is open or verified. Its address is used up.
    """
    if check.state == State.SENT:  # another worker knows more than this answer
        return now + WORKING_PAUSE
    is_open = answer.stands == Stands.OPEN
    is_locked = identity.tries_of(check).locked_at is not None
    is_late = now >= check.started_at + HostedSession.LIFETIME
    if is_open and not is_late and not is_locked:
        if check.state == State.OPEN:
            _keep_url(check, answer.url)
        if check.state in (State.OPEN, State.FAILED):
            return _next_look(check, provider, now)
    check.move(State.ENDED, now)
    if is_open and (is_locked or not answer.attempts):
        provider.cancel(check.provider_id)
    return None


def _try_later(row: HostedSession, error: ProviderError, now: datetime) -> None:
    check, failures = row.check_of, row.failures + 1
    pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 12), LONGEST_PAUSE)
    due_at: datetime | None = now + pause
    if row.erase_asked_at:
        if failures >= MOST_ERASING_FAILURES:
            logger.error("Identity check %s was not erased at its provider.", check.pk)
            due_at = None
    elif check.provider_id:
        due_at = None if now >= check.started_at + PATIENCE else due_at
    elif error.permanent or failures >= MOST_FAILURES:
        due_at = None
    key_number = row.key_number + error.is_kept
    is_last = row.hand_back(due_at, failures=failures, key_number=key_number)
    if is_last and due_at is None and not check.provider_id:
        _give_up(check, now)


def _give_up(check: IdentityCheck, now: datetime) -> None:
    """Tell the signer that the provider is out of order; costs no try."""
    with transaction.atomic():
        if check.state == State.OPEN and check.move(State.SENT, now, sent_at=now):
            finding = Finding(is_passed=False, reason=Reason.PROVIDER)
            identity.settle(check, finding, now)


def _erase(row: HostedSession, provider: HostedProvider, now: datetime) -> None:
    if row.erased_at is None:
        try:
            provider.erase(row.check_of.provider_id)
        except ProviderError as error:
            if row.attempts or not error.permanent:
                raise
            return  # cancelled, and nothing was shown there
        HostedSession.objects.filter(pk=row.pk).update(erased_at=now)


def _note_erased(row: HostedSession, now: datetime) -> None:
    """The provider has erased it, whoever asked for that."""
    HostedSession.objects.filter(pk=row.pk, erased_at=None).update(erased_at=now)
    if row.check_of.state in (State.OPEN, State.SENT):
        row.check_of.move(State.ENDED, now)


def _is_ours(row: HostedSession, answer: Answer) -> bool:
    return answer.check_id == str(row.check_of.public_id) and hmac.compare_digest(
        answer.nonce.encode(), row.nonce.encode()
    )


def _next_look(
    check: IdentityCheck,
    provider: HostedProvider,
    now: datetime,
    *,
    is_working: bool = False,
) -> datetime:
    passed = now - (check.sent_at or check.started_at)
    if is_working:
        return now + max(WORKING_PAUSE, passed / 20)
    if provider.reports_arrive():
        return now + max(REPORTED_PAUSE, passed / 10)
    return now + max(SHORTEST_PAUSE, passed / 20)


def _wanted(row: HostedSession) -> Wanted:
    check = row.check_of
    rules, key = identity.rules_of(check.factor), str(check.public_id)
    return Wanted(
        check_id=check.public_id,
        nonce=row.nonce,
        key=f"{key}-{row.key_number}" if row.key_number else key,
        document_types=tuple(rules.allowed_types),
        needs_live_capture=rules.needs_live_capture,
        needs_selfie=rules.needs_selfie,
        return_url=links.returning_url(check.gate.public_id),
        language=check.gate.language,
    )


def _expected(check: IdentityCheck) -> Expected:
    """By the rules as they are now: they may be stricter than when it began."""
    rules = identity.rules_of(check.factor)
    return Expected(
        name=check.gate.name,
        name_level=rules.name_match,
        document_types=tuple(rules.allowed_types),
        country=check.country,
        needs_live_capture=rules.needs_live_capture,
        needs_selfie=rules.needs_selfie,
    )


def _keep_url(check: IdentityCheck, url: str) -> None:
    """Keep where the signer is to go; each address opens once."""
    if not url or url == url_of(check):
        return
    row = IdentityCheck.objects.filter(pk=check.pk, state=State.OPEN)
    row.update(provider_url=vault.encrypt(url.encode(), _purpose(check)))


def _wake(check: IdentityCheck, now: datetime) -> bool:
    with transaction.atomic():
        if not HostedSession.wake(check.pk, now):
            return False
        identity.attend_soon(check)
    return True


def _purpose(check: IdentityCheck) -> str:
    return f"identity url {check.public_id}"
