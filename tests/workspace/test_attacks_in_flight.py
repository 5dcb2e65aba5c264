"""What Mal tries while a transaction is out, and what a careless press would do.

The person before, the wrong recipient, the second tab, the member who left:
none of them keeps a way in.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.forms import ChoiceField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from signing.flows import (
    acting,
    correcting,
    launching,
    reassigning,
    renewing,
    resending,
    securing,
    sending,
)
from signing.flows.refusals import RefusedError
from signing.gate import Verdict
from signing.models import Company, Field, Signature, Signer, SignRequest
from tests import factories
from tests.factories import MEMBER_PASSWORD, Browser, signer_of
from tests.signing import in_flight
from tests.signing.pages import SignerClient
from tests.workspace.test_crawl import body_of, changed, snapshot
from tests.workspace.test_second_step import code_now
from verification.channels.memory import outbox as sent_out
from verification.models import (
    Allowance,
    Challenge,
    Delivery,
    Factor,
    Gate,
    TrailEntry,
    User,
)
from verification.outcomes import Outcome
from verification.standing import budget_of
from workspace import attention, company_settings, devices, keys, members
from workspace.models import ApiKey, Concern, Membership, Webhook

pytestmark = pytest.mark.django_db
Kind = Factor.Kind
POLYGLOT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}%s%(name)s"
EVIL = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example/",
    "\t//evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "/%0d%0aSet-Cookie:x=1\r\nX: y",
)


@pytest.fixture
def sent(company, pat) -> SignRequest:
    return factories.make_request(company, pat)


def send_to_nobody(company, pat, *kinds) -> Signer:
    """Send to Ada, who has no email address."""
    draft = factories.make_draft(company, pat, kinds=kinds)
    Gate.objects.filter(signer__request=draft).update(email="")
    sending.send(draft, actor=pat, now=timezone.now())
    return signer_of(draft)


def address(request, what, person="ada") -> str:
    signer = signer_of(request, person).public_id
    kwargs = {"pk": request.public_id, "signer_pk": signer}
    return reverse(f"workspace:{what}", kwargs=kwargs)


def asked_of(signer) -> list[str]:
    rows = Factor.objects.filter(gate__signer=signer, removed_at=None)
    return sorted(rows.values_list("kind", flat=True))


def give_to_cy(signer, actor, **changes):
    facts = {"name": "Cy Dole", "email": "cy@example.com", "reason": "She moved."}
    facts |= {"phone": "+14155550111"} | changes
    now = timezone.now()
    return reassigning.reassign(signer, actor=actor, now=now, **facts)


# The person before


def test_the_person_before_keeps_no_way_in(sent, pat):
    """Not the browser that is inside, nor its codes, nor the code that was told."""
    ada = signer_of(sent)
    inside = SignerClient(ada.gate)
    inside.open_link()
    inside.press("/ask/sms")
    asked = factories.live_code(ada.gate)
    inside.press("/code", code=asked.code())
    assert "Lease" in inside.text
    told = factories.issue(sent).code

    give_to_cy(ada, pat)

    for page in ("", "text", "have-a-code", "consent"):
        assert inside.client.get(f"{inside.home}{page}").status_code == 404, page
    for page, typed in (
        ("have-a-code", told),
        ("code", asked.code()),
        ("review", ""),
        ("sign", ""),
    ):
        facts = {"code": typed, "key": "k1", "link": inside.token}
        answer = inside.client.post(f"{inside.home}{page}", facts)
        assert answer.status_code == 404, page
    assert signer_of_name("Cy Dole").state == Signer.State.INVITED


def signer_of_name(name) -> Signer:
    return Signer.objects.select_related("gate").get(gate__name=name)


def test_the_new_person_need_not_wait_for_what_the_one_before_pressed(
    sent, pat, time_machine
):
    time_machine.move_to(timezone.now())
    ada = Browser(signer_of(sent).gate)
    while ada.ask() is Outcome.SENT:
        time_machine.shift(timedelta(seconds=31))
    give_to_cy(signer_of(sent), pat)
    cy = Browser(signer_of_name("Cy Dole").gate)
    assert cy.ask() is Outcome.SENT


def test_the_account_of_the_person_before_proves_nothing(company, pat):
    factories.make_member(company, "Ada Lane", email="ada@example.com")
    ada = signer_of(factories.make_request(company, pat, kinds=()))
    assert asked_of(ada) == [Kind.ACCOUNT]
    browser = SignerClient(ada.gate)
    browser.client.force_login(User.objects.get(email="ada@example.com"))
    browser.open_link()
    browser.press("/account")
    assert "Lease" in browser.text
    give_to_cy(ada, pat, phone="")
    for page in ("account", "account/mail", "review"):
        assert browser.client.post(f"{browser.home}{page}").status_code == 404
    assert browser.reload().status_code == 404


def test_what_a_wrong_recipient_signed_with_does_not_wait_for_the_right_one(
    company, pat
):
    """Else the document is sealed with the drawing of whoever got the mail first."""
    request = factories.make_request(company, pat, kinds=())
    ada = signer_of(request)
    factories.make_field(ada, kind=Field.Kind.TEXT)
    browser = Browser(ada.gate)
    factories.opening.admit(browser.visit, timezone.now())
    acting.adopt(
        ada, "signature", acting.Drawing("typed-1", "Mal Grey"), timezone.now()
    )
    text = ada.fields.get(kind=Field.Kind.TEXT)
    acting.fill(ada, {str(text.public_id): "Pay Mal"})
    Signer.objects.filter(pk=ada.pk).update(state=Signer.State.VIEWED)

    correcting.change_email(ada, "right@example.com", actor=pat, now=timezone.now())

    assert not Signature.objects.filter(signer=ada).exists()
    text.refresh_from_db()
    ada.refresh_from_db()
    assert text.value == ""
    assert (ada.state, ada.viewed_at) == (Signer.State.INVITED, None)


def test_a_press_of_the_person_before_that_is_still_under_way_writes_nothing(sent, pat):
    """It was let in a moment before the seat changed hands."""
    let_in = signer_of(sent)
    text = factories.make_field(let_in, kind=Field.Kind.TEXT)
    give_to_cy(signer_of(sent), pat)
    drawing = acting.Drawing("typed-1", "Ada Lane")
    assert not acting.adopt(let_in, "signature", drawing, timezone.now())
    assert not acting.fill(let_in, {str(text.public_id): "Pay Mal"})
    text.refresh_from_db()
    assert text.value == ""
    assert not Signature.objects.filter(signer=let_in).exists()


def test_nobody_agrees_or_declines_for_whoever_took_their_seat(company, pat):
    """With nothing to prove, the page's own memory of the visit let them."""
    draft = factories.make_draft(company, pat, kinds=())
    draft.signers.update(role=Signer.Role.APPROVER)
    sending.send(draft, actor=pat, now=timezone.now())
    let_in = signer_of(draft)
    browser = Browser(let_in.gate)
    factories.opening.admit(browser.visit, timezone.now())
    visit, now = browser.visit, timezone.now()
    give_to_cy(signer_of(draft), pat, phone="")
    signed = acting.sign(
        let_in, visit, browser.origin, consented=True, language="en", now=now
    )
    assert signed.outcome == acting.SignOutcome.REFUSED
    verdict = acting.decline(let_in, visit, browser.origin, reason="No.", now=now)
    assert verdict == Verdict.GATE
    let_in.refresh_from_db()
    assert let_in.state == Signer.State.INVITED


