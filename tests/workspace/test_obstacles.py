"""All of a transaction is held up: its publisher hears of it, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from signing.flows import (
    readiness,
    rendering,
    sealing,
    sending,
    templates,
    uploads,
)
from signing.flows.acting import SignOutcome
from signing.models import Document, SignRequest
from signing.tasks import watch_seals
from tests import factories
from tests.signing.pages import SignerClient
from tests.workspace.test_templates import make_template
from verification import delivery, messages, trail
from verification.models import Delivery
from workspace import tasks
from workspace.models import Concern, Membership

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LATE = timedelta(minutes=15)
LIST = "/workspace/"


@pytest.fixture(autouse=True)
def _noon(time_machine) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def signed(company, pat) -> SignRequest:
    """Everybody has signed, and no worker has made the seal."""
    request = factories.make_request(company, pat, title="Lease 2026")
    factories.sign_as(request)
    return fresh(request)


def fresh(request: SignRequest) -> SignRequest:
    return SignRequest.objects.select_related("company").get(pk=request.pk)


def address(request) -> str:
    return f"/workspace/transactions/{request.public_id}/"


def page_of(client, request) -> str:
    return client.get(address(request)).content.decode()


def mails(kind: str = "sender_attention"):
    return Delivery.objects.filter(kind=kind).order_by("pk")


def inside(gate) -> SignerClient:
    """A signer who passed her phone's code, in a browser."""
    ada = SignerClient(gate)
    ada.open_link()
    ada.client.post(f"{ada.home}open", {"link": ada.token})
    ada.reload()
    ada.press("/ask/sms")
    ada.press("/code", code=factories.live_code(ada.gate).code())
    return ada


def titles(client) -> list[str]:
    rows = client.get(LIST, {"show": "attention"}).context["page"].rows
    return [row.request.title for row in rows]


def finish(request: SignRequest) -> None:
    """As if the seal were made now."""
    now = timezone.now()
    claimed = sealing._claim(request.pk, now)
    assert sealing._keep(claimed, b"%PDF-", request.trail, now)


# A seal that is late


def test_a_seal_is_late_a_quarter_of_an_hour_after_the_last_signature(
    signed, time_machine
):
    time_machine.move_to(NOON + LATE - timedelta(seconds=1), tick=False)
    watch_seals()
    assert fresh(signed).seal_late_at is None
    time_machine.move_to(NOON + LATE, tick=False)
    watch_seals()
    assert fresh(signed).seal_late_at == NOON + LATE


def test_it_is_told_once_however_long_it_takes(signed, pat, settings, time_machine):
    for minutes in (15, 20, 500):
        time_machine.move_to(NOON + timedelta(minutes=minutes), tick=False)
        watch_seals()
    row = mails().get()
    assert row.address == pat.email
    content = messages.build(row)
    assert content.subject == "Lease 2026 is signed by all, but not sealed yet"
    assert "Everybody has signed, and nothing is lost." in content.text
    assert "nobody has to sign again" in content.text
    assert f"{settings.PUBLIC_URL}{address(signed)}" in content.text
    assert str(signed.public_id) in content.text
    assert "in your menu under Notifications" in content.text
    kinds = factories.kinds_of(signed.trail)
    assert kinds.count("seal_late") == 1
    assert trail.verify(fresh(signed).trail) is None


def test_publisher_and_admin_see_what_is_lost_and_who_has_to_look(
    as_pat, client_class, alex, signed, time_machine
):
    assert "data-obstacle" not in page_of(as_pat, signed)
    assert "Being sealed" in page_of(as_pat, signed)
    assert titles(as_pat) == []
    time_machine.move_to(NOON + LATE, tick=False)
    watch_seals()
    as_alex = client_class()
    as_alex.force_login(alex)
    for client in (as_pat, as_alex):
        page = page_of(client, signed)
        assert 'data-obstacle="unsealed"' in page
        assert "Everybody has signed, and nothing is lost" in page
        assert "“A seal that fails” in “Going to production”" in page
        assert f"They need this number: {signed.public_id}." in page
        assert "The sealed copy could not be made yet" in page
        assert titles(client) == ["Lease 2026"]
    assert "Signed by all, not sealed yet" in as_pat.get(LIST).content.decode()


