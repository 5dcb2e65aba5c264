from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from tests import factories
from verification.channels import demo
from verification.flows import asking
from verification.models import Allowance, Delivery, DemoMessage, DemoPhone
from verification.outcomes import Outcome
from workspace.demo import outbox

pytestmark = pytest.mark.django_db
NUMBER = factories.ADA_PHONE


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.ROOT_URLCONF = "tests.workspace.demo_urls"
    settings.SMS_CHANNEL = settings.VOICE_CHANNEL = settings.EMAIL_CHANNEL = "demo"
    settings.LIMIT_FACTOR = 100


@pytest.fixture
def ada():
    request = factories.make_request(kinds=("phone",))
    return factories.Browser(factories.signer_of(request).gate)


def send(browser, channel="sms"):
    """Ask for a code, let it arrive, return what arrived."""
    Allowance.objects.all().delete()
    assert browser.ask(channel) is Outcome.SENT
    factories.deliver_due()
    return DemoMessage.objects.filter(channel=channel).first()


def page(client, query=""):
    return client.get(f"/demo/{query}").content.decode()


def test_a_text_shows_its_code_in_bold(client, ada):
    send(ada)
    code = factories.live_code(ada.gate).code()
    assert f'<strong class="digits">{code[:3]} {code[3:]}</strong>' in page(client)


def test_the_newest_text_is_below_and_the_replaced_one_stays(client, ada):
    first, second = send(ada).text, send(ada).text
    shown = page(client)
    assert shown.index(first.split("\n")[1]) < shown.index(second.split("\n")[1])
    assert shown.count("bubble-newest") == 1
    assert shown.index("bubble-newest") > shown.index(first.split("\n")[1])
    assert "replaced" in shown
    assert "delivered" in shown


def test_a_used_code_is_marked_so(client, ada):
    send(ada)
    assert ada.enter() is Outcome.PASSED
    assert "used" in page(client)


def test_a_text_to_a_landline_is_not_shown(client, ada):
    DemoPhone.objects.create(number=NUMBER, kind="landline")
    message = send(ada)
    shown = page(client)
    assert message.text.split("\n")[1] not in shown
    assert "a text that could not be delivered" in shown
    assert "This phone is set to “landline”." in shown


@pytest.mark.parametrize("kind", DemoPhone.Kind.values)
def test_a_phone_can_be_set(client, ada, kind):
    response = client.post("/demo/phones/set", {"number": NUMBER, "kind": kind})
    assert response.status_code == 302
    assert DemoPhone.objects.get(number=NUMBER).kind == kind


def test_a_phone_cannot_be_set_to_nonsense(client, ada):
    client.post("/demo/phones/set", {"number": NUMBER, "kind": "satellite"})
    assert not DemoPhone.objects.exists()


def test_a_call_rings_and_keeps_the_code_until_the_key_is_pressed(client, ada):
    call = send(ada, "voice")
    shown = page(client)
    assert "Countersign is calling" in shown
    assert demo.intro(call) in shown
    assert ", ".join(factories.live_code(ada.gate).code()) not in shown


def test_pressing_1_answers_and_says_the_code(client, ada):
    call = send(ada, "voice")
    response = client.post(f"/demo/calls/{call.pk}/press", {"key": "1"}, follow=True)
    apart = ", ".join(factories.live_code(ada.gate).code())
    assert f"Your security code is: {apart}." in response.content.decode()
    call.refresh_from_db()
    assert call.status == demo.ANSWERED
    assert call.delivery.state == Delivery.State.DELIVERED


def test_another_key_says_what_to_press(client, ada):
    call = send(ada, "voice")
    response = client.post(f"/demo/calls/{call.pk}/press", {"key": "5"}, follow=True)
    assert "Press 1 to hear your security code." in response.content.decode()


def test_a_dead_code_is_not_said(client, ada):
    call = send(ada, "voice")
    code = factories.live_code(ada.gate).code()
    send(ada)
    response = client.post(f"/demo/calls/{call.pk}/press", {"key": "1"}, follow=True)
    assert ", ".join(code) not in response.content.decode()


def test_hanging_up_ends_the_call(client, ada):
    call = send(ada, "voice")
    response = client.post(f"/demo/calls/{call.pk}/hang-up", follow=True)
    assert "a call, hung up" in response.content.decode()
    call.delivery.refresh_from_db()
    assert call.delivery.state == Delivery.State.FAILED


def test_a_press_by_htmx_is_answered_with_the_phone_alone(client, ada):
    call = send(ada, "voice")
    response = client.post(
        f"/demo/calls/{call.pk}/press", {"key": "1"}, headers={"HX-Request": "true"}
    )
    shown = response.content.decode()
    assert "On the phone" in shown
    assert "<html" not in shown


def test_nothing_new_is_answered_with_nothing(client, ada):
    send(ada)
    version = client.get("/demo/").context["board"].version
    asked = {"path": f"/demo/?version={version}", "headers": {"HX-Request": "true"}}
    assert client.get(**asked).status_code == 204
    send(ada)
    assert client.get(**asked).status_code == 200