def test_a_second_launch_code_ends_what_the_first_one_opened(company, pat):
    """The first was told to the wrong caller, and they have no email to change."""
    ada = send_to_nobody(company, pat)
    first = launching.issue(ada, issuer=pat, now=timezone.now())
    wrong = Client()
    page = wrong.post("/launch", {"code": first.code})["Location"]
    assert wrong.get(page).status_code == 200

    second = launching.issue(ada, issuer=pat, now=timezone.now())

    assert wrong.get(page).status_code == 404
    assert wrong.post(f"{page}review").status_code == 404
    right = Client()
    assert right.post("/launch", {"code": second.code})["Location"] == page
    assert right.get(page).status_code == 200


def test_a_launch_code_is_never_left_alone(as_pat, company, pat):
    """It was told on the phone: whoever listened would be in."""
    ada = send_to_nobody(company, pat, "phone")
    page = address(ada.request, "factors")
    facts = open_form(as_pat, page)
    del facts["factors-use_phone"]
    answer = as_pat.post(page, facts)
    assert "keep a password, a phone code or an identity check" in body_of(answer)
    assert asked_of(ada) == [Kind.PHONE]
    securing.set_access_code(ada, "Lighthouse-43", actor=pat, now=timezone.now())
    in_flight.remove_factor(ada, Kind.PHONE, actor=pat, now=timezone.now())
    assert asked_of(ada) == [Kind.ACCESS_CODE]