def test_the_seal_ends_it_by_itself(as_pat, signed, time_machine):
    time_machine.move_to(NOON + LATE, tick=False)
    watch_seals()
    assert fresh(signed).attention_since
    finish(fresh(signed))
    assert fresh(signed).attention_since is None
    assert titles(as_pat) == []
    page = page_of(as_pat, signed)
    assert "data-obstacle" not in page
    assert "Completed" in page
    watch_seals()
    assert mails().count() == 1


def test_a_mail_that_the_seal_overtook_is_not_sent(signed, time_machine):
    time_machine.move_to(NOON + LATE, tick=False)
    watch_seals()
    finish(fresh(signed))
    row = mails().get()
    delivery.attempt(delivery.claim(row.pk, timezone.now()))
    row.refresh_from_db()
    assert row.state == Delivery.State.CANCELLED


def test_what_is_not_sealed_stands_in_the_digest(signed, company, pat, time_machine):
    Membership.objects.update(notices=Membership.Notices.DAILY)
    time_machine.move_to(NOON + LATE, tick=False)
    watch_seals()
    assert not mails().exists()
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    tasks.send_digests()
    content = messages.build(mails("sender_digest").get())
    assert content.subject == "1 transaction needs your attention"
    assert "Lease 2026: Everybody has signed, and nothing is lost." in content.text


def test_the_page_of_a_late_seal_asks_for_news_seldom(as_pat, signed, time_machine):
    assert "every 3s" in page_of(as_pat, signed)
    time_machine.move_to(NOON + LATE, tick=False)
    watch_seals()
    assert "every 20s" in page_of(as_pat, signed)


def test_who_has_signed_is_not_told_that_it_takes_a_moment(company, pat, time_machine):
    request = factories.make_request(company, pat)
    ada = inside(factories.signer_of(request).gate)
    factories.sign_as(request)
    assert "It takes a moment." in ada.reload().content.decode()
    time_machine.move_to(NOON + LATE, tick=False)
    watch_seals()
    page = ada.reload().content.decode()
    assert "takes longer than usual. Nothing is lost" in page
    assert "every 60s" in page


def test_who_must_still_sign_makes_no_seal_late(company, pat, time_machine):
    request = factories.make_request(company, pat, people=("ada", "bob"))
    factories.sign_as(request)
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    watch_seals()
    assert not Concern.objects.exists()
    sending.recall(request, actor=pat, reason="x", now=timezone.now())
    watch_seals()
    assert not Concern.objects.exists()


# A document that cannot be drawn


@dataclass
class Damage:
    """Kept files that no PDF child gets through, until they are whole again."""

    whole: dict[str, bytes] = field(default_factory=dict)

    def do(self, request: SignRequest) -> None:
        for document in request.documents.all():
            path = Path(document.cleaned.path)
            self.whole[str(path)] = path.read_bytes()
            path.write_bytes(b"no PDF")

    def undo(self) -> None:
        for path, content in self.whole.items():
            Path(path).write_bytes(content)


@pytest.fixture
def damage() -> Damage:
    return Damage()


def draw(request, times: int = 1) -> None:
    """Let the background try, as it does every ten seconds."""
    for _number in range(times):
        for pk in rendering.undrawn():
            assert Document.objects.get(pk=pk).request_id == request.pk
            rendering.render(pk)


SENTENCE = "lease.pdf can’t be shown to signers: its pages could not be drawn."


@pytest.fixture
def draft(company, pat) -> SignRequest:
    return factories.make_draft(company, pat, title="Lease 2026")


def send(client, request):
    row = SignRequest.objects.get(pk=request.pk)
    to = f"/workspace/drafts/{row.public_id}/send/"
    return client.post(to, {"version": row.version})


def test_after_the_third_try_the_draft_says_what_to_do_and_is_not_sent(
    as_pat, draft, damage
):
    editor = f"/workspace/drafts/{draft.public_id}/"
    damage.do(draft)
    draw(draft, 2)
    assert SENTENCE not in as_pat.get(editor).content.decode()
    assert "Checked, safe to send." in as_pat.get(editor).content.decode()
    draw(draft)
    assert rendering.undrawn() == []
    for page in (editor, f"{editor}ready/", f"{editor}send/"):
        words = as_pat.get(page).content.decode()
        assert SENTENCE in words, page
        assert "print it to PDF and take that file" in words, page
    assert "Checked, safe to send." not in as_pat.get(editor).content.decode()
    assert SENTENCE in send(as_pat, draft).content.decode()
    assert fresh(draft).is_draft
    assert not Concern.objects.exists()
    assert factories.kinds_of(draft.trail) == []


