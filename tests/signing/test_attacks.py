"""What somebody with a link tries beyond what the pages offer."""

from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from signing import tasks
from signing.flows import acting, placing, rendering, sealing
from signing.models import Field, Signature, SignRequest
from tests import factories as make
from tests.signing.pages import SignerClient
from verification.flows import opening

pytestmark = pytest.mark.django_db

ENDLESS = "9" * 5000  # more digits than int() reads


@pytest.fixture
def lease():
    return make.make_request()


def come_by_link(lease, person="ada") -> SignerClient:
    page = SignerClient(make.signer_of(lease, person).gate)
    page.open_link()
    page.client.post(f"{page.home}open", {"link": page.token})
    page.reload()
    return page


@pytest.fixture
def inside(lease) -> SignerClient:
    """Ada, who has passed her phone code."""
    page = come_by_link(lease)
    page.press("/ask/sms")
    page.press("/code", code=make.live_code(page.gate).code())
    return page


def send(page, ending, **values):
    return page.client.post(f"{page.home}{ending}", values)


def drawn(strokes, **more):
    text = strokes if isinstance(strokes, str) else json.dumps(strokes)
    return {"how": "drawn", "strokes": text, "consent": "yes", **more}


# What no browser sends


@pytest.mark.parametrize(
    ("ending", "values"),
    [
        ("decline", {"reason": "I\0moved"}),
        ("adopt", {"name": "Ada\0Lane"}),
        ("adopt", drawn("[" * 100_000)),
        ("adopt", drawn(f"[[[1{'0' * 400}, 0], [1, 1]]]")),
        ("adopt", drawn([[[0, 0], [1, 1]]], aspect=ENDLESS)),
        ("fields", {"field-\0": "x"}),
    ],
)
def test_nonsense_is_answered_like_a_mistake(inside, ending, values):
    assert send(inside, ending, **values).status_code < 500


# Signatures that nobody would see


@pytest.mark.parametrize("name", ["\u200b", "\u2060\u2060", "\u202e", "\x01"])
def test_a_name_of_letters_that_are_never_drawn_is_no_signature(inside, lease, name):
    send(inside, "sign", name=name, consent="yes")
    assert not Signature.objects.exists()
    lease.refresh_from_db()
    assert lease.is_open


def test_a_drawing_too_large_to_keep_is_not_kept_as_nothing(inside):
    endless = [[[0.5, 0.5]] * (acting.MAX_POINTS + 1)]
    send(inside, "adopt", **drawn(endless))
    kept = Signature.objects.first()
    assert kept is None or kept.strokes


def test_dots_before_a_line_do_not_hide_it(inside):
    dots = [[[0.5, 0.5]]] * acting.MAX_STROKES
    send(inside, "adopt", **drawn([*dots, [[0, 0], [1, 1]]]))
    kept = Signature.objects.first()
    assert kept is None or any(len(stroke) > 1 for stroke in kept.strokes)


def test_a_drawing_in_every_field_is_still_stamped_in_time(inside, lease):
    """A signer could else make a transaction that nobody can ever seal."""
    scrawl = [[n % 97 / 97, n % 89 / 89] for n in range(50_000)]
    send(inside, "adopt", **drawn([scrawl]))
    kept = Signature.objects.get()
    points = sum(map(len, kept.strokes))
    assert points * placing.MAX_FIELDS <= 210_000
    assert kept.strokes[0][-1] == [
        round(49_999 % 97 / 97, 4),
        round(49_999 % 89 / 89, 4),
    ]


# Weight


def test_looking_at_a_file_without_taking_it_is_no_download(inside, lease):
    document = lease.documents.get()
    page = f"{inside.home}original/{document.public_id}.pdf"
    inside.client.head(page)
    assert "downloaded" not in make.kinds_of(lease.trail)
    inside.client.get(page)
    assert "downloaded" in make.kinds_of(lease.trail)


def spoil(document) -> None:
    """Make a document such as no PDF child gets through."""
    name = default_storage.save("spoiled.pdf", ContentFile(b"no PDF at all"))
    type(document).objects.filter(pk=document.pk).update(cleaned=name)


def test_a_document_that_cannot_be_drawn_is_given_up_for_a_while(lease):
    """Else one upload keeps the workers of every company busy, again and again."""
    document = lease.documents.get()
    spoil(document)
    for _ in range(3):
        assert document.pk in rendering.undrawn()
        rendering.render(document.pk)
    assert document.pk not in rendering.undrawn()


def test_a_transaction_that_cannot_be_sealed_holds_no_other_up():
    bad, good = make.make_request(), make.make_request()
    for request in (bad, good):
        make.sign_as(request)
    spoil(bad.documents.get())
    assert sorted(sealing.unfinished(timezone.now())) == sorted([bad.pk, good.pk])
    tasks.pick_up()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.state == SignRequest.State.COMPLETED
    assert bad.state == SignRequest.State.SEALING


def test_who_opens_the_link_in_a_thousand_browsers_fills_no_certificate(lease):
    gate = make.signer_of(lease).gate
    for _ in range(opening.MOST_OPENED_A_DAY + 3):
        make.Browser(gate)
    assert make.kinds_of(lease.trail).count("opened") == opening.MOST_OPENED_A_DAY
    assert come_by_link(lease).response.status_code == 200


def test_what_another_has_signed_is_read_and_not_offered():
    lease = make.make_request(people=("ada", "bob"), is_ordered=True)
    ada = make.signer_of(lease, "ada")
    text = make.make_field(ada, kind=Field.Kind.TEXT, y=0.5)
    acting.fill(ada, {str(text.public_id): "Flat 7"})
    make.sign_as(lease, "ada")
    page = come_by_link(lease, "bob")
    page.press("/ask/sms")
    page.press("/code", code=make.live_code(page.gate).code())
    html = page.response.content.decode()
    assert "Flat 7" in html
    assert f"field-{text.public_id}" not in html
    own = make.signer_of(lease, "bob").fields.get()
    others = ada.fields.get(kind=Field.Kind.SIGNATURE)
    assert f'id="field-{own.public_id}"' in html
    assert f'id="field-{others.public_id}"' not in html
