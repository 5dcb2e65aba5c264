"""Every email about a request: who it is from, what it says, what it never says."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone as clock

from signing.flows import acting
from signing.messages import devices, identity, senders, signers
from signing.models import Signer
from tests.signing.rows import PASSWORD, ada, make_company, make_request, robert
from verification import codes, delivery, links, messages, policy, trail
from verification.channels.email import compose
from verification.flows import issuing
from verification.flows.opening import Origin
from verification.models import Challenge, Delivery, Factor, Gate, Trail

pytestmark = pytest.mark.django_db

TO_SIGNER = sorted({*signers.LETTERS, *identity.LETTERS, *devices.LETTERS, "reminder"})
TO_SENDER = sorted(senders.LETTERS)
KINDS = [messages.CODE, *TO_SIGNER, *TO_SENDER]

HOSTILE_NAMES = [
    "x\r\nBcc: e@x",
    "{{7*7}}",
    "{% debug %}",
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "%(title)s %s %n",
    "Ada \u202egnp.exe\u202c \u2066Lane",
    "Ada\u2028Lane\x07\x1b[31m",
]
CONTROLS = re.compile("[\r\x07\x1b\u2028\u202a-\u202e\u2066-\u2069]")
OWN_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tr", "td"),
    *("h1", "p", "a", "br", "strong", "blockquote"),
}


def write(signer, kind, **changes):
    """Render one email to or about signer, as a worker would."""
    gate = signer.gate
    facts = {
        "kind": kind,
        "channel": "email",
        "address": gate.email or "somebody@example.com",
        "language": gate.language,
        "gate": gate,
        "next_attempt_at": clock.now(),
        "created_at": clock.now(),
    }
    if kind == messages.CODE and "challenge" not in changes:
        facts["challenge"] = asked_code(gate)
    if kind in devices.LETTERS:
        facts["context"] = {"entry": told_of(gate).pk}
    return messages.build(Delivery.objects.create(**(facts | changes)))


def told_of(gate):
    facts = {"actor": f"{gate.sender_name} <pat@example.com>", "behind": ["phone"]}
    browser = "Safari on iPhone"
    now = clock.now()
    with transaction.atomic():
        return trail.append(
            gate.trail_id, "totp_enrolled", now, gate=gate, browser=browser, **facts
        )


def asked_code(gate):
    now = clock.now()
    return Challenge.objects.create(
        gate=gate,
        factor=gate.factors.first()
        or Factor.objects.create(gate=gate, kind=Factor.Kind.EMAIL),
        channel=Challenge.Channel.EMAIL,
        reference="K7",
        nonce=secrets.token_bytes(codes.NONCE_BYTES),
        key_id=next(iter(settings.CODE_KEYS)),
        issued_at=now,
        expires_at=now + timedelta(hours=24),
    )


def first_signer(request):
    return request.signers.select_related("gate", "request__company").first()


@pytest.fixture
def signer():
    return first_signer(make_request())


class Reader(HTMLParser):
    """Collects what a mail program would show, and where its links lead."""

    def __init__(self, html):
        super().__init__()
        self.words, self.links, self.tags = [], [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_subject_and_two_parts(kind, language):
    about_ada = first_signer(make_request(ada(language=language), sender_language="ja"))
    content = write(about_ada, kind)
    assert content.subject
    assert "\n" not in content.subject
    assert f'lang="{content.language}"' in content.html
    assert content.language == ("ja" if kind in TO_SENDER else language)
    assert not re.search(r"</?[a-z]+[ >]|&[a-z]+;|&#", content.text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_plain_part_says_what_the_html_says(kind, signer):
    content = write(signer, kind)
    shown = Reader(content.html).text
    for block in content.text.removesuffix("\n").split("\n\n"):
        for line in block.splitlines():
            name, _colon, value = line.removeprefix("> ").partition(": ")
            if line != "-- ":
                assert name in shown
                assert value in shown


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_leads_to_us(kind, signer):
    content = write(signer, kind)
    found = Reader(content.html).links + re.findall(r"https?://\S+", content.text)
    assert all(link.startswith(f"{settings.PUBLIC_URL}/") for link in found)


@pytest.mark.parametrize("kind", TO_SENDER)
def test_the_publisher_never_gets_a_signers_link(kind, signer):
    content = write(signer, kind)
    token = links.make_token(signer.gate.public_id, signer.gate.link_version)
    for part in (content.text, content.html):
        assert token not in part
        assert "/l/" not in part
        assert str(signer.gate.public_id) not in part


@pytest.mark.parametrize("kind", ["invitation", "new_link", "completed", "code_issued"])
def test_the_link_is_of_the_version_that_counts_when_the_mail_leaves(kind, signer):
    row = {"next_attempt_at": clock.now(), "created_at": clock.now()}
    waiting = Delivery.objects.create(
        kind=kind, channel="email", address="a@example.com", gate=signer.gate, **row
    )
    Gate.objects.filter(pk=signer.gate_id).update(link_version=5)
    content = messages.build(Delivery.objects.select_related("gate").get(pk=waiting.pk))
    url = links.signer_url(signer.gate.public_id, 5)
    assert url in content.text
    assert Reader(content.html).links == [url, url]


@pytest.mark.parametrize("kind", ["recalled", "expired", "declined", "code"])
def test_a_mail_with_nothing_to_open_has_no_link(kind, signer):
    content = write(signer, kind)
    assert Reader(content.html).links == []
    assert "://" not in content.text


def test_the_person_before_does_not_read_who_signs_instead(signer):
    text = write(signer, "reassigned").text
    assert "Lease 2026" in text
    assert "Pat Reyes, Acme Advisors" in text
    assert "Ada" not in text
    assert "://" not in text


@pytest.mark.parametrize("kind", sorted({*TO_SIGNER} - {"reassigned"}))
def test_a_signer_reads_who_asks_what_for_and_whom_to_call(kind, signer):
    content = write(signer, kind)
    for part in (content.text, Reader(content.html).text):
        assert "Pat Reyes, Acme Advisors" in part
        assert "Lease 2026, 4 pages" in part
        assert "Ada Lane only" in part
        assert "(415) 555-0142" in part
    assert content.sender_name == "Pat Reyes via Countersign"
    assert content.reply_to == "pat@example.com"


@pytest.mark.parametrize("kind", TO_SENDER)
def test_the_publisher_reads_who_it_is_about(kind, signer):
    content = write(signer, kind)
    assert "Lease 2026" in content.text
    assert kind == "sender_completed" or "Ada Lane" in content.subject
    assert "/workspace/" in content.text
    assert content.sender_name == ""


def test_the_invitation_says_how_the_signer_will_be_checked(signer):
    text = write(signer, "invitation").text
    assert (
        "We’ll check: the password that Pat Reyes tells you, and a code to "
        "••• ••• ••90 before you sign" in text
    )
    assert "0190" not in text


def test_the_senders_message_is_a_quotation():
    message = "Dear Ada,\r\n<b>sign</b> & smile {{7*7}}\n\n\u202eBye"
    signer = first_signer(make_request(message=message))
    content = write(signer, "invitation")
    assert (
        "Pat Reyes wrote:\n\n> Dear Ada,\n> <b>sign</b> & smile {{7*7}}\n> \n> Bye\n"
        in content.text
    )
    assert "&lt;b&gt;sign&lt;/b&gt; &amp; smile {{7*7}}<br>" in content.html


def test_without_a_message_nothing_is_quoted():
    content = write(first_signer(make_request(message=" ")), "invitation")
    assert "wrote" not in content.text
    assert "blockquote" not in content.html


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_words_stay_words(name, signer):
    gate = signer.gate
    gate.name = gate.company_name = gate.title = gate.sender_name = name
    gate.contact_phone = name[:32]
    gate.save()
    request = signer.request
    request.title = request.message = name
    request.save()
    Signer.objects.filter(pk=signer.pk).update(decline_reason=name)
    for kind in KINDS:
        content = write(signer, kind)
        assert Reader(content.html).tags <= OWN_TAGS
        for part in (content.subject, content.text, content.html, content.sender_name):
            assert not CONTROLS.search(part)
        assert not re.search("^bcc:", content.text, re.IGNORECASE | re.MULTILINE)
        if name == "{{7*7}}":
            assert "{{7*7}}" in content.html


def test_no_name_adds_a_header(signer):
    gate = signer.gate
    gate.name = gate.title = gate.sender_name = "x\r\nBcc: e@x"
    gate.save()
    row = Delivery.objects.create(
        kind="invitation",
        channel="email",
        address="ada@example.com",
        gate=gate,
        next_attempt_at=clock.now(),
        created_at=clock.now(),
    )
    sent = compose(delivery.as_message(row)).message().as_bytes()
    parsed = message_from_bytes(sent, policy=default)
    assert parsed["Bcc"] is None
    assert parsed["From"].addresses[0].display_name == "x Bcc: e@x via Countersign"
    assert parsed["To"].addresses[0].addr_spec == "ada@example.com"


@pytest.mark.parametrize("kind", KINDS)
def test_a_gate_that_knows_nothing_still_gets_its_mail(kind):
    bare = first_signer(make_request())
    Gate.objects.filter(pk=bare.gate_id).update(
        name="",
        phone="",
        email="",
        language="xx",
        company_name="",
        title="",
        sender_name="",
        contact_email="",
        contact_phone="",
        time_zone="Nowhere/At all",
        link_ends_at=None,
    )
    request = bare.request
    request.documents.all().delete()
    request.title = request.message = ""
    request.ends_at = None
    request.save()
    content = write(first_signer(request), kind)
    assert content.subject
    assert "None" not in content.text
    assert "  " not in content.text


@pytest.mark.parametrize("kind", [*TO_SIGNER, *TO_SENDER])
def test_a_gate_without_a_signer_is_told_nothing(kind):
    gate = Gate.objects.create(trail=Trail.objects.create(), company_id=1, name="Ada")
    row = Delivery(kind=kind, channel="email", gate=gate, language="en")
    with pytest.raises(messages.NothingToSayError):
        messages.build(row)


def test_a_message_of_another_version_fails_and_is_not_tried_for_ever(signer):
    row = Delivery.objects.create(
        kind="of_tomorrow",
        channel="email",
        address="ada@example.com",
        gate=signer.gate,
        next_attempt_at=clock.now(),
        created_at=clock.now(),
    )
    delivery.attempt(delivery.claim(row.pk, clock.now()))
    row.refresh_from_db()
    assert row.state == Delivery.State.FAILED


def test_a_hidden_title_stays_hidden_from_the_signer_but_not_from_the_publisher():
    company = make_company(hides_title=True)
    signer = first_signer(make_request(company=company))
    for kind in (*TO_SIGNER, messages.CODE):
        content = write(signer, kind)
        assert "Lease" not in content.subject + content.text + content.html
    assert "Lease 2026" in write(signer, "sender_completed").subject


def test_times_are_in_the_companys_zone(signer):
    ends_at = datetime(2026, 6, 14, 5, 30, tzinfo=UTC)
    request = signer.request
    request.ends_at = ends_at
    request.save()
    assert "Sign by: June 13, 2026" in write(first_signer(request), "invitation").text


@pytest.mark.parametrize("kind", KINDS)
def test_japanese_is_japanese_throughout(kind):
    signer = first_signer(
        make_request(
            ada(language="ja", name="佐藤 花子"), sender_language="ja", message=""
        )
    )
    content = write(signer, kind)
    names = ("Pat Reyes", "Acme Advisors", "Countersign", "Safari", "iPhone")
    for known in (*names, "Lease 2026", "K7"):
        content = replace(content, text=content.text.replace(known, ""))
    zone_or_mark = r"\S+@\S+|\S+://\S+|[A-Z]{3}$|\bP[SD]T\b"
    words = re.sub(zone_or_mark, "", content.text, flags=re.MULTILINE)
    assert re.search("[ぁ-ん]", content.subject)
    assert not re.search("[A-Za-z]{2,}", words)


def test_the_publisher_is_written_to_in_their_own_language():
    request = make_request(ada(language="en"), sender_language="ja")
    content = write(first_signer(request), "sender_completed", language="en")
    assert content.language == "ja"
    assert 'lang="ja"' in content.html


def test_a_language_we_do_not_have_is_english_throughout(signer):
    signer.gate.language = "fr-FR"
    content = write(signer, "invitation")
    assert content.language == "en"
    assert "Hello Ada" in content.text


def test_an_issued_code_is_announced_but_not_told(signer):
    pat = signer.request.sender
    issued = issuing.issue_alternative(
        signer.gate, issuer=pat, actor="Pat", now=clock.now()
    )
    content = write(signer, "code_issued")
    assert content.subject == "Pat Reyes made a security code for you"
    whole = content.subject + content.text + content.html
    assert issued.code not in whole
    assert issued.code[:4] not in whole.replace(
        links.make_token(signer.gate.public_id, 1), ""
    )
    assert "Valid until" in content.text


def test_the_code_stands_first_and_undivided(signer):
    challenge = asked_code(signer.gate)
    content = write(signer, messages.CODE, challenge=challenge)
    assert re.findall(r"\b\d{6}\b", content.text)[0] == challenge.code()
    assert challenge.code() not in content.subject
    assert "K7" in content.subject
    assert "Reference: K7" in content.text
    assert "Valid until: " in content.text
    assert "Ada Lane" in content.text


@pytest.mark.parametrize("kind", [*TO_SIGNER, *TO_SENDER])
def test_only_the_code_mail_holds_a_code(kind, signer):
    live = asked_code(signer.gate).code()
    content = write(signer, kind)
    assert live not in content.subject + content.text + content.html
    assert PASSWORD not in content.text + content.html


def test_whoever_declined_is_told_in_other_words_than_the_others(outbox):
    request = make_request(ada(), robert(), is_ordered=False)
    one, other = request.signers.select_related("gate__trail", "request")
    Signer.objects.filter(pk=one.pk).update(
        state=Signer.State.DECLINED, decline_reason="Wrong rent."
    )
    one.refresh_from_db()
    own, others = write(one, "declined"), write(other, "declined")
    assert own.subject == "You declined to sign Lease 2026"
    assert "> Wrong rent." in own.text
    assert "Ada Lane has declined to sign." in others.text
    assert "Wrong rent." not in others.text
    assert "> Wrong rent." in write(one, "sender_declined").text


def test_the_name_of_whoever_declined_may_be_hidden_from_the_others():
    company = make_company(hides_other_signers=True)
    request = make_request(ada(), robert(), company=company, is_ordered=False)
    one, other = request.signers.select_related("gate", "request__company")
    Signer.objects.filter(pk=one.pk).update(state=Signer.State.DECLINED)
    content = write(other, "declined")
    assert "Ada" not in content.text + content.html
    assert "another signer has declined" in content.text


def test_an_approver_is_asked_to_approve(signer):
    signer.role = Signer.Role.APPROVER
    signer.save()
    assert (
        write(signer, "invitation").subject
        == "Pat Reyes asks you to approve Lease 2026"
    )


def test_the_companys_colour_is_on_the_paper():
    signer = first_signer(make_request(company=make_company(colour="#7A1F5C")))
    html = write(signer, "invitation").html
    assert "#7a1f5c" in html
    assert "#27459f" not in html


def test_reports_of_a_signer_reach_the_publisher(
    outbox, django_capture_on_commit_callbacks
):
    signer = first_signer(make_request())
    for kind in ("wrong_number_reported", "not_me_reported"):
        acting.report(signer, kind, Origin(ip="192.0.2.1", browser="x"), clock.now())
    rows = Delivery.objects.filter(kind__startswith="sender_").order_by("pk")
    subjects = [messages.build(row).subject for row in rows]
    assert subjects == [
        "The phone number of Ada Lane may be wrong",
        "Somebody else opened the link of Ada Lane",
    ]


def test_policy_reads_the_company_live(signer, django_assert_num_queries):
    company = signer.request.company
    with django_assert_num_queries(1):
        before = policy.of(signer.gate)
    company.alternative_codes_on = False
    company.allowed_countries = ["US", "JP"]
    company.save()
    after = policy.of(signer.gate)
    assert (before.offers_alternative_codes, after.offers_alternative_codes) == (
        True,
        False,
    )
    assert (before.countries, after.countries) == ({"US"}, {"US", "JP"})


def test_a_company_that_is_not_there_allows_nothing():
    rules = policy.of(Gate(company_id=0))
    assert rules == replace(
        rules, offers_alternative_codes=False, countries=frozenset()
    )
