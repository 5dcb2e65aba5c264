"""What the list asks of a transaction is kept in step with its trail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from signing.attention import needs_attention
from signing.flows import drafts, sending
from signing.models import SignRequest
from tests import factories
from verification import trail

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def read(request: SignRequest) -> SignRequest:
    return SignRequest.objects.get(pk=request.pk)


@pytest.fixture
def sent(db) -> SignRequest:
    with time_machine.travel(NOON, tick=False):
        return factories.make_request()


def note(request: SignRequest, kind: str, **facts) -> SignRequest:
    trail.append(request.trail_id, kind, LATER, actor="system", **facts)
    return read(request)


def test_what_happens_to_a_transaction_is_a_change(sent):
    assert read(sent).changed_at == NOON
    for kind in ("opened", "viewed", "reminded", "reassigned", "something_new"):
        SignRequest.objects.update(changed_at=NOON)
        assert note(sent, kind).changed_at == LATER, kind


def test_codes_that_come_and_go_are_none(sent):
    for kind in ("code_asked", "try", "code_passed", "downloaded"):
        assert note(sent, kind).changed_at == NOON, kind
    for state in ("sent", "delivered", "cancelled"):
        assert note(sent, "delivery", state=state).changed_at == NOON, state
    assert note(sent, "delivery", state="failed").changed_at == LATER


def test_trouble_counts_from_when_it_began(sent):
    gate = sent.signers.get().gate
    gate.budgets.create(kind="one_time_code", consecutive=3, locked_at=LATER)
    assert note(sent, "locked").attention_since == LATER
    later = LATER + timedelta(hours=1)
    trail.append(sent.trail_id, "opened", later, actor="signer")
    assert read(sent).attention_since == LATER
    gate.budgets.update(locked_at=None)
    trail.append(sent.trail_id, "delivery", later, actor="carrier", state="delivered")
    assert read(sent).attention_since is None


def test_a_saved_draft_has_changed(db):
    with time_machine.travel(NOON, tick=False):
        draft = factories.make_draft()
    with time_machine.travel(LATER, tick=False):
        drafts.claim(draft, draft.version)
    assert read(draft).changed_at == LATER


def test_a_trail_without_a_transaction_is_left_alone(db):
    gate = factories.make_gate()
    assert trail.append(gate.trail_id, "opened", NOON, actor="signer", gate=gate)


def test_after_a_whole_journey_the_note_is_true(db):
    request = factories.make_request(people=("ada", "bob"))
    factories.sign_as(request, "ada")
    factories.deliver_due()
    sending.recall(request, actor=request.sender, reason="", now=timezone.now())
    last = request.trail.entries.latest("seq")
    assert read(request).changed_at == last.at
    in_trouble = SignRequest.objects.filter(needs_attention())
    noted = SignRequest.objects.exclude(attention_since=None)
    assert list(noted) == list(in_trouble) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer.")
def test_an_entry_never_waits_for_who_holds_its_transaction():
    """Or a code that is checked and a recall would wait on each other."""
    request = factories.make_request()
    written = []

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            written.append(
                trail.append(request.trail_id, "opened", LATER, actor="signer")
            )
        connection.close()

    with transaction.atomic():
        SignRequest.objects.select_for_update().get(pk=request.pk)
        thread = Thread(target=write)
        thread.start()
        thread.join(30)
        assert written, "The entry waited for the transaction's row."
        trail.append(request.trail_id, "recalled", LATER, actor="Pat")
    assert read(request).changed_at == LATER
