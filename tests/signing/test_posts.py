"""Every way in by POST charges the same, sends the same and breaks on nothing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from signing import doors
from tests import factories as make
from verification import links
from verification.models import Budget, Delivery, Factor
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


class Poster:
    """A browser that posts what it likes to Ada's page."""

    def __init__(self, *kinds, client=None):
        company = make.make_company(alternative_codes_on=True, generate_in_resend=True)
        self.lease = make.make_request(company, kinds=kinds or (Factor.Kind.PHONE,))
        self.gate = make.signer_of(self.lease).gate
        self.client = client or Client()
        self.post("open", link=links.make_token(self.gate.public_id, 1))

    def post(self, name, *args, **data):
        url = reverse(f"signing:{name}", args=[self.gate.public_id, *args])
        return self.client.post(url, {"key": uuid.uuid4().hex} | data)

    def ask(self, **data):
        assert self.post("ask", "sms", **data).status_code == 302
        return make.live_code(self.gate)

    def spent(self, kind=Budget.Kind.ONE_TIME_CODE):
        return budget_of(self.gate, kind).consecutive


@pytest.fixture
def ada():
    return Poster()


def test_each_way_of_typing_a_code_costs_one_try(ada):
    challenge = ada.ask()
    ada.post("code", challenge=challenge.pk, code=make.wrong_code(challenge, 1))
    assert ada.spent() == 1
    ada.post("have-a-code", code=make.wrong_code(challenge, 2))
    assert ada.spent() == 2
    headers = {"HX-Request": "true"}
    url = reverse("signing:code", args=[ada.gate.public_id])
    wrong = make.wrong_code(challenge, 3)
    form = {"key": "k", "challenge": challenge.pk, "code": wrong}
    ada.client.post(url, form, headers=headers)
    assert ada.spent() == 3
    assert budget_of(ada.gate, Budget.Kind.ONE_TIME_CODE).locked_at


def test_a_wrong_password_costs_one_try():
    ada = Poster(Factor.Kind.ACCESS_CODE)
    ada.post("password", password="nonsense", epoch=1)
    assert ada.spent(Budget.Kind.ACCESS_CODE) == 1


def test_a_caller_does_not_choose_where_a_code_goes(ada, outbox):
    mine = "+14155550111"
    ada.ask(phone=mine, to=mine, email="mal@example.com", identify=mine, channel="x")
    make.deliver_due()
    codes = Delivery.objects.filter(kind="code")
    assert [row.address for row in codes] == [make.ADA_PHONE]
    assert mine not in {message.to for message in outbox}


@pytest.mark.parametrize(
    "number",
    ["", "0", "-1", "1e9", "9" * 18, "9" * 19, "9" * 5000, "\u0663", "1\x00", "\u00b2"],
)
def test_no_number_breaks_the_door(ada, number):
    challenge = ada.ask()
    answer = ada.post("code", challenge=number, code=challenge.code())
    assert answer.status_code == 302
    assert ada.spent() == 0
    locked = Poster(Factor.Kind.ACCESS_CODE)
    answer = locked.post("password", epoch=number, password=make.PASSWORD)
    assert answer.status_code == 302
    assert locked.spent(Budget.Kind.ACCESS_CODE) == 0


@pytest.mark.parametrize("typed", ["\x00", "1" * 10_000, "\u202e123", "\U0001f512" * 9])
def test_nothing_typed_breaks_the_door(ada, typed):
    challenge = ada.ask()
    for name in ("code", "have-a-code"):
        answer = ada.post(name, challenge=challenge.pk, code=typed)
        assert answer.status_code == 302
    locked = Poster(Factor.Kind.ACCESS_CODE)
    assert locked.post("password", epoch=1, password=typed).status_code == 302


def test_the_cookie_lives_as_long_as_the_code_that_was_asked_for(ada, time_machine):
    time_machine.shift(timedelta(hours=3))
    challenge = ada.ask()
    cookie = ada.client.cookies[doors.COOKIE]
    assert cookie["max-age"] == 24 * 60 * 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    time_machine.shift(timedelta(hours=23, minutes=59))
    ada.post("code", challenge=challenge.pk, code=challenge.code())
    assert ada.gate.challenges.get().state == "verified"


def test_a_text_asked_for_past_the_password_is_not_sent():
    ada = Poster(Factor.Kind.ACCESS_CODE, Factor.Kind.PHONE)
    ada.post("ask", "sms")
    assert not Delivery.objects.filter(kind="code").exists()


def test_a_post_without_the_links_cookie_is_as_if_nothing_were_there(ada):
    challenge = ada.ask()
    stranger = Client()
    for name, args in (("ask", ["sms"]), ("code", []), ("sign", []), ("fields", [])):
        url = reverse(f"signing:{name}", args=[ada.gate.public_id, *args])
        form = {"key": "k", "challenge": challenge.pk, "code": challenge.code()}
        answer = stranger.post(url, form)
        nobody = url.replace(str(ada.gate.public_id), str(uuid.uuid4()))
        assert answer.status_code == stranger.post(nobody, form).status_code == 404
    assert ada.spent() == 0


def test_one_address_is_one_network_whatever_it_forwards(ada):
    challenge = ada.ask()
    for number in range(3):
        ada.client.post(
            reverse("signing:code", args=[ada.gate.public_id]),
            {
                "key": f"{number}",
                "challenge": challenge.pk,
                "code": make.wrong_code(challenge, number + 1),
            },
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    tries = ada.gate.trail.entries.filter(kind="try")
    assert tries.count() == 3
    assert all('"ip":"127.0.0.1"' in entry.payload for entry in tries)