def test_a_launch_code_does_not_outlive_the_seat(company, pat):
    ada = send_to_nobody(company, pat)
    code = launching.issue(ada, issuer=pat, now=timezone.now()).code
    browser = Client()
    page = browser.post("/launch", {"code": code})["Location"]
    unused = launching.issue(ada, issuer=pat, now=timezone.now()).code
    correcting.change_email(ada, "ada@example.com", actor=pat, now=timezone.now())
    assert browser.get(page).status_code == 404
    assert "doesn’t work" in Client().post("/launch", {"code": unused}).content.decode()


# Who is asked for an account


def test_a_corrected_address_of_a_member_asks_for_their_account(company, pat):
    factories.make_member(company, "Ada Lane", email="lane@acme.example")
    ada = signer_of(factories.make_request(company, pat, kinds=()))
    assert asked_of(ada) == []
    correcting.change_email(ada, "lane@acme.example", actor=pat, now=timezone.now())
    assert asked_of(ada) == [Kind.ACCOUNT]
    correcting.change_email(ada, "ada@example.com", actor=pat, now=timezone.now())
    assert asked_of(ada) == []


def test_a_new_person_who_is_a_member_signs_in_and_one_who_is_not_does_not(
    company, pat
):
    factories.make_member(company, "Cy Dole", email="cy@example.com")
    ada = signer_of(factories.make_request(company, pat, kinds=()))
    give_to_cy(ada, pat, phone="")
    assert asked_of(ada) == [Kind.ACCOUNT]
    give_to_cy(ada, pat, phone="", name="Eve Orr", email="eve@example.com")
    assert asked_of(ada) == []


def test_taking_the_last_check_from_a_member_leaves_their_account(company, pat):
    factories.make_member(company, "Ada Lane", email="ada@example.com")
    ada = signer_of(factories.make_request(company, pat))
    in_flight.remove_factor(ada, Kind.PHONE, actor=pat, now=timezone.now())
    assert asked_of(ada) == [Kind.ACCOUNT]
    in_flight.remove_factor(ada, Kind.ACCOUNT, actor=pat, now=timezone.now())
    assert asked_of(ada) == [Kind.ACCOUNT]


# Two tabs, two presses


def open_form(client, page) -> dict[str, str]:
    """Open a dialog; return what its form would send untouched."""
    form = client.get(page).context["form"]
    facts = {}
    for field in form:
        value = field.value()
        if value is None and isinstance(field.field, ChoiceField):
            value = field.field.choices[0][0]  # as a browser sends it
        if isinstance(value, list):
            facts[field.html_name] = value
        elif value not in (None, "", False):
            facts[field.html_name] = "on" if value is True else str(value)
    return facts


def test_a_dialog_from_before_takes_no_check_away_that_was_added_since(
    as_pat, sent, pat
):
    page = address(sent, "factors")
    stale = open_form(as_pat, page)
    ada = signer_of(sent)
    securing.set_access_code(ada, "Lighthouse-43", actor=pat, now=timezone.now())
    before = snapshot()
    answer = as_pat.post(page, stale)
    assert "changed meanwhile" in answer.content.decode()
    assert changed(before) == []
    assert asked_of(ada) == [Kind.ACCESS_CODE, Kind.PHONE]


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        ("correct-email", {"email": "ada@example.org"}),
        ("set-password", {"access_code": "Lighthouse-43", "hint": ""}),
    ],
)
def test_what_was_meant_for_the_person_before_does_not_reach_the_new_one(
    as_pat, sent, pat, what, typed
):
    """Or Ada would get the invitation of Cy, or know the password of Cy."""
    page = address(sent, what)
    stale = open_form(as_pat, page) | typed
    give_to_cy(signer_of(sent), pat)
    before = snapshot()
    answer = as_pat.post(page, stale)
    assert "changed meanwhile" in answer.content.decode()
    assert changed(before) == []


