"""The finished PDF: made once, sealed once, told to everybody."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from signing import seal_keys
from signing.flows import rendering, sealing
from signing.models import Company, SignRequest
from signing.pdf.seal import examine
from tests import factories
from verification import trail
from verification.models import Delivery, Factor, Trail

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def signed():
    """A request that Ada, its only signer, has signed."""
    request = factories.make_request()
    factories.sign_as(request)
    request.refresh_from_db()
    return request


@pytest.fixture
def sealed(signed):
    assert sealing.seal(signed.pk, timezone.now())
    signed.refresh_from_db()
    return signed


def read(request):
    with request.sealed.open("rb") as file:
        return file.read()


def verify(path):
    out = StringIO()
    call_command("verify_document", str(path), stdout=out)
    return out.getvalue()


def test_last_signature_makes_a_request_wait_for_its_seal(signed):
    assert signed.state == SignRequest.State.SEALING
    assert sealing.unfinished(timezone.now()) == [signed.pk]


def test_sealed_document_holds_and_names_its_trail(sealed):
    verdict = examine(read(sealed), [seal_keys.root_of(sealed.company)])
    assert verdict.is_untouched
    assert verdict.is_trusted
    assert verdict.transaction_id == str(sealed.public_id)
    printed = sealed.trail.entries.get(seq=verdict.trail_seq)
    assert printed.hash == verdict.trail_head
    assert printed.kind == "signed"


def test_trail_goes_on_after_the_head_that_the_certificate_prints(sealed):
    assert factories.kinds_of(sealed.trail)[-2:] == ["sealed", "completed"]
    assert trail.verify(Trail.objects.get(pk=sealed.trail_id)) is None


def test_everybody_is_told_when_it_is_done(sealed):
    told = Delivery.objects.filter(trail=sealed.trail, channel="email")
    by_kind = dict(told.values_list("kind", "address"))
    assert by_kind["completed"] == "ada@example.com"
    assert by_kind["sender_completed"] == sealed.sender.email


def test_second_seal_of_the_same_request_does_nothing(sealed):
    before = read(sealed)
    assert sealing.seal(sealed.pk, timezone.now() + timedelta(hours=1)) is False
    sealed.refresh_from_db()
    assert read(sealed) == before


def test_worker_that_died_is_followed_by_another_after_its_lease(signed):
    now = timezone.now()
    SignRequest.objects.filter(pk=signed.pk).update(
        seal_token="gone", seal_lease_ends_at=now + timedelta(seconds=1)
    )
    assert sealing.seal(signed.pk, now) is False
    assert sealing.seal(signed.pk, now + timedelta(seconds=1)) is True


def test_signer_without_a_place_signs_in_a_block_of_its_own():
    request = factories.make_request()
    factories.signer_of(request).fields.all().delete()
    factories.sign_as(request)
    assert sealing.seal(request.pk, timezone.now())
    request.refresh_from_db()
    assert b"/Count 3" in read(request).replace(b"\n", b" ")  # page, block, certificate


def test_company_keeps_one_key_and_keeps_it_encrypted(sealed):
    first = seal_keys.key_of(sealed.company).certificate
    company = Company.objects.get(pk=sealed.company_id)
    assert seal_keys.key_of(company).certificate == first
    assert "PRIVATE KEY" not in company.seal_key


def test_seal_key_of_another_company_does_not_open(sealed):
    other = factories.make_company("Rival Realty")
    other.seal_key = sealed.company.seal_key
    other.save()
    with pytest.raises(seal_keys.vault.UnreadableError):
        seal_keys.key_of(other)


def test_sealed_file_is_said_to_be_untouched(sealed, tmp_path):
    path = tmp_path / "lease.pdf"
    path.write_bytes(read(sealed))
    told = verify(path)
    assert str(sealed.public_id) in told
    assert "sealed and untouched" in told


def test_one_changed_byte_is_found(sealed, tmp_path):
    path = tmp_path / "lease.pdf"
    content = bytearray(read(sealed))
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(CommandError):
        verify(path)


def test_something_added_after_the_seal_is_found(sealed, tmp_path):
    path = tmp_path / "lease.pdf"
    path.write_bytes(read(sealed) + b"\n% one more line\n")
    with pytest.raises(CommandError):
        verify(path)


def test_document_of_another_installation_is_not_known_here(sealed, tmp_path):
    path = tmp_path / "lease.pdf"
    path.write_bytes(read(sealed))
    SignRequest.objects.filter(pk=sealed.pk).update(public_id=uuid4())
    with pytest.raises(CommandError, match="not known here"):
        verify(path)


def test_pages_are_drawn_once_and_keep_their_text():
    document = factories.make_draft().documents.get()
    assert rendering.render(document.pk) == 1
    assert rendering.render(document.pk) == 0
    page = document.pages.get()
    assert "Page 1 of a lease." in page.text
    assert page.image.size > 0
    assert document.pk not in rendering.undrawn()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_one_request_one_wins():
    request = factories.make_request(kinds=(Factor.Kind.PHONE,))
    factories.sign_as(request)
    results = []

    def work():
        try:
            results.append(sealing.seal(request.pk, timezone.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]
    assert factories.kinds_of(request.trail).count("sealed") == 1
