from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from signing.flows import acting, sending
from signing.flows.acting import SignOutcome
from signing.gate import Verdict
from signing.models import Signature, SignRequest
from tests import factories as make
from verification import trail
from verification.flows import opening
from verification.models import Delivery
from verification.outcomes import Outcome

pytestmark = pytest.mark.race


def ready_to_sign(**options):
    lease = make.make_request(**options)
    ada = make.enter_as(lease)
    signer = make.signer_of(lease)
    drawing = acting.Drawing(style="typed-1", text="Ada Lane")
    acting.adopt(signer, Signature.Kind.SIGNATURE, drawing, timezone.now())
    return lease, ada


def sign(lease, browser):
    return acting.sign(
        make.signer_of(lease),
        browser.visit,
        browser.origin,
        consented=True,
        language="en",
        now=timezone.now(),
    )


def recall(lease):
    return sending.recall(lease, actor=lease.sender, reason="", now=timezone.now())


@pytest.mark.parametrize("repeat", range(3))
def test_of_50_signatures_and_recalls_at_once_exactly_one_wins(at_once, repeat):
    lease, ada = ready_to_sign()

    def act(number):
        if number % 2 == repeat % 2:
            return sign(lease, ada).outcome is SignOutcome.SIGNED
        return recall(SignRequest.objects.get(pk=lease.pk))

    won = at_once(act, 50)

    assert sum(won) == 1
    lease.refresh_from_db()
    told = Counter(make.kinds_of(lease.trail))
    is_signed = won.index(True) % 2 == repeat % 2
    assert lease.state == ("sealing" if is_signed else "recalled")
    assert (told["signed"], told["recalled"]) == (is_signed, not is_signed)
    assert trail.verify(lease.trail) is None


def test_of_a_signature_a_refusal_and_a_recall_exactly_one_wins(at_once):
    lease, ada = ready_to_sign()

    def act(number):
        if number % 3 == 0:
            return sign(lease, ada).outcome is SignOutcome.SIGNED
        if number % 3 == 1:
            return recall(SignRequest.objects.get(pk=lease.pk))
        verdict = acting.decline(
            make.signer_of(lease),
            ada.visit,
            ada.origin,
            reason="No.",
            now=timezone.now(),
        )
        return verdict == Verdict.OPEN

    assert sum(at_once(act, 48)) == 1
    told = Counter(make.kinds_of(lease.trail))
    assert told["signed"] + told["recalled"] + told["declined"] == 1
    assert trail.verify(lease.trail) is None


def test_two_last_signers_at_once_are_sealed_once(at_once):
    lease = make.make_request(people=("ada", "bob"), is_ordered=False)
    browsers = {name: make.enter_as(lease, name) for name in ("ada", "bob")}

    results = at_once(
        lambda n: make.sign_as(lease, ("ada", "bob")[n], browsers[("ada", "bob")[n]]),
        2,
        2,
    )

    assert [result.outcome for result in results] == [SignOutcome.SIGNED] * 2
    lease.refresh_from_db()
    assert lease.state == "sealing"
    assert make.kinds_of(lease.trail).count("signed") == 2


def test_two_presses_on_send_invite_once(at_once):
    draft = make.make_draft()
    sender = draft.sender

    def send(_number):
        mine = SignRequest.objects.get(pk=draft.pk)
        return sending.send(mine, actor=sender, now=timezone.now())

    outcomes = Counter(at_once(send, 20, 20))

    assert outcomes["sent"] == 1
    assert Delivery.objects.filter(kind="invitation").count() == 1


def test_a_recall_among_guesses_asks_and_visits_hangs_nobody(at_once):
    """Whoever locks gate, budget and trail does so in one order."""
    lease = make.make_request()
    gate = make.signer_of(lease).gate
    browsers = [make.Browser(gate) for _ in range(12)]
    challenge = browsers[0].must_ask()

    def act(number):
        browser, now = browsers[number % 12], timezone.now()
        if number == 18:
            return recall(SignRequest.objects.get(pk=lease.pk))
        if number % 4 == 0:
            return browser.ask("voice", key=f"ask-{number}")
        if number % 4 == 1:
            return browser.enter(
                make.wrong_code(challenge, number), challenge, key=f"try-{number}"
            )
        if number % 4 == 2:
            return opening.leave(browser.visit, now)
        return browser.arrive()

    outcomes = at_once(act, 48, threads=24)

    assert outcomes[18] is True
    told = make.kinds_of(lease.trail)
    assert told.count("recalled") == 1
    after = told[told.index("recalled") + 1 :]
    assert not {"code_asked", "code_passed", "try"} & set(after)
    assert not gate.challenges.filter(state="issued").exists()
    assert trail.verify(lease.trail) is None
    assert browsers[0].ask() is Outcome.CLOSED