def test_a_later_try_that_succeeds_takes_the_sentence_away(
    as_pat, draft, damage, time_machine
):
    damage.do(draft)
    draw(draft, 3)
    damage.undo()
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    draw(draft)
    page = as_pat.get(f"/workspace/drafts/{draft.public_id}/").content.decode()
    assert SENTENCE not in page
    assert send(as_pat, draft).status_code == 302
    assert fresh(draft).is_open


def test_a_template_says_it_too_and_what_is_started_from_it(
    as_pat, company, pat, damage
):
    template = make_template(company, pat)
    damage.do(template.request)
    draw(template.request, 3)
    page = as_pat.get(f"/workspace/templates/{template.public_id}/").content.decode()
    assert SENTENCE in page
    assert (
        SENTENCE
        in as_pat.get(f"/workspace/drafts/{template.public_id}/").content.decode()
    )
    started = templates.start(template, sender=pat, now=timezone.now())
    found = [problem.words for problem in readiness.problems(started)]
    assert any(words.startswith(SENTENCE) for words in found)


def test_what_was_sent_meanwhile_needs_attention_until_it_is_drawn(
    as_pat, company, pat, damage, time_machine
):
    """A program sends in the moment in which it uploads."""
    sent = factories.make_request(company, pat, title="Lease 2026")
    damage.do(sent)
    draw(sent, 2)
    assert titles(as_pat) == []
    draw(sent)
    assert titles(as_pat) == ["Lease 2026"]
    assert "A document can’t be shown" in as_pat.get(LIST).content.decode()
    page = page_of(as_pat, sent)
    assert 'data-obstacle="undrawn"' in page
    assert "lease.pdf can’t be shown to signers" in page
    assert "recall the transaction and send it again" in page
    content = messages.build(mails().get())
    assert content.subject == "Lease 2026 can’t be shown to its signers"
    assert "lease.pdf can’t be shown to signers." in content.text
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    draw(sent, 3)
    assert mails().count() == 1
    damage.undo()
    time_machine.move_to(NOON + timedelta(hours=2), tick=False)
    draw(sent)
    assert titles(as_pat) == []
    assert "data-obstacle" not in page_of(as_pat, sent)
    kinds = factories.kinds_of(sent.trail)
    assert (kinds.count("undrawn"), kinds.count("drawn")) == (1, 1)


def test_nobody_signs_what_could_not_be_shown(company, pat, damage):
    sent = factories.make_request(company, pat, title="Lease 2026")
    damage.do(sent)
    draw(sent, 3)
    ada = factories.enter_as(sent)
    assert factories.sign_as(sent, browser=ada).outcome == SignOutcome.UNSHOWN
    assert "signed" not in factories.kinds_of(sent.trail)
    damage.undo()
    rendering.render(sent.documents.get().pk)
    assert factories.sign_as(sent, browser=ada).outcome == SignOutcome.SIGNED


def test_the_signer_reads_why_and_who_can_help(company, pat, damage):
    sent = factories.make_request(company, pat, title="Lease 2026")
    damage.do(sent)
    draw(sent, 3)
    ada = inside(factories.signer_of(sent).gate)
    assert "This page can’t be shown, so this can’t be signed yet." in ada.text
    assert "being prepared" not in ada.text
    ada.reload(f"{ada.home}sign")
    ada.press("/sign", style="typed-1", text="Ada Lane", consent="yes")
    assert "A page could not be shown to you" in ada.text
    assert "Pat Miller knows of it, and can send another copy." in ada.text


def test_a_document_that_was_removed_meanwhile_is_no_trouble(draft, damage):
    document = draft.documents.get()
    damage.do(draft)
    draw(draft, 2)
    uploads.remove_document(document)
    rendering._fail(document, timezone.now())
    assert readiness.problems(draft)[0].words == "Add a PDF."
