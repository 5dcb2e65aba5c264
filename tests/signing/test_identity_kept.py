"""What was shown is kept as long as the company says, and not a day longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from signing.models import Company
from tests import factories as make
from tests.factories import Browser, kinds_of, signer_of
from verification.flows import erasing, identity, looking, opening
from verification.identity.base import Finding, Reason
from verification.models import (
    Factor,
    HostedSession,
    IdentityCheck,
    IdentityLook,
    IdentityPicture,
    Trail,
)
from verification.trail import verify

pytestmark = pytest.mark.django_db
State = IdentityCheck.State
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def lease(db):
    company = make.make_company(identity_days_kept=30)
    return make.make_identity_request(company)


@pytest.fixture
def check(lease):
    """A check that Pat approved just now."""
    check = make.make_identity_check(lease)
    approve(check, lease)
    return check


def approve(check, request):
    now, pk = timezone.now(), request.sender_id
    assert identity.approve(check, actor="Pat <pat@x>", user_id=pk, now=now)


def make_approved(company=None):
    """A check in another transaction."""
    request = make.make_identity_request(company)
    check = make.make_identity_check(request)
    approve(check, request)
    return check


def files():
    return [one.file.name for one in IdentityPicture.objects.all()]


def test_pictures_facts_and_names_are_gone_when_their_days_are_over(check, lease):
    names, decided_at = files(), check.decided_at
    assert len(names) == 2
    erasing.erase_due(decided_at + timedelta(days=30) - A_SECOND)
    assert files() == names
    assert all(default_storage.exists(name) for name in names)
    assert erasing.erase_due(decided_at + timedelta(days=30)) == 1
    assert files() == []
    assert not any(default_storage.exists(name) for name in names)
    check.refresh_from_db()
    assert (check.facts, check.name_comparison) == ("", "")
    assert check.get_facts().full_name == ""
    assert identity.comparison_of(check) is None
    assert check.erased_at
    assert check.state == State.PASSED
    assert kinds_of(lease.trail)[-1] == "identity_erased"
    assert verify(Trail.objects.get(pk=lease.trail_id)) is None


def test_it_is_erased_once(check, lease):
    later = check.decided_at + timedelta(days=31)
    assert [erasing.erase_due(later) for _run in range(2)] == [1, 0]
    assert kinds_of(lease.trail).count("identity_erased") == 1


def test_each_company_keeps_for_its_own_days(check):
    rival = make.make_company("Rival Realty", identity_days_kept=1)
    make_approved(rival)
    assert erasing.erase_due(timezone.now() + timedelta(days=2)) == 1
    assert IdentityCheck.objects.get(erased_at=None) == check


def test_a_shorter_time_holds_for_what_is_kept_already(check):
    Company.objects.update(identity_days_kept=2)
    assert erasing.erase_due(check.decided_at + timedelta(days=2)) == 1


def test_a_run_erases_so_many_and_the_next_goes_on(check):
    for _number in range(2):
        make_approved()
    later = timezone.now() + timedelta(days=40)
    assert [erasing.erase_due(later, most=2) for _run in range(3)] == [2, 1, 0]


def test_one_that_cannot_be_erased_holds_no_other_up(check, monkeypatch):
    make_approved()
    erase_pictures = erasing.erase_pictures

    def fail_for_the_first(one):
        if one.pk == check.pk:
            raise OSError("The disk is read-only.")
        erase_pictures(one)

    monkeypatch.setattr(erasing, "erase_pictures", fail_for_the_first)
    later = timezone.now() + timedelta(days=40)
    assert erasing.erase_due(later) == 1
    check.refresh_from_db()
    assert check.erased_at is None
    assert check.facts


def test_a_provider_that_keeps_pictures_is_asked_to_erase_them(check):
    IdentityCheck.objects.update(provider="stripe", provider_id="vs_test_1")
    session = HostedSession.objects.create(check_of=check, due_at=None)
    later = check.decided_at + timedelta(days=30)
    erasing.erase_due(later)
    session.refresh_from_db()
    assert session.erase_asked_at == later


def test_a_check_that_waits_keeps_its_pictures_for_a_week(lease):
    check = make.make_identity_check(lease)
    erasing.erase_due(check.sent_at + identity.REVIEW_LIFETIME - A_SECOND)
    check.refresh_from_db()
    assert check.state == State.WAITING
    erasing.erase_due(check.sent_at + identity.REVIEW_LIFETIME)
    check.refresh_from_db()
    assert check.state == State.ENDED
    assert kinds_of(lease.trail)[-1] == "identity_over"
    erasing.erase_due(check.decided_at + timedelta(days=30))
    assert files() == []


def test_a_check_that_was_left_lying_ends_after_two_days(lease):
    ada = Browser(signer_of(lease).gate)
    factor, now = ada.factor(Factor.Kind.IDENTITY), timezone.now()
    check = identity.start(ada.visit, factor, origin=opening.Origin(), now=now)
    make.make_identity_picture(check)
    erasing.erase_due(now + erasing.ABANDONED - A_SECOND)
    check.refresh_from_db()
    assert check.state == State.OPEN
    erasing.erase_due(now + erasing.ABANDONED)
    check.refresh_from_db()
    assert check.state == State.ENDED
    assert "identity_over" not in kinds_of(lease.trail)
    erasing.erase_due(now + 2 * erasing.ABANDONED - A_SECOND)
    assert files() != []
    erasing.erase_due(now + 2 * erasing.ABANDONED)
    assert files() == []


def test_what_the_reviewer_wrote_goes_with_the_pictures(lease):
    check, now = make.make_identity_check(lease), timezone.now()
    note = "Your number, 4711, is covered."
    identity.reject(check, note, actor="Pat <pat@x>", user_id=lease.sender_id, now=now)
    erasing.erase_due(now + timedelta(days=30) - A_SECOND)
    check.refresh_from_db()
    assert check.note == note
    erasing.erase_due(now + timedelta(days=30))
    check.refresh_from_db()
    assert check.note == ""
    assert check.reason == "refused"
    assert not any("4711" in entry.payload for entry in lease.trail.entries.all())


def test_a_try_that_nobody_looked_at_is_given_back(lease):
    ada = Browser(signer_of(lease).gate)
    for _try in range(2):
        finding = Finding(is_passed=False, reason=Reason.EXPIRED)
        make.make_identity_check(lease, browser=ada, finding=finding)
    check = make.make_identity_check(lease, browser=ada)
    budget = identity.tries_of(check)
    assert budget.tries_left(3, timezone.now()) == 0
    later = check.sent_at + identity.REVIEW_LIFETIME
    erasing.erase_due(later)
    budget.refresh_from_db()
    assert (budget.consecutive, budget.total) == (2, 2)
    assert budget.tries_left(3, later) == 1
    erasing.erase_due(later + A_SECOND)
    budget.refresh_from_db()
    assert budget.consecutive == 2


# Looking


def look(check, user):
    return looking.look(check, user, actor="Pat <pat@x>", now=timezone.now())


def test_a_look_is_told_once_while_it_is_open(check, lease, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    first = look(check, lease.sender)
    assert look(check, lease.sender) == first
    assert kinds_of(lease.trail).count("identity_looked") == 1
    time_machine.move_to(first.ends_at, tick=False)
    assert looking.live_look(check, lease.sender, timezone.now()) is None
    assert look(check, lease.sender) != first
    assert kinds_of(lease.trail).count("identity_looked") == 2


def test_looks_are_forgotten_with_the_pictures_the_trail_keeps_them(check, lease):
    look(check, lease.sender)
    erasing.erase_due(timezone.now() + timedelta(days=29))
    assert looking.has_looked(check, lease.sender)
    erasing.erase_due(timezone.now() + timedelta(days=31))
    assert not IdentityLook.objects.exists()
    assert "identity_looked" in kinds_of(lease.trail)


def test_only_pictures_that_a_worker_drew_anew_are_shown(lease):
    check = make.make_identity_check(lease, sides=("front", "back", "selfie"))
    check.pictures.filter(side="front").update(state=IdentityPicture.State.REFUSED)
    check.pictures.filter(side="back").update(read_at=None)
    shown = looking.shown_pictures(check)
    assert [one.side for one in shown] == ["selfie"]
    assert looking.source(shown[0]) == make.make_jpeg()
