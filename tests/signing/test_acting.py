from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from signing.flows import acting, sending
from signing.flows.acting import Drawing, SignOutcome
from signing.gate import Verdict
from signing.models import Field, Signature, Signer, SignRequest
from tests import factories as make
from verification import trail
from verification.models import Delivery, Factor

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
SIGNATURE, INITIALS = Signature.Kind.SIGNATURE, Signature.Kind.INITIALS
ADA_TYPED = Drawing(style="typed-1", text="Ada Lane")


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def lease():
    return make.make_request()


@pytest.fixture
def ada(lease):
    return make.enter_as(lease)


def sign(lease, browser, *, consented=True, person="ada"):
    return acting.sign(
        make.signer_of(lease, person),
        browser.visit,
        browser.origin,
        consented=consented,
        language="en",
        now=timezone.now(),
    )


def decline(lease, browser, reason="I moved."):
    signer = make.signer_of(lease)
    now = timezone.now()
    return acting.decline(signer, browser.visit, browser.origin, reason=reason, now=now)


def adopt(lease, drawing=ADA_TYPED, kind=SIGNATURE, person="ada"):
    return acting.adopt(make.signer_of(lease, person), kind, drawing, timezone.now())


def state_of(lease):
    lease.refresh_from_db()
    return lease.state


# Viewing


def test_viewed_is_written_once(lease, ada):
    signer = make.signer_of(lease)
    assert acting.mark_viewed(signer, ada.origin, timezone.now())
    assert not acting.mark_viewed(signer, ada.origin, timezone.now())
    assert make.kinds_of(lease.trail).count("viewed") == 1
    assert make.signer_of(lease).state == Signer.State.VIEWED


# Signing


def test_the_last_signature_starts_the_seal(lease, ada):
    adopt(lease)
    assert sign(lease, ada).outcome is SignOutcome.SIGNED
    assert state_of(lease) == SignRequest.State.SEALING
    signer = make.signer_of(lease)
    assert signer.state == Signer.State.SIGNED
    assert signer.done_at == signer.consented_at == MORNING
    assert signer.consent_version == 1
    assert signer.gate.completed_at == MORNING
    assert make.kinds_of(lease.trail)[-2:] == ["consented", "signed"]
    assert trail.verify(lease.trail) is None


def test_the_trail_says_what_was_signed_and_where_from(lease, ada):
    adopt(lease)
    sign(lease, ada)
    facts = json.loads(lease.trail.entries.get(kind="signed").payload)
    document = lease.documents.get()
    assert facts["documents"] == [document.cleaned_sha256]
    assert facts["ip"] == ada.ip
    assert facts["browser"] == "Safari on iPhone"
    assert facts["text"] == "Ada Lane"


def test_a_signature_counts_behind_the_gate_only(lease):
    stranger = make.Browser(make.signer_of(lease).gate)
    adopt(lease)
    result = sign(lease, stranger)
    assert (result.outcome, result.verdict) == (SignOutcome.REFUSED, Verdict.GATE)
    assert state_of(lease) == SignRequest.State.SENT


def test_without_consent_or_signature_nothing_is_signed(lease, ada):
    assert sign(lease, ada).outcome is SignOutcome.NO_SIGNATURE
    adopt(lease)
    assert sign(lease, ada, consented=False).outcome is SignOutcome.NO_CONSENT
    assert make.signer_of(lease).state == Signer.State.INVITED


def test_empty_required_fields_are_named(lease, ada):
    rent = make.make_field(make.signer_of(lease), kind=Field.Kind.TEXT, y=0.2)
    make.make_field(
        make.signer_of(lease), kind=Field.Kind.TEXT, y=0.3, is_required=False
    )
    adopt(lease)
    result = sign(lease, ada)
    assert result.outcome is SignOutcome.INCOMPLETE
    assert result.missing == (rent,)
    acting.fill(make.signer_of(lease), {str(rent.public_id): "2150"})
    assert sign(lease, ada).outcome is SignOutcome.SIGNED