def test_what_is_new_is_said(client, ada):
    last = client.get("/demo/").context["board"].last
    send(ada)
    shown = client.get(f"/demo/?last={last}", headers={"HX-Request": "true"})
    assert "New text to Ada Lane." in shown.content.decode()


def test_looking_changes_nothing(client, ada):
    call = send(ada, "voice")
    before = list(DemoMessage.objects.values())
    for _ in range(3):
        page(client, f"?call={call.pk}&key=1")
    assert list(DemoMessage.objects.values()) == before


def test_mail_can_be_filtered_and_read(client, ada):
    factories.deliver_due()
    mail = DemoMessage.objects.get(channel="email", to="ada@example.com")
    shown = page(client, f"?box=ada@example.com&mail={mail.pk}")
    assert f'src="/demo/mails/{mail.pk}"' in shown
    assert "All 1" in shown


def test_a_mail_is_shown_in_a_page_that_can_do_nothing(client, ada):
    factories.deliver_due()
    mail = DemoMessage.objects.filter(channel="email").first()
    response = client.get(f"/demo/mails/{mail.pk}")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_text_is_no_mail(client, ada):
    assert client.get(f"/demo/mails/{send(ada).pk}").status_code == 404


def test_the_outbox_is_a_list_newest_first(client, ada):
    factories.deliver_due()
    text = send(ada)
    sent = client.get("/demo/outbox.json").json()
    assert [one["channel"] for one in sent] == ["sms", "email"]
    assert list(sent[0]) == [
        "id",
        "channel",
        "to",
        "subject",
        "text",
        "links",
        "status",
        "created_at",
    ]
    assert (sent[0]["id"], sent[0]["text"]) == (text.pk, text.text)
    assert sent[0]["status"] == "delivered"
    assert sent[0]["links"] == []
    assert len(sent[1]["links"]) == 1
    assert "/l/" in sent[1]["links"][0]


@pytest.mark.parametrize(
    "to", ["%2B14155550190", "+14155550190", "(415) 555-0190", "14155550190"]
)
def test_the_outbox_of_one_number(client, ada, to):
    send(ada)
    sent = client.get(f"/demo/outbox.json?to={to}").json()
    assert [one["to"] for one in sent] == [NUMBER]


def test_the_outbox_of_one_address(client, ada):
    send(ada)
    sent = client.get("/demo/outbox.json?to=Ada@example.com").json()
    assert [one["channel"] for one in sent] == ["email"]
    assert client.get("/demo/outbox.json?to=nobody@example.com").json() == []


def test_a_failed_text_says_so_in_the_outbox(client, ada):
    DemoPhone.objects.create(number=NUMBER, kind="off")
    send(ada)
    sent = client.get(f"/demo/outbox.json?to={NUMBER}").json()
    assert sent[0]["status"] == "failed"


def test_a_call_in_the_outbox_says_all_that_it_would_say(client, ada):
    send(ada, "voice")
    apart = ", ".join(factories.live_code(ada.gate).code())
    sent = client.get(f"/demo/outbox.json?to={NUMBER}").json()
    assert (sent[0]["channel"], apart in sent[0]["text"]) == ("voice", True)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See http://a.example/l/x. Bye", ["http://a.example/l/x"]),
        ("(https://a.example/b_-)", ["https://a.example/b_-"]),
        ("http://a.example http://a.example", ["http://a.example"]),
        ("@sign.example.com #123456", []),
    ],
)
def test_links_of_a_text(text, links):
    assert outbox.links(text) == links


def test_limits_can_be_forgotten(client, ada):
    assert ada.ask() is Outcome.SENT
    assert ada.ask() is Outcome.WAIT
    assert client.get("/demo/limits/forget").status_code == 405
    client.post("/demo/limits/forget")
    assert ada.ask() is Outcome.SENT


def test_forgetting_limits_gives_no_tries_back(client, ada):
    challenge = ada.must_ask()
    ada.enter(factories.wrong_code(challenge))
    client.post("/demo/limits/forget")
    assert ada.gate.budgets.get(kind="one_time_code").consecutive == 1


def test_every_component_is_on_one_page(client):
    assert client.get("/demo/components/").status_code == 200


def test_two_signers_with_one_phone_share_it(client, ada):
    factories.make_gate("phone", name="Bob Reed")
    send(ada)
    assert "Ada Lane, Bob Reed" in page(client)


@pytest.mark.parametrize(
    "path",
    ["/demo/", "/demo/outbox.json", "/demo/components/", "/demo/mails/1"],
)
def test_without_the_demo_its_pages_are_not_there(client, settings, path):
    settings.ROOT_URLCONF = "config.urls"
    assert client.get(path).status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo:start")


def test_without_the_demo_the_first_page_is_the_workspace(client, settings):
    settings.ROOT_URLCONF = "config.urls"
    assert client.get("/").headers["Location"] == reverse("workspace:requests")


def test_the_page_asks_the_database_little(client, ada, django_assert_max_num_queries):
    for channel in asking.ways(ada.factor()):
        send(ada, channel)
    with django_assert_max_num_queries(12):
        page(client)