def test_a_second_press_reassigns_nobody_again(as_pat, sent):
    page = address(sent, "reassign")
    facts = open_form(as_pat, page) | {
        "name": "Cy Dole",
        "email": "cy@example.com",
        "phone": "+1 415 555 0111",
        "reason": "She moved.",
    }
    assert as_pat.post(page, facts).status_code == 302
    before = snapshot()
    assert "changed meanwhile" in as_pat.post(page, facts).content.decode()
    assert changed(before) == []


def test_a_second_press_sends_no_second_link(as_pat, sent):
    page = address(sent, "new-link")
    facts = open_form(as_pat, page)
    assert as_pat.post(page, facts).status_code == 302
    before = snapshot()
    assert as_pat.post(page, facts).status_code == 200
    assert changed(before) == []


def test_a_number_meant_for_the_person_before_is_not_the_new_ones(as_pat, sent, pat):
    page = f"{reverse('workspace:update-phones')}?pk={sent.public_id}"
    form = as_pat.get(page).context["form"]
    (name,) = form.fields
    stale = {
        "pk": sent.public_id,
        f"initial-{name}": form[name].value(),
        name: "+1 415 555 0122",
    }
    give_to_cy(signer_of(sent), pat)
    answer = as_pat.post(page, stale)
    assert "changed meanwhile" in answer.content.decode()
    assert signer_of_name("Cy Dole").phone == "+14155550111"


def verbs(request, signer):
    """Every way to change a signer in flight, as it was before the end."""
    base = {"reason": "Mine.", "message": "", "hint": ""}
    return {
        "generate-code": base,
        "unlock-and-generate": base,
        "unlock": base,
        "correct-email": base | {"email": "mal@rival.example"},
        "set-password": base | {"access_code": "Lighthouse-99"},
        "factors": base | {"factors-max_tries": "3", "factors-channel": "any"},
        "reassign": base
        | {"name": "Mal", "email": "mal@rival.example", "phone": "+14155550199"},
        "new-link": base,
        "remind-signer": base,
        "launch-code": base,
    }


@pytest.mark.parametrize("end", ["recalled", "declined", "overdue"])
def test_no_press_of_before_works_after_the_end(as_pat, sent, pat, end):
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    signer = signer_of(sent)
    pages = {what: address(sent, what) for what in verbs(sent, signer)}
    if end == "recalled":
        sending.recall(sent, actor=pat, reason="", now=timezone.now())
    elif end == "declined":
        browser = factories.enter_as(sent)
        acting.decline(
            signer, browser.visit, browser.origin, reason="No.", now=timezone.now()
        )
    else:
        SignRequest.objects.update(ends_at=timezone.now())
    before = snapshot()
    for what, facts in verbs(sent, signer).items():
        assert as_pat.post(pages[what], facts).status_code in (200, 302), what
    phone = {"pk": sent.public_id, f"phone-{signer.public_id}": "+14155550122"}
    as_pat.post(reverse("workspace:update-phones"), phone)
    both = {"pk": sent.public_id, "signer": signer.public_id}
    for page in ("resend", "remind"):
        as_pat.post(reverse(f"workspace:{page}"), both)
    assert changed(before) == []


# Codes that a publisher has told


ENDS = {
    "phone": lambda ada, by: correcting.change_phones({ada: "+14155550122"}, **by),
    "email": lambda ada, by: correcting.change_email(ada, "lane@example.com", **by),
    "password": lambda ada, by: securing.set_access_code(ada, "Lighthouse-43", **by),
    "factor": lambda ada, by: in_flight.set_factor(
        ada, Kind.PHONE, channel="voice", **by
    ),
    "person": lambda ada, by: give_to_cy(ada, by["actor"]),
    "link": lambda ada, by: renewing.send_new_link(ada, **by),
    "newer": lambda ada, by: factories.issue(ada.request),
    "setting": lambda ada, by: off_and_on(ada.request.company, by),
    "recall": lambda ada, by: sending.recall(ada.request, reason="", **by),
}


def off_and_on(company, by) -> None:
    company.refresh_from_db()
    for is_on in (False, True):
        company.generate_in_resend = is_on
        company_settings.change(company, ["generate_in_resend"], **by)


@pytest.mark.parametrize("end", ENDS)
def test_a_code_that_was_told_does_not_outlive_what_ends_it(sent, pat, end):
    code = factories.issue(sent).code
    ada = signer_of(sent)
    ENDS[end](ada, {"actor": pat, "now": timezone.now()})
    told = Challenge.objects.filter(channel="alternative").earliest("pk")
    assert told.state == Challenge.State.REPLACED
    assert Browser(ada.gate).redeem(code) is not Outcome.PASSED