def test_nobody_signs_twice(lease, ada):
    adopt(lease)
    sign(lease, ada)
    result = sign(lease, ada)
    assert result.verdict == Verdict.ALREADY_DONE
    assert make.kinds_of(lease.trail).count("signed") == 1


def test_date_and_name_fill_themselves_in_the_companys_zone(time_machine):
    time_machine.move_to(datetime(2026, 6, 1, 23, 0, tzinfo=UTC), tick=False)
    draft = make.make_draft(make.make_company(time_zone="Asia/Tokyo"))
    signer = make.signer_of(draft)
    date = make.make_field(signer, kind=Field.Kind.DATE, y=0.2)
    name = make.make_field(signer, kind=Field.Kind.NAME, y=0.3)
    sending.send(draft, actor=draft.sender, now=timezone.now())
    make.sign_as(draft)
    date.refresh_from_db()
    name.refresh_from_db()
    assert (date.value, name.value) == ("2026-06-02", "Ada Lane")


def test_the_next_signer_is_invited_and_nothing_sealed_before_the_last():
    lease = make.make_request(people=("ada", "bob"))
    make.sign_as(lease, "ada")
    assert state_of(lease) == SignRequest.State.SENT
    make.sign_as(lease, "bob")
    assert state_of(lease) == SignRequest.State.SEALING


def test_a_reader_of_copies_holds_nothing_up():
    draft = make.make_draft()
    make.add_signer(draft, "bob", role=Signer.Role.CC, order=2)
    sending.send(draft, actor=draft.sender, now=timezone.now())
    make.sign_as(draft)
    assert state_of(draft) == SignRequest.State.SEALING


def test_until_signed_is_asked_at_each_access_and_never_after(time_machine):
    lease = make.make_request()
    gate = make.signer_of(lease).gate
    gate.factors.update(frequency=Factor.Frequency.UNTIL_SIGN_COMPLETED)
    ada = make.enter_as(lease)
    time_machine.shift(31)
    ada.arrive()
    assert not ada.standing.may_view
    ada.pass_phone()
    make.sign_as(lease, browser=ada)
    assert make.Browser(gate).standing.may_view


# What was filled in


def test_only_own_open_fields_are_filled(lease, ada):
    signer = make.signer_of(lease)
    text = make.make_field(signer, kind=Field.Kind.TEXT, y=0.2)
    date = make.make_field(signer, kind=Field.Kind.DATE, y=0.3)
    bob = make.add_signer(lease, "bob", order=2)
    foreign = make.make_field(bob, kind=Field.Kind.TEXT, y=0.4)
    values = {
        str(text.public_id): "2150\x00 a month",
        str(date.public_id): "1999-01-01",
        str(foreign.public_id): "mine now",
        "no id at all": "x",
    }
    assert acting.fill(signer, values)
    kept = {row.pk: row.value for row in Field.objects.all()}
    assert kept[text.pk] == "2150 a month"
    assert kept[date.pk] == kept[foreign.pk] == ""


def test_a_drawn_field_is_not_filled_by_typing(lease, ada):
    signer = make.signer_of(lease)
    initials = make.make_field(signer, kind=Field.Kind.INITIALS, y=0.2)
    acting.fill(signer, {str(row.public_id): "x" for row in signer.fields.all()})
    assert initials in acting.missing_fields(signer)


def test_nothing_changes_once_it_is_signed(lease, ada):
    rent = make.make_field(make.signer_of(lease), kind=Field.Kind.TEXT, y=0.2)
    acting.fill(make.signer_of(lease), {str(rent.public_id): "2150"})
    adopt(lease)
    sign(lease, ada)

    assert not acting.fill(make.signer_of(lease), {str(rent.public_id): "1"})
    assert not adopt(lease, Drawing(style="typed-2", text="Mal Grey"))

    rent.refresh_from_db()
    assert rent.value == "2150"
    assert Signature.objects.get().text == "Ada Lane"


