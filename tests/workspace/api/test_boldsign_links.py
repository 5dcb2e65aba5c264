"""getEmbeddedSignLink: for a while, never alone, and not in secret."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from signing import record
from tests.factories import deliver_due, kinds_of
from tests.signing.pages import SignerClient
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import ALEX, Door, error_of, signer, the_signer
from verification import links
from verification.channels import memory
from workspace.models import ApiKey

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]
CODE = {"authenticationType": "AccessCode", "authenticationCode": "123456"}


@pytest.fixture
def door(pat) -> Door:
    return Door(boldsign.make_key(pat))


@pytest.fixture
def document(door):
    return door.sent(signer(**CODE))


def ask(door, document, **query):
    at = {"DocumentId": document.public_id, "SignerEmail": ALEX}
    return door.get("document/getEmbeddedSignLink", **(at | query))


def token_of(answer) -> str:
    return urlsplit(answer.json()["signLink"]).path.removeprefix("/l/")


def test_the_link_opens_the_gate_and_nothing_more(door, document):
    person = SignerClient(the_signer(document).gate)
    person.token = token_of(ask(door, document))
    person.open_link()
    person.press("/password", password="123456")
    assert "Page 1" in person.reload().content.decode()


def test_of_an_address_that_signs_twice_it_is_the_one_whose_turn_it_is(door):
    twice = [signer(**CODE, signerOrder=order) for order in (1, 2)]
    document = door.sent(*twice, enableSigningOrder="true")
    first = document.signers.get(order=1)
    link = links.read_token(token_of(ask(door, document)))
    assert link.gate_id == first.gate.public_id
    both = door.sent(*twice)
    refused = ask(door, both)
    assert refused.status_code == 400
    assert "turn" in error_of(refused)


def test_the_link_ends_when_the_program_said_and_the_emailed_one_does_not(
    door, document
):
    with time_machine.travel("2026-11-21T10:00:00Z") as clock:
        till = "2026-11-21T10:05:00"
        token = token_of(ask(door, document, SignLinkValidTill=till))
        gate = the_signer(document).gate
        person = SignerClient(gate)
        emailed, person.token = person.token, token
        clock.shift(timedelta(minutes=4, seconds=55))
        person.open_link()
        form = person.form("/password")
        clock.shift(timedelta(seconds=6))
        late = Client().post(form.action, form.values | {"password": "123456"})
        assert late.status_code == 404
        assert "expired" in Client().get(f"/l/{token}").content.decode()
        assert not gate.visits.exists()
        person.token = emailed
        person.open_link()
        assert person.offers("/password")


def test_a_link_is_not_prolonged_by_hand(door, document):
    read = links.read_token(token_of(ask(door, document)))
    gate = the_signer(document).gate
    assert read.gate_id == gate.public_id
    for other in (None, read.ends_at + timedelta(days=1)):
        made = links.make_token(gate.public_id, gate.link_version, other)
        given = token_of(ask(door, document))
        assert links.read_token(given[: len(made) - 10] + made[-10:]) is None


def test_the_signer_hears_of_it_and_the_record_tells_it(door, document):
    deliver_due()
    memory.forget()
    ask(door, document)
    deliver_due()
    (mail,) = memory.outbox
    assert mail.to == ALEX
    assert "program" in mail.text
    assert "/l/" not in mail.text
    assert "link_issued" in kinds_of(document.trail)
    labels = [event.label for event in record.events_of(the_signer(document))]
    assert "Link handed out" in labels
    actions = [one["action"] for one in door.properties(document)["documentHistory"]]
    assert actions[-1] == "GeneratedEmbeddedSignLink"


def test_a_link_is_refused_where_nothing_else_guards_the_signer(door):
    document = door.sent()
    answer = ask(door, document)
    assert answer.status_code == 403
    assert "link" in error_of(answer)
    assert "link_issued" not in kinds_of(document.trail)


def test_a_key_needs_a_scope_of_its_own_for_links(pat, document):
    others = [scope for scope in ApiKey.Scope if scope != ApiKey.Scope.SIGN_LINKS]
    plain = Door(boldsign.make_key(pat, *others))
    assert ask(plain, document).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"SignLinkValidTill": "yesterday"},
        {"SignLinkValidTill": "2001-01-01T00:00:00"},
        {"SignLinkValidTill": "9999-12-31T23:59:59"},
        {"RedirectUrl": "javascript:alert(1)"},
        {"RedirectUrl": "https://example.com/" + "x" * 600},
        {"SignerEmail": "no@example.com"},
        {"SignerEmail": ""},
        {"SignerEmail": "", "CountryCode": "+1", "PhoneNumber": "2015666802"},
    ],
)
def test_bad_wishes_make_no_link(door, document, query):
    assert error_of(ask(door, document, **query))
    assert "link_issued" not in kinds_of(document.trail)


def test_where_the_signer_goes_on_to_is_kept(door, document):
    ask(door, document, RedirectUrl="https://example.com/done")
    assert the_signer(document).redirect_url == "https://example.com/done"


def test_an_end_soon_is_one(door, document):
    till = (timezone.now() + timedelta(minutes=3)).isoformat()
    read = links.read_token(token_of(ask(door, document, SignLinkValidTill=till)))
    assert timedelta(minutes=2) < read.ends_at - timezone.now() < timedelta(minutes=4)