def test_asking_reopening_and_resending_leave_it_alive(sent, pat):
    code = factories.issue(sent).code
    browser = Browser(signer_of(sent).gate)
    browser.arrive()
    browser.must_ask()
    resending.resend([signer_of(sent)], actor=pat, now=timezone.now())
    browser.arrive()
    assert browser.redeem(code) is Outcome.PASSED


def test_all_unlocks_together_are_three_a_day(sent, pat, alex):
    """Pat's, Alex's and those with GENERATE are one count; a new link is no fourth."""
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    answers = []
    for number in range(5):
        lock_again(sent)
        verb = (resending.unlock, resending.unlock_and_generate)[number % 2]
        try:
            verb(
                signer_of(sent),
                actor=(pat, alex)[number % 2],
                is_company_admin=bool(number % 2),
                reason="She called.",
                now=timezone.now(),
            )
        except RefusedError as refused:
            answers.append(refused.code)
        else:
            answers.append("unlocked")
    assert answers == ["unlocked"] * 3 + ["unlocked_too_often"] * 2


def lock_again(request) -> None:
    Allowance.objects.all().delete()
    if not budget_of(signer_of(request).gate, "one_time_code").locked_at:
        factories.lock_out(request)


# Members


def invited_by_mal(mal, email="ada@example.com") -> Membership:
    """Mal, who administers another company, invites whom they like."""
    member = mal.memberships.get()
    member.role = Membership.Role.COMPANY_ADMIN
    member.save()
    return members.invite(
        member.company,
        email=email,
        name="Dear Friend",
        role=Membership.Role.PUBLISHER,
        actor=mal,
        now=timezone.now(),
    )


def protect(user) -> None:
    begun = devices.begin(user)
    assert devices.confirm(user, begun.pk, code_now(user))


def test_an_invitation_is_no_leave_to_reset_somebody_s_second_step(mal):
    """Else any company could strip any account of it, unasked."""
    ada = User.objects.create_user("ada@example.com", MEMBER_PASSWORD, name="Ada Lane")
    protect(ada)
    session = Client()
    session.force_login(ada)
    members.reset_second_step(invited_by_mal(mal), actor=mal, now=timezone.now())
    assert devices.is_on(ada)
    assert session.session.get("_auth_user_id")
    assert Delivery.objects.filter(kind="second_step_reset").count() == 0


def test_an_invitation_gives_no_name_of_an_account_away(client, pat, mal, sent):
    """The list offers Mal's own people as senders, and nobody who never came."""
    place = invited_by_mal(mal, pat.email)
    Company.objects.filter(pk=place.company_id).update(members_act_for_each_other=True)
    client.force_login(mal)
    for page in (
        "/workspace/",
        "/workspace/?q=x",
        "/workspace/transactions/export.csv",
    ):
        answer = client.get(page)
        assert "Pat Miller" not in body_of(answer)
    with pytest.raises(RefusedError):
        members.deactivate(
            factories.make_member(place.company, "Lee").memberships.get(),
            heir=place,
            actor=mal,
            now=timezone.now(),
        )


def test_who_signs_for_another_company_by_account_keeps_the_second_step(
    company, pat, mal
):
    """Signing in to sign is not coming to work for whoever sent an invitation."""
    ada = User.objects.create_user("ada@example.com", MEMBER_PASSWORD, name="Ada Lane")
    draft = factories.make_draft(company, pat, kinds=())
    draft.signers.update(login_required=True)
    sending.send(draft, actor=pat, now=timezone.now())
    protect(ada)
    place = invited_by_mal(mal)
    facts = {"username": ada.email, "password": MEMBER_PASSWORD}
    Client().post("/workspace/sign-in/", facts)
    place.refresh_from_db()
    members.reset_second_step(place, actor=mal, now=timezone.now())
    assert devices.is_on(ada)


def test_an_invitation_elsewhere_does_not_stop_one_s_own_admin(alex, pat, mal):
    protect(pat)
    invited_by_mal(mal, pat.email)
    own = Membership.objects.get(user=pat, company__name="Acme Advisors")
    members.reset_second_step(own, actor=alex, now=timezone.now())
    assert not devices.is_on(pat)


