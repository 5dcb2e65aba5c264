"""How a signer proves who they are, changed while the request is out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from signing import record
from signing.flows import correcting, reassigning, renewing, securing, sending
from signing.flows.identity_rules import IdentityDetails
from signing.flows.refusals import RefusedError
from signing.gate import Action, Verdict, judge
from signing.models import Company, Field, Signer, SignRequest
from tests import factories as make
from tests.factories import Browser
from tests.signing import in_flight
from verification import links, trail
from verification.models import Budget, Challenge, Delivery, Factor
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

Kind, Stage = Factor.Kind, Factor.Stage
NEW = "Harbour-77"


@pytest.fixture
def request_():
    """Ada and Bob, each with a password and a phone code; Bob is invited too."""
    return make.make_request(
        people=("ada", "bob"), kinds=("access_code", "phone"), is_ordered=False
    )


@pytest.fixture
def ada(request_) -> Browser:
    return Browser(make.signer_of(request_).gate)


@pytest.fixture
def pat(request_):
    return request_.sender


def act(verb, request, *args, person="ada", **facts):
    signer = make.signer_of(request, person)
    facts.setdefault("actor", request.sender)
    return verb(signer, *args, now=timezone.now(), **facts)


def refusal(verb, request, *args, **facts) -> str:
    with pytest.raises(RefusedError) as refused:
        act(verb, request, *args, **facts)
    assert str(refused.value.message).endswith((".", "?"))
    return refused.value.code


def verdict(request, browser, person="ada") -> Verdict:
    signer = make.signer_of(request, person)
    return judge(signer, browser.visit, Action.VIEW, timezone.now()).verdict


def told(request, kind) -> dict:
    entry = request.trail.entries.filter(kind=kind).latest("seq")
    return trail.facts_of(entry)


def open_gate(browser):
    assert browser.enter_password() is Outcome.PASSED
    browser.pass_phone()


# Passwords


def test_a_new_password_takes_the_place_of_the_old_one_at_once(request_, ada, pat):
    open_gate(ada)
    assert verdict(request_, ada) is Verdict.OPEN
    act(securing.set_access_code, request_, NEW, hint="Our harbour.")
    assert verdict(request_, ada) is Verdict.GATE
    assert ada.enter_password() is Outcome.WRONG
    assert ada.enter_password(NEW) is Outcome.PASSED
    factor = ada.factor(Kind.ACCESS_CODE)
    assert factor.hint == "Our harbour."
    assert factor.set_by == sending.actor_name(pat)
    assert told(request_, "access_code_changed")["actor"] == sending.actor_name(pat)
    assert trail.verify(request_.trail) is None


def test_nobody_reads_a_password_again(request_):
    act(securing.set_access_code, request_, NEW, hint="It begins with H.")
    factor = make.signer_of(request_).gate.factors.get(kind=Kind.ACCESS_CODE)
    kept = json.dumps([*request_.trail.entries.values_list("payload", flat=True)])
    kept += json.dumps([*Delivery.objects.values_list("context", flat=True)])
    assert factor.secret.startswith("argon2$")
    assert NEW not in kept
    assert "begins with" not in kept


def test_a_new_password_gives_no_try_back(request_, ada):
    ada.enter_password("wrong")
    ada.enter_password("wrong")
    act(securing.set_access_code, request_, NEW)
    budget = budget_of(ada.gate, Budget.Kind.ACCESS_CODE)
    assert budget.consecutive == 2
    assert ada.enter_password("wrong") is Outcome.LOCKED
    act(securing.set_access_code, request_, NEW)
    assert ada.enter_password(NEW) is Outcome.LOCKED


def test_a_guess_at_the_old_password_is_not_charged(request_, ada):
    shown = budget_of(ada.gate, Budget.Kind.ACCESS_CODE).epoch
    act(securing.set_access_code, request_, NEW)
    assert ada.enter_password(NEW, epoch=shown) is Outcome.STALE
    assert budget_of(ada.gate, Budget.Kind.ACCESS_CODE).total == 0


@pytest.mark.parametrize(
    ("typed", "least", "is_taken"),
    [
        ("x", 1, True),
        ("", 1, False),
        ("x" * 50, 1, True),
        ("x" * 51, 1, False),
        ("abc", 4, False),
        ("abcd", 4, True),
        ("  abcd  ", 4, True),
        ("    ", 1, False),
    ],
)
def test_how_long_a_password_may_be(request_, typed, least, is_taken):
    if is_taken:
        act(securing.set_access_code, request_, typed, least=least)
    else:
        code = refusal(securing.set_access_code, request_, typed, least=least)
        assert code == "access_code_length"


# Factors


def test_a_factor_is_added_and_asked_at_once(request_, ada):
    open_gate(ada)
    act(in_flight.set_factor, request_, Kind.EMAIL)
    assert verdict(request_, ada) is Verdict.GATE
    assert ada.standing.steps(Stage.VIEW) == (1, 3)


def test_what_another_signer_has_proven_and_asked_for_stays(request_, ada):
    bob = Browser(make.signer_of(request_, "bob").gate)
    open_gate(bob)
    open_gate(ada)
    act(in_flight.remove_factor, request_, Kind.PHONE)
    act(securing.set_access_code, request_, NEW)
    assert verdict(request_, bob, "bob") is Verdict.OPEN
    assert verdict(request_, ada) is Verdict.GATE


def test_a_code_that_is_under_way_dies_with_the_change(request_, ada):
    ada.enter_password()
    challenge = ada.must_ask()
    act(in_flight.set_factor, request_, Kind.PHONE, stage=Stage.SIGN)
    challenge.refresh_from_db()
    assert challenge.state == Challenge.State.REPLACED
    act(in_flight.set_factor, request_, Kind.PHONE, stage=Stage.VIEW)
    ada.enter_password()
    assert ada.enter(challenge=challenge) is not Outcome.PASSED


def test_a_factor_that_is_as_wanted_ends_nothing(request_, ada):
    open_gate(ada)
    before = request_.trail.entries.count()
    act(in_flight.set_factor, request_, Kind.PHONE, stage=Stage.VIEW)
    assert verdict(request_, ada) is Verdict.OPEN
    assert request_.trail.entries.count() == before


def test_a_removed_factor_is_asked_no_more_and_may_come_back(request_, ada):
    act(in_flight.remove_factor, request_, Kind.ACCESS_CODE)
    ada.pass_phone()
    assert verdict(request_, ada) is Verdict.OPEN
    assert told(request_, "factor_removed")["factor"] == "access_code"
    assert refusal(in_flight.remove_factor, request_, Kind.ACCESS_CODE) == (
        "no_such_factor"
    )
    assert refusal(in_flight.set_factor, request_, Kind.ACCESS_CODE) == (
        "access_code_missing"
    )
    act(in_flight.set_factor, request_, Kind.ACCESS_CODE, secret=NEW)
    assert told(request_, "factor_added")["factor"] == "access_code"
    assert verdict(request_, ada) is Verdict.GATE


def test_without_any_factor_the_link_alone_leads_in(request_):
    act(in_flight.remove_factor, request_, Kind.ACCESS_CODE)
    act(in_flight.remove_factor, request_, Kind.PHONE)
    assert not make.signer_of(request_).gate.factors.filter(removed_at=None).exists()


def test_what_was_proven_once_for_all_is_proven_no_more(request_, ada):
    once = Factor.Frequency.ONCE_PER_DOCUMENT
    act(in_flight.set_factor, request_, Kind.ACCESS_CODE, frequency=once)
    open_gate(ada)
    act(in_flight.set_factor, request_, Kind.PHONE, channel="sms")
    assert ada.factor(Kind.ACCESS_CODE).proven_at is None
    assert ada.factor(Kind.ACCESS_CODE).frequency == once


def test_a_pinned_way_is_let_go_again(request_, ada):
    act(in_flight.set_factor, request_, Kind.PHONE, channel="voice")
    assert ada.factor().channel == "voice"
    act(in_flight.set_factor, request_, Kind.PHONE, stage=Stage.SIGN)
    assert ada.factor().channel == "voice"
    act(in_flight.set_factor, request_, Kind.PHONE, channel=securing.ANY_CHANNEL)
    assert ada.factor().channel == ""


def test_a_kind_without_pages_keeps_the_gate_shut(request_, ada, monkeypatch):
    monkeypatch.setattr(Factor, "PROVABLE", Factor.PROVABLE - {Kind.IDENTITY})
    act(in_flight.set_factor, request_, Kind.IDENTITY, stage=Stage.SIGN)
    open_gate(ada)
    assert verdict(request_, ada) is Verdict.UNPROVABLE
    act(in_flight.remove_factor, request_, Kind.IDENTITY)
    ada.arrive()
    open_gate(ada)
    assert verdict(request_, ada) is Verdict.OPEN


@pytest.mark.parametrize(
    ("kind", "missing"), [(Kind.PHONE, "phone"), (Kind.EMAIL, "email")]
)
def test_a_code_needs_a_place_to_go_to(kind, missing):
    request = make.make_request(kinds=("access_code",))
    gate = make.signer_of(request).gate
    setattr(gate, missing, "")
    gate.save()
    assert refusal(in_flight.set_factor, request, kind) == f"{missing}_missing"


def test_several_changes_are_one_or_none(request_):
    wanted = {Kind.EMAIL: securing.Wanted(stage=Stage.SIGN)}
    code = refusal(securing.change, request_, wanted, removed=[Kind.IDENTITY], tries=5)
    assert code == "no_such_factor"
    gate = make.signer_of(request_).gate
    assert gate.max_tries == 3
    assert not gate.factors.filter(kind=Kind.EMAIL).exists()
    assert act(securing.change, request_, wanted, removed=[Kind.PHONE], tries=5)
    assert make.kinds_of(request_.trail)[-3:] == [
        "factor_added",
        "factor_removed",
        "tries_changed",
    ]


def test_more_tries_unlock_nobody(request_, ada):
    for _ in range(3):
        ada.enter_password("wrong")
    act(in_flight.set_tries, request_, 5)
    assert ada.enter_password() is Outcome.LOCKED
    assert refusal(in_flight.set_tries, request_, 11) == "tries"
    assert refusal(in_flight.set_tries, request_, 0) == "tries"


# Members


def test_a_member_of_whom_nothing_is_asked_signs_in_to_the_account(request_):
    company = request_.company
    make.make_member(company, "Ada Lane", email="ada@example.com")
    act(securing.change, request_, {}, removed=[Kind.PHONE, Kind.ACCESS_CODE])
    assert kinds_of_ada(request_) == {Kind.ACCOUNT}
    act(in_flight.set_factor, request_, Kind.EMAIL)
    assert kinds_of_ada(request_) == {Kind.EMAIL}


def test_a_corrected_address_may_be_that_of_a_member():
    request = make.make_request(kinds=("access_code",))
    make.make_member(request.company, "Ada Lane", email="lane@acme.example")
    act(in_flight.remove_factor, request, Kind.ACCESS_CODE)
    assert kinds_of_ada(request) == set()
    act(correcting.change_email, request, "lane@acme.example")
    assert kinds_of_ada(request) == {Kind.ACCOUNT}


def kinds_of_ada(request) -> set:
    rows = make.signer_of(request).gate.factors.filter(removed_at=None)
    return set(rows.values_list("kind", flat=True))


# When it is too late


def too_late(request) -> set[str]:
    person = {"name": "Cleo", "email": "cleo@example.com", "reason": "Moved."}
    return {
        refusal(securing.set_access_code, request, NEW),
        refusal(in_flight.set_factor, request, Kind.EMAIL),
        refusal(in_flight.remove_factor, request, Kind.PHONE),
        refusal(in_flight.set_tries, request, 5),
        refusal(renewing.send_new_link, request),
        refusal(
            reassigning.reassign,
            request,
            phone="+14155550123",
            access_code=NEW,
            **person,
        ),
    }


def test_nothing_changes_after_the_signer_has_signed(request_, ada):
    open_gate(ada)
    make.sign_as(request_, browser=ada)
    assert too_late(request_) == {"already_done"}


def test_nothing_changes_after_a_recall(request_, pat):
    sending.recall(request_, actor=pat, reason="Wrong.", now=timezone.now())
    before = request_.trail.entries.count()
    assert too_late(request_) == {"not_open"}
    assert request_.trail.entries.count() == before


def test_nothing_changes_after_the_end_also_before_it_is_written_down(request_):
    SignRequest.objects.filter(pk=request_.pk).update(ends_at=timezone.now())
    assert too_late(request_) == {"not_open"}


def test_a_draft_has_verbs_of_its_own():
    assert too_late(make.make_draft()) == {"not_sent"}


# A new link


def locked_for_good(browser):
    Budget.objects.filter(gate=browser.gate).update(
        total=Budget.TOTAL_CAP, locked_at=timezone.now()
    )


def test_a_new_link_starts_a_new_total(request_, ada):
    ada.enter_password("wrong")
    locked_for_good(ada)
    act(renewing.send_new_link, request_)
    gate = make.signer_of(request_).gate
    assert gate.link_version == 2
    assert ada.enter_password() is Outcome.STALE  # the old link proves nothing
    fresh = Browser(gate)
    assert fresh.enter_password() is Outcome.PASSED
    assert budget_of(gate, Budget.Kind.ACCESS_CODE).total == 0
    letter = Delivery.objects.filter(kind="new_link").get()
    assert letter.address == "ada@example.com"
    assert told(request_, "link_renewed")["actor"].startswith("Pat")


def test_a_new_link_three_times_a_day(request_, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    for _ in range(3):
        act(renewing.send_new_link, request_)
    assert refusal(renewing.send_new_link, request_) == "too_often"
    assert make.signer_of(request_).gate.link_version == 4
    time_machine.shift(timedelta(days=1))
    act(renewing.send_new_link, request_)


def test_nobody_gets_a_link_before_their_turn():
    request = make.make_request(people=("ada", "bob"))
    assert refusal(renewing.send_new_link, request, person="bob") == "not_invited"


def test_a_mail_that_waits_does_not_carry_the_new_link(request_, outbox):
    """Else what was queued for a wrong address would open the document."""
    act(renewing.send_new_link, request_)
    make.deliver_due()
    gate = make.signer_of(request_).gate
    first = Delivery.objects.get(kind="invitation", gate=gate)
    assert first.state == Delivery.State.CANCELLED
    to_ada = [message for message in outbox if message.to == gate.email]
    assert len(to_ada) == 1
    assert links.make_token(gate.public_id, 2) in to_ada[0].text


# Somebody else instead


def cleo(request, **facts):
    person = {
        "name": "Cleo Marsh",
        "email": "cleo@example.com",
        "phone": "+14155550123",
        "reason": "Ada has left the firm.",
        "access_code": NEW,
    }
    act(reassigning.reassign, request, **(person | facts))
    return Signer.objects.select_related("gate", "request").get(
        request=request, gate__email="cleo@example.com"
    )


def test_one_transaction_turns_to_ten_new_addresses_a_day(time_machine):
    """Or whoever has an account could write to any number of strangers."""
    time_machine.move_to(timezone.now(), tick=False)
    lease = make.make_request(people=("ada", "bob"), kinds=())

    def ask(number: int) -> None:
        signer = Signer.objects.select_related("gate", "request").get(order=1)
        person = {"name": "Cy Dole", "email": f"cy{number}@example.com"}
        facts = {"reason": "Moved.", "actor": lease.sender, "now": timezone.now()}
        reassigning.reassign(signer, **person, **facts)

    act(correcting.change_email, lease, "bo@example.com", person="bob")
    for number in range(9):
        ask(number)
    before = Delivery.objects.count(), lease.trail.entries.count()
    with pytest.raises(RefusedError, match="too_often"):
        ask(9)
    bob = Signer.objects.select_related("gate", "request").get(order=2)
    with pytest.raises(RefusedError, match="too_often"):
        correcting.change_email(
            bob, "al@example.com", actor=lease.sender, now=timezone.now()
        )
    assert (Delivery.objects.count(), lease.trail.entries.count()) == before
    assert Signer.objects.get(order=1).email == "cy8@example.com"
    time_machine.shift(timedelta(days=1))
    ask(9)


def test_a_refused_new_signer_costs_nothing_of_the_day(request_):
    for _number in range(11):
        said = {"name": "Cy", "email": "cy@example.com", "reason": "Moved."}
        assert refusal(reassigning.reassign, request_, **said) == "phone_missing"
    assert cleo(request_).email == "cleo@example.com"


def test_a_new_person_takes_the_place_and_proves_it_anew(request_, ada):
    open_gate(ada)
    old = make.signer_of(request_)
    new = cleo(request_, hint="The port.")
    assert (new.pk, new.order, new.state) == (old.pk, 1, Signer.State.INVITED)
    assert new.fields.count() == 1
    assert verdict_of(new, ada) is Verdict.GATE
    assert ada.enter_password(NEW) is Outcome.STALE
    browser = Browser(new.gate)
    assert browser.enter_password() is Outcome.WRONG
    assert browser.enter_password(NEW) is Outcome.PASSED
    assert browser.must_ask().delivery.address == "+14155550123"
    facts = told(request_, "reassigned")
    assert facts["old_name"] == "Ada Lane"
    assert facts["new_name"] == "Cleo Marsh"
    assert facts["reason"] == "Ada has left the firm."
    assert "ada@example.com" not in json.dumps(facts)


def verdict_of(signer, browser) -> Verdict:
    return judge(signer, browser.visit, Action.VIEW, timezone.now()).verdict


def test_the_others_signatures_stay_and_nothing_is_voided(request_):
    bob = Browser(make.signer_of(request_, "bob").gate)
    open_gate(bob)
    make.sign_as(request_, "bob", bob)
    new = cleo(request_)
    assert make.signer_of(request_, "bob").state == Signer.State.SIGNED
    browser = Browser(new.gate)
    browser.enter_password(NEW)
    browser.pass_phone()
    make.CAST["cleo"] = ("Cleo Marsh", "cleo@example.com", "+14155550123")
    make.sign_as(request_, "cleo", browser)
    request_.refresh_from_db()
    assert request_.state == SignRequest.State.SEALING
    assert trail.verify(request_.trail) is None


def test_the_person_before_is_told_and_keeps_no_way_in(request_, ada, outbox):
    make.deliver_due()
    outbox.clear()
    cleo(request_)
    make.deliver_due()
    assert [(one.to, one.subject) for one in outbox] == [
        ("ada@example.com", "Pat Miller no longer needs you for Residential Lease"),
        ("cleo@example.com", "Pat Miller asks you to sign Residential Lease"),
    ]
    assert "/l/" not in outbox[0].text
    assert "Cleo" not in outbox[0].text


def test_an_invitation_still_under_way_to_the_person_before_is_not_sent(
    request_, outbox
):
    cleo(request_)
    make.deliver_due()
    to_ada = [one for one in outbox if one.to == "ada@example.com"]
    assert len(to_ada) == 1
    assert "/l/" not in to_ada[0].text


def test_nothing_that_the_person_before_wrote_is_shown_to_the_new_one(request_, ada):
    open_gate(ada)
    signer = make.signer_of(request_)
    field = make.make_field(signer, kind=Field.Kind.TEXT, value="123-45-6789")
    make.acting.adopt(
        signer,
        "signature",
        make.acting.Drawing(style="typed-1", text="Ada Lane"),
        timezone.now(),
    )
    new = cleo(request_)
    field.refresh_from_db()
    assert field.value == ""
    assert not new.signatures.exists()


def test_what_the_sender_filled_in_stays_while_nobody_has_come(request_):
    field = make.make_field(
        make.signer_of(request_), kind=Field.Kind.TEXT, value="Flat 4"
    )
    cleo(request_)
    field.refresh_from_db()
    assert field.value == "Flat 4"


def test_a_locked_place_is_free_for_the_new_person(request_, ada):
    ada.enter_password("wrong")
    locked_for_good(ada)
    new = cleo(request_)
    assert Browser(new.gate).enter_password(NEW) is Outcome.PASSED


def test_whoever_is_not_invited_yet_is_replaced_in_silence():
    request = make.make_request(people=("ada", "bob"))
    act(
        reassigning.reassign,
        request,
        person="bob",
        name="Cleo Marsh",
        email="cleo@example.com",
        phone="+14155550123",
        reason="Bob has moved.",
    )
    assert (
        list(Delivery.objects.exclude(kind="invitation").values_list("kind", flat=True))
        == []
    )
    assert Delivery.objects.get().address == "ada@example.com"
    make.sign_as(request)
    assert Delivery.objects.filter(address="cleo@example.com").exists()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"access_code": ""}, "access_code_kept"),
        ({"access_code": "x" * 51}, "access_code_length"),
        ({"phone": ""}, "phone_missing"),
        ({"email": "cleo"}, "bad_email"),
        ({"name": "  "}, "bad_name"),
        ({"reason": " "}, "reason_needed"),
    ],
)
def test_what_a_new_person_needs(request_, facts, code):
    with pytest.raises(RefusedError) as refused:
        cleo(request_, **facts)
    assert refused.value.code == code
    assert make.signer_of(request_).email == "ada@example.com"


def test_the_old_password_stays_only_when_that_is_said(request_):
    new = cleo(request_, access_code="", keep_access_code=True)
    assert Browser(new.gate).enter_password() is Outcome.PASSED


def test_without_a_phone_code_the_old_number_goes_with_the_person():
    request = make.make_request(kinds=("email",))
    act(
        reassigning.reassign,
        request,
        name="Cleo Marsh",
        email="cleo@example.com",
        reason="Moved.",
    )
    signer = request.signers.get()
    assert signer.phone == ""


# What the certificate says


def test_the_certificate_names_who_changed_what_and_who_signed_before(request_, ada):
    ada.enter_password()
    act(in_flight.set_factor, request_, Kind.EMAIL, stage=Stage.SIGN)
    act(in_flight.remove_factor, request_, Kind.EMAIL)
    act(securing.set_access_code, request_, NEW)
    act(renewing.send_new_link, request_)
    signer = cleo(request_)
    Browser(signer.gate)
    events = [(one.label, one.detail) for one in record.events_of(signer)]
    by = f"{request_.sender.name} <{request_.sender.email}>"
    assert events[2:-1] == [
        ("Check added", f"Ada Lane: Email code, before signing; by {by}"),
        ("Check removed", f"Ada Lane: Email code; by {by}"),
        ("Password set", f"Ada Lane: By {by}"),
        ("New link", f"Ada Lane: By {by}"),
        (
            "Signer replaced",
            f"From Ada Lane (a••@example.com), by {by}: Ada has left the firm.",
        ),
    ]
    assert events[0] == (
        "Opened the link",
        "Ada Lane: 198.51.100.7, Safari on iPhone",
    )
    assert events[-1] == ("Opened the link", "198.51.100.7, Safari on iPhone")


# An ID that nobody could check


@pytest.fixture
def provider_off(request_, settings):
    """The company has chosen Stripe, which has no key here."""
    settings.STRIPE_SECRET_KEY = ""
    Company.objects.update(identity_provider="stripe")


def asks_for_id(request_):
    signer = make.signer_of(request_)
    factors = signer.gate.factors.filter(kind="identity", removed_at=None)
    return factors.exists()


@pytest.mark.usefixtures("provider_off")
def test_no_identity_check_is_added_while_nobody_could_check_it(request_, ada):
    ada.enter_password()
    wanted = {"identity": securing.Wanted(identity=IdentityDetails())}
    with pytest.raises(RefusedError, match="provider_off") as refused:
        act(securing.change, request_, wanted)
    assert str(refused.value.message).startswith("Stripe Identity is not set up")
    assert not asks_for_id(request_)
    assert ada.standing.passed


def test_nor_is_one_changed_but_it_is_removed(request_, settings):
    wanted = {"identity": securing.Wanted(identity=IdentityDetails())}
    act(securing.change, request_, wanted)
    settings.STRIPE_SECRET_KEY = ""
    Company.objects.update(identity_provider="stripe")
    stricter = {"identity": securing.Wanted(identity=IdentityDetails(max_tries=1))}
    with pytest.raises(RefusedError, match="provider_off"):
        act(securing.change, request_, stricter)
    assert not act(securing.change, request_, wanted)  # as it is already
    act(in_flight.remove_factor, request_, "identity")
    assert not asks_for_id(request_)


@pytest.mark.usefixtures("provider_off")
def test_what_else_is_asked_may_change_all_the_same(request_):
    act(securing.set_access_code, request_, "Another-password-7")