def test_what_one_signer_signed_stands_while_the_next_one_reads():
    lease = make.make_request(people=("ada", "bob"))
    make.sign_as(lease, "ada")
    assert state_of(lease) == SignRequest.State.SENT
    assert not adopt(lease, Drawing(style="typed-2", text="Mal Grey"))
    assert not adopt(lease, person="ada", kind=INITIALS)


def test_initials_come_along_in_the_same_hand(lease, ada):
    make.make_field(make.signer_of(lease), kind=Field.Kind.INITIALS, y=0.2)
    adopt(lease, Drawing(style="typed-3", text="Ada Lane"))
    initials = Signature.objects.get(kind=INITIALS)
    assert (initials.text, initials.style) == ("AL", "typed-3")


def test_a_drawing_is_trimmed_to_its_pad():
    wild = (((-1.0, 0.5), (2.0, 0.5)),)
    assert acting.trim_strokes(wild) == [[[0.0, 0.5], [1.0, 0.5]]]
    many = tuple(((0.1, 0.1), (0.2, 0.2)) for _ in range(acting.MAX_STROKES + 1))
    assert len(acting.trim_strokes(many)) == acting.MAX_STROKES


@pytest.mark.parametrize(
    ("drawing", "is_empty"),
    [
        (Drawing(style="typed-1", text="  "), True),
        (Drawing(style="typed-1", text="Ada"), False),
        (Drawing(style="drawn", text="Ada"), True),
        (Drawing(style="drawn", strokes=(((0.1, 0.1),),)), True),
        (Drawing(style="drawn", strokes=(((0.1, 0.1), (0.2, 0.2)),)), False),
    ],
)
def test_an_empty_signature_is_known(drawing, is_empty):
    assert drawing.is_empty is is_empty


# Declining


def test_declining_ends_it_for_everybody():
    lease = make.make_request(people=("ada", "bob"), is_ordered=False)
    bob = make.enter_as(lease, "bob")
    ada = make.enter_as(lease, "ada")
    assert decline(lease, ada) is Verdict.OPEN
    assert state_of(lease) == SignRequest.State.DECLINED
    assert not bob.standing.may_view
    assert sign(lease, bob, person="bob").verdict == Verdict.DECLINED
    assert make.kinds_of(lease.trail)[-1] == "declined"
    assert make.signer_of(lease).decline_reason == "I moved."
    assert Delivery.objects.filter(kind="sender_declined").count() == 1


def test_declining_needs_the_view_stage_and_no_more():
    draft = make.make_draft()
    gate = make.signer_of(draft).gate
    make.make_factor(gate, Factor.Kind.EMAIL, stage=Factor.Stage.SIGN)
    sending.send(draft, actor=draft.sender, now=timezone.now())
    stranger = make.Browser(gate)
    assert decline(draft, stranger) is Verdict.GATE
    stranger.pass_phone()
    assert decline(draft, stranger) is Verdict.OPEN


def test_who_has_signed_declines_no_more():
    lease = make.make_request(people=("ada", "bob"))
    ada = make.enter_as(lease, "ada")
    make.sign_as(lease, "ada", ada)
    assert decline(lease, ada) is Verdict.ALREADY_DONE
    assert state_of(lease) == SignRequest.State.SENT


# "That's not me"


def test_the_publisher_hears_of_a_wrong_person_and_cannot_be_flooded(
    lease, time_machine
):
    signer = make.signer_of(lease)
    origin = make.Browser(signer.gate).origin
    outcomes = [
        acting.report(signer, "not_me_reported", origin, timezone.now())
        for _ in range(5)
    ]
    assert outcomes == [True, True, True, False, False]
    assert make.kinds_of(lease.trail).count("not_me_reported") == 3
    assert Delivery.objects.filter(kind="sender_not_me_reported").count() == 3
    assert make.signer_of(lease).state == Signer.State.INVITED
    time_machine.shift(timedelta(hours=1))
    assert acting.report(signer, "not_me_reported", origin, timezone.now())