def test_who_was_sent_away_hears_nothing_more(company, pat, alex, sent):
    """Neither by email nor by the programs that they had tell them."""
    member = Membership.objects.get(user=pat)
    Membership.objects.filter(pk=member.pk).update(notices="daily")
    Webhook.objects.create(
        company=company,
        member=member,
        url="https://hooks.example/",
        events=["signer.locked"],
        encrypted_secret=b"x",
        created_at=timezone.now(),
    )
    factories.lock_out(sent)
    assert Concern.objects.filter(member=member, told_at=None).exists()
    heir, now = Membership.objects.get(user=alex), timezone.now()
    members.deactivate(member, heir=heir, actor=alex, now=now)
    written = Delivery.objects.count()
    attention.send_digests(now + timedelta(days=2))
    assert Delivery.objects.count() == written
    members.reactivate(member, actor=alex, now=now)
    assert not Webhook.objects.filter(member=member, ended_at=None).exists()


def test_an_admin_who_is_one_no_more_sees_only_their_own_at_once(
    client, company, pat, alex, sent
):
    client.force_login(alex)
    member = Membership.objects.get(user=alex)
    secret = keys.issue(
        member, name="CRM", scopes=[ApiKey.Scope.READ], now=timezone.now()
    ).secret
    page = f"/workspace/transactions/{sent.public_id}/"
    program = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    theirs = f"/api/v1/transactions/{sent.public_id}"
    assert client.get(page).status_code == 200
    assert Client().get(theirs, **program).status_code == 200
    boss = factories.make_admin(company, "Bo Chief")
    members.change_role(member, "publisher", actor=boss, now=timezone.now())
    assert client.get(page).status_code == 404
    assert client.get("/admin/").status_code == 404
    assert Client().get(theirs, **program).status_code == 404


# Bodies, headers, addresses


