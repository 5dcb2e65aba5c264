"""Whoever changes the record without leave is found out, and where."""

from __future__ import annotations

import io
import json
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from verification import trail
from verification.models import Trail, TrailEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    """A trail of eight entries, some of them about Ada."""
    gate = make.make_gate()
    begun = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    for number in range(8):
        trail.append(
            gate.trail_id,
            ("opened", "try", "delivery")[number % 3],
            begun + timedelta(minutes=number, microseconds=number),
            actor="signer" if number % 2 else "system",
            gate=gate if number % 2 else None,
            number=number,
            name="Žofie O’Neill \u6f22\u5b57",
        )
    return Trail.objects.get(pk=gate.trail_id)


@contextmanager
def triggers_lifted():
    """What somebody with the database's keys could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            cursor.execute("SET LOCAL session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


def break_of(chain):
    return trail.verify(Trail.objects.get(pk=chain.pk))


def test_what_was_written_holds(chain):
    assert chain.seq == 8
    assert break_of(chain) is None
    assert [entry.seq for entry in chain.entries.all()] == list(range(1, 9))


def test_an_empty_trail_holds():
    assert trail.verify(Trail.objects.create()) is None


@pytest.mark.parametrize(
    "wish",
    [
        "UPDATE verification_trailentry SET kind = 'nothing' WHERE seq = 3",
        "DELETE FROM verification_trailentry WHERE seq = 3",
        "TRUNCATE verification_trailentry CASCADE",
    ],
    ids=["update", "delete", "truncate"],
)
def test_the_database_refuses_to_change_or_drop(chain, wish):
    if wish.startswith("TRUNCATE") and connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL has TRUNCATE.")
    connection.check_constraints()  # none may be pending when it truncates
    with pytest.raises(DatabaseError, match="append-only"):
        execute(wish)
    assert break_of(chain) is None


def execute(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def change(seq, **columns):
    with triggers_lifted():
        TrailEntry.objects.filter(seq=seq).update(**columns)


def flipped(text, place):
    """Change one bit of one character of text."""
    place %= len(text)
    other = chr(ord(text[place]) ^ 1)
    return text[:place] + other + text[place + 1 :]


@pytest.mark.parametrize("seq", [1, 4, 8])
@pytest.mark.parametrize("column", ["payload", "salt", "payload_hash", "hash", "kind"])
def test_any_changed_character_is_found_at_its_entry(chain, column, seq):
    entry = chain.entries.get(seq=seq)
    for place in (0, 7, -1):
        changed = flipped(getattr(entry, column), place)
        with transaction.atomic():
            change(seq, **{column: changed})
            assert break_of(chain).seq == seq
            transaction.set_rollback(True)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seq=st.integers(1, 8), place=st.integers(0, 10_000), column=st.integers(0, 4))
def test_any_flipped_bit_is_found(chain, seq, place, column):
    column = ["payload", "salt", "payload_hash", "hash", "kind"][column]
    with transaction.atomic():
        entry = chain.entries.get(seq=seq)
        changed = flipped(getattr(entry, column), place)
        change(seq, **{column: changed})
        assert break_of(chain).seq == seq
        transaction.set_rollback(True)


def test_a_moved_moment_is_found(chain):
    entry = chain.entries.get(seq=5)
    with triggers_lifted():
        TrailEntry.objects.filter(pk=entry.pk).update(
            at=entry.at + timedelta(microseconds=1)
        )
    assert break_of(chain).seq == 5


@pytest.mark.parametrize("seq", [1, 4, 8])
def test_a_dropped_entry_is_found(chain, seq):
    with triggers_lifted():
        TrailEntry.objects.filter(seq=seq).delete()
    assert break_of(chain).seq == seq


def test_swapped_entries_are_found(chain):
    with triggers_lifted():
        third, fourth = (chain.entries.get(seq=seq) for seq in (3, 4))
        TrailEntry.objects.filter(pk=third.pk).update(seq=99)
        TrailEntry.objects.filter(pk=fourth.pk).update(seq=3)
        TrailEntry.objects.filter(pk=third.pk).update(seq=4)
    assert break_of(chain).seq == 3


def test_an_entry_slipped_in_is_found(chain):
    with triggers_lifted():
        for seq in range(8, 4, -1):
            TrailEntry.objects.filter(trail=chain, seq=seq).update(seq=seq + 1)
    like = chain.entries.get(seq=4)
    like.pk, like.seq = None, 5
    like.save(force_insert=True)
    assert break_of(chain).seq == 5


def test_an_entry_added_behind_is_found(chain):
    like = chain.entries.get(seq=8)
    like.pk, like.seq = None, 9
    like.save(force_insert=True)
    assert break_of(chain).seq == 9


def test_a_payload_rewritten_with_its_hash_is_found(chain):
    entry = chain.entries.get(seq=4)
    for payload in ("no json", "[]", json.dumps({"actor": "nobody", "gate": None})):
        with transaction.atomic():
            with triggers_lifted():
                TrailEntry.objects.filter(pk=entry.pk).update(
                    payload=payload,
                    payload_hash=trail.hash_payload(entry.salt, payload),
                )
            assert break_of(chain).seq == 4
            transaction.set_rollback(True)


def test_an_entry_moved_to_another_signer_is_found(chain):
    other = make.make_gate(trail=chain)
    with triggers_lifted():
        TrailEntry.objects.filter(trail=chain, seq=4).update(gate=other)
    assert break_of(chain).seq == 4


def test_a_head_moved_by_itself_is_found(chain):
    Trail.objects.filter(pk=chain.pk).update(head="f" * 64)
    assert break_of(chain).seq == 9
    Trail.objects.filter(pk=chain.pk).update(head=chain.head, seq=12)
    assert break_of(chain).seq == 9


def test_the_same_facts_do_not_hash_alike(chain):
    """Else a short payload, once erased, could be guessed from its hash."""
    hashes = list(chain.entries.values_list("payload_hash", flat=True))
    assert len(set(hashes)) == 8
    assert len(set(chain.entries.values_list("salt", flat=True))) == 8


def test_an_entry_falls_with_the_transaction_that_it_tells_of():
    gate = make.make_gate()
    with transaction.atomic():
        trail.append(gate.trail_id, "opened", timezone.now(), actor="signer")
        transaction.set_rollback(True)
    one = Trail.objects.get(pk=gate.trail_id)
    assert (one.seq, one.entries.count()) == (0, 0)


# manage.py verify_trail


def run(*ids):
    out = io.StringIO()
    call_command("verify_trail", *ids, stdout=out)
    return out.getvalue()


def test_the_command_says_how_much_holds(chain):
    assert run() == "1 trails with 8 entries are as written.\n"
    assert run(str(chain.public_id)) == run()


def test_the_command_names_the_first_bad_entry_and_fails(chain):
    for seq in (6, 3):
        change(seq, kind="signed")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 1 trails") as failed:
        call_command("verify_trail", stdout=out)
    assert failed.value.returncode == 1
    assert f"{chain}: entry 3: the entry was changed." in out.getvalue()


def test_the_command_takes_the_id_of_a_transaction_or_a_signer():
    lease, other = make.make_request(), make.make_request()
    signer = make.signer_of(lease)
    entries = lease.trail.entries.count()
    expected = f"1 trails with {entries} entries are as written.\n"
    assert run(str(lease.public_id)) == expected
    assert run(str(signer.gate.public_id)) == expected
    both = run(str(lease.public_id), str(other.public_id))
    assert both.startswith("2 trails")


def test_the_command_says_when_there_is_no_such_trail(chain):
    with pytest.raises(CommandError, match="no trail"):
        run(str(uuid.uuid4()))
    with pytest.raises(CommandError):
        run("nonsense")
