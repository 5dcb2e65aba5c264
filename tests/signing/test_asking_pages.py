"""Pages that ask by themselves what is new are answered only when something is:
what is put in its place anew would be read out anew, and take the focus away."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.utils import timezone

from signing.flows import sealing
from tests import factories as make
from tests.signing.pages import SignerClient

pytestmark = pytest.mark.django_db

BY_PAGE = {"HX-Request": "true"}


def asks(client: SignerClient):
    """Ask as the live strip on the page does, by the address that it names."""
    body = client.response.content.decode()
    (address,) = re.findall(r'hx-get="([^"]*/status[^"]*)"', body)
    return client.client.get(html.unescape(address), headers=BY_PAGE)


def test_the_strip_is_answered_when_the_message_gets_on():
    ada = SignerClient(make.signer_of(make.make_request()).gate)
    ada.open_link()
    ada.press("/ask/sms")
    assert "Getting ready to send" in ada.text
    assert asks(ada).status_code == 204
    make.deliver_due()
    news = asks(ada)
    assert news.status_code == 200
    assert b"Sent, on its way" in news.content or b"Delivered at" in news.content


def test_the_strip_stands_in_a_live_region_that_stays():
    ada = SignerClient(make.signer_of(make.make_request()).gate)
    ada.open_link()
    ada.press("/ask/sms")
    region = '<div role="status" aria-live="polite"><div id="status"'
    assert region in re.sub(r">\s+<", "><", ada.response.content.decode())
    make.deliver_due()
    assert b'role="status"' not in asks(ada).content


def test_who_waits_for_the_sealed_copy_hears_once_that_it_is_there():
    lease = make.make_request()
    ada = SignerClient(make.signer_of(lease).gate)
    ada.open_link()
    ada.press("/ask/sms")
    ada.press("/code", code=make.live_code(ada.gate).code())
    ada.reload(f"{ada.home}sign")
    ada.press("/sign", name="Ada Lane")
    assert "The sealed copy is being made." in ada.text
    assert ada.client.get(ada.home, headers=BY_PAGE).status_code == 204
    sealing.seal(lease.pk, timezone.now())
    ready = ada.client.get(ada.home, headers=BY_PAGE)
    assert b"download>" in ready.content
    told = json.loads(ready["HX-Trigger"])["toast"]["text"]
    assert told == "The sealed copy is ready to download."