@pytest.mark.parametrize("evil", EVIL)
def test_no_next_leads_out_of_the_house(as_pat, pat, sent, evil):
    stranger = Client()
    facts = {"username": pat.email, "password": MEMBER_PASSWORD, "next": evil}
    answers = [
        stranger.post("/workspace/sign-in/", facts),
        as_pat.get("/workspace/sign-in/", {"next": evil}),
        as_pat.post(address(sent, "remind-signer"), {"next": evil, "message": ""}),
        as_pat.post(address(sent, "new-link"), open_new_link(as_pat, sent, evil)),
        as_pat.post("/language", {"language": "ja", "next": evil}),
        as_pat.post("/workspace/sign-out/", {"next": evil}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        assert answer.url.partition("?")[0].startswith("/")
        assert not answer.url.startswith(("//", "/\\", "/\t"))
        assert "evil" not in answer.url
        assert "X" not in answer


def open_new_link(client, sent, evil) -> dict[str, str]:
    return open_form(client, address(sent, "new-link")) | {"next": evil}


def test_no_page_that_a_script_names_leads_out_of_the_house(as_pat, sent):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"}
    answer = as_pat.post(
        address(sent, "remind-signer"), {"message": ""}, headers=headers
    )
    assert "evil" not in str(answer.headers)


def test_another_host_in_the_request_is_in_no_email(client, pat, sent):
    for headers in (
        {"HTTP_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
    ):
        client.post("/workspace/password/forgot/", {"email": pat.email}, **headers)
    client.force_login(pat)
    client.post(
        address(sent, "remind-signer"),
        {"message": ""},
        HTTP_X_FORWARDED_HOST="evil.example",
    )
    factories.deliver_due()
    assert len(sent_out) >= 3
    assert "evil" not in str(sent_out)


def test_words_of_people_are_text_on_every_page_and_in_every_email(
    as_pat, pat, company
):
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    pat.name = POLYGLOT[:120]
    pat.save()
    draft = factories.make_draft(company, pat, title=POLYGLOT)
    Gate.objects.filter(signer__request=draft).update(name=POLYGLOT[:120])
    sending.send(draft, actor=pat, now=timezone.now())
    signer, now = draft.signers.select_related("gate").get(), timezone.now()
    base = f"/workspace/transactions/{draft.public_id}"
    as_pat.post(f"{base}/signers/{signer.public_id}/remind/", {"message": POLYGLOT})
    securing.set_access_code(signer, "Light", hint=POLYGLOT, actor=pat, now=now)
    correcting.change_email(signer, "lane@example.com", actor=pat, now=now)
    give_to_cy(signer, pat, name=POLYGLOT, reason=POLYGLOT, drop_access_code=True)
    pages = [base + "/", "/workspace/", "/workspace/?q=script", f"{base}/recall/"]
    pages += [
        f"{base}/signers/{signer.public_id}/{what}/"
        for what in ("factors", "reassign", "new-link", "remind", "email", "password")
    ]
    pages += [
        f"/workspace/transactions/{what}/?pk={draft.public_id}"
        for what in ("phones", "resend", "remind", "recall")
    ]
    for page in pages:
        body = as_pat.get(page).content.decode()
        assert "<script>alert" not in body, page
        assert "<img src=x" not in body, page
    sending.recall(draft, actor=pat, reason=POLYGLOT, now=now)
    factories.deliver_due()
    assert len(sent_out) >= 3
    for message in sent_out:
        assert "<script>alert" not in (message.html or "")
        assert "<img src=x" not in (message.html or "")
        assert "49" not in message.subject
        assert not {"\r", "\n"} & set(message.subject)


def test_a_name_of_two_lines_makes_no_header(as_pat, sent):
    facts = open_form(as_pat, address(sent, "reassign")) | {
        "name": "Cy\r\nBcc: evil@example.com",
        "email": "cy@example.com",
        "phone": "+1 415 555 0111",
        "reason": "x",
    }
    as_pat.post(address(sent, "reassign"), facts)
    factories.deliver_due()
    for message in sent_out:
        assert not {"\r", "\n"} & set(message.subject)


def test_forms_take_only_what_they_show(as_pat, pat, sent):
    mass = {
        "state": "completed",
        "company": "1",
        "sender": "1",
        "role": "company_admin",
        "is_staff": "on",
        "is_superuser": "on",
        "link_version": "9",
        "locked_at": "",
        "attempts": "0",
        "total": "0",
        "digest_on": "2020-01-01",
        "is_company_admin": "on",
        "clears_total": "on",
    }
    as_pat.post("/workspace/notifications/", mass | {"notices": "daily"})
    as_pat.post(address(sent, "remind-signer"), mass | {"message": ""})
    as_pat.post(address(sent, "correct-email"), mass | {"email": "a@example.com"})
    member = Membership.objects.get(user=pat)
    pat.refresh_from_db()
    sent.refresh_from_db()
    assert (member.role, member.notices) == ("publisher", "daily")
    assert (pat.is_staff, pat.is_superuser) == (False, False)
    assert (sent.state, sent.sender_id) == ("sent", pat.pk)
    assert signer_of(sent).gate.link_version == 2


def test_nobody_learns_whether_there_is_an_account(client, pat):
    def shown(page, **facts) -> tuple[int, str, str]:
        answer = Client().post(page, facts)
        body = answer.content.decode().replace(next(iter(facts.values())), "…")
        return answer.status_code, answer.get("Location", ""), without_token(body)

    for page, name in (
        ("/workspace/sign-in/", "username"),
        ("/workspace/password/forgot/", "email"),
    ):
        more = {"password": "wrong"} if name == "username" else {}
        known = shown(page, **{name: pat.email}, **more)
        unknown = shown(page, **{name: "nobody@example.com"}, **more)
        assert known == unknown


def without_token(body: str) -> str:
    lines = body.splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)


def test_signing_in_changes_the_session_that_was_planted(client, pat):
    client.get("/workspace/sign-in/")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    facts = {"username": pat.email, "password": MEMBER_PASSWORD}
    client.post("/workspace/sign-in/", facts)
    assert client.session.session_key != before


def test_guesses_at_launch_codes_are_few_and_name_nobody(company, pat, settings):
    ada = send_to_nobody(company, pat)
    code = launching.issue(ada, issuer=pat, now=timezone.now()).code
    settings.LIMIT_FACTOR = 1
    answers = [Client().post("/launch", {"code": f"AAAA-{n:04}"}) for n in range(12)]
    assert [one.status_code for one in answers] == [200] * 10 + [429] * 2
    bodies = {without_token(one.content.decode()) for one in answers[:10]}
    assert len(bodies) == 1
    assert "Ada Lane" not in bodies.pop()
    assert Client().post("/launch", {"code": code}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.77")
    assert elsewhere.post("/launch", {"code": code}).status_code == 302
    assert not TrailEntry.objects.filter(kind="code_wrong").exists()
