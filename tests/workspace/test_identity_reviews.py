"""Identity checks as reviewers judge them, and as others try to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from signing.flows import identity_review, reassigning, sending
from signing.models import Company, Signer
from tests import factories as make
from tests.factories import Browser, kinds_of, signer_of
from verification.flows import erasing
from verification.identity.base import Facts, Finding, Reason
from verification.identity.naming.differences import Comparison, Difference, Kind
from verification.models import (
    Budget,
    Delivery,
    Factor,
    Grant,
    IdentityCheck,
    IdentityLook,
    TrailEntry,
)
from workspace import review_shown

pytestmark = pytest.mark.django_db
QUEUE = "/workspace/identity/"
State = IdentityCheck.State
HTMX = {"HX-Request": "true"}
EXPIRED = Finding(is_passed=False, reason=Reason.EXPIRED, checks={"expiry": False})
VERBS = ("look-identity", "approve-identity", "reject-identity", "reset-identity")


@pytest.fixture(autouse=True)
def _provable(monkeypatch):
    monkeypatch.setattr(Factor, "PROVABLE", Factor.PROVABLE | {Factor.Kind.IDENTITY})


@pytest.fixture
def lease(company, pat):
    return make.make_identity_request(company, pat, title="Lease 2026")


@pytest.fixture
def ada(lease):
    return Browser(signer_of(lease).gate)


@pytest.fixture
def check(lease, ada):
    return make.make_identity_check(lease, browser=ada)


@pytest.fixture
def quinn(company):
    """Publishes for Acme too, but did not send the lease."""
    return make.make_member(company, "Quinn Otto")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def at(name, check, *more):
    return reverse(f"workspace:{name}", args=[check.public_id, *more])


def body(response) -> str:
    return response.content.decode()


def seen_in(page) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def state():
    """All that these verbs could change, for comparing."""
    models = (IdentityCheck, IdentityLook, Budget, Grant, Delivery, TrailEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


# The queue


def test_who_waits_longest_comes_first_and_is_counted_in_the_top_bar(
    as_pat, company, pat, check
):
    later = make.make_identity_request(company, pat, people=("bob",), title="Fees")
    make.make_identity_check(later, "bob")
    page = body(as_pat.get(QUEUE))
    assert page.index("Ada Lane") < page.index("Bob Reed")
    assert "topbar-count" in page
    assert "topbar-count" in body(as_pat.get("/workspace/"))
    assert as_pat.get("/workspace/").wsgi_request.waiting_checks == "2"


def test_an_empty_queue_says_what_it_is_for(as_pat):
    page = body(as_pat.get(QUEUE))
    assert "Nobody has shown an ID yet" in page
    assert "topbar-count" not in page


def test_when_all_are_decided_nobody_waits(as_pat, check, pat):
    identity_review.approve(check, actor=pat, now=timezone.now())
    assert "Nobody waits for you" in body(as_pat.get(QUEUE))
    decided = body(as_pat.get(QUEUE, {"show": "decided"}))
    assert "Ada Lane" in decided
    assert "Pat Miller" in decided


def test_what_failed_by_machine_has_a_tab_of_its_own(as_pat, lease, ada):
    make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert "Ada Lane" not in body(as_pat.get(QUEUE))
    failed = body(as_pat.get(QUEUE, {"show": "failed"}))
    assert "This document has expired." in failed


def test_who_passed_since_or_has_signed_is_not_among_the_failed(
    as_pat, company, pat, lease, ada
):
    def listed():
        return "Ada Lane" in body(as_pat.get(QUEUE, {"show": "failed"}))

    make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert listed()
    second = make.make_identity_check(lease, browser=ada)
    assert listed()
    identity_review.approve(second, actor=pat, now=timezone.now())
    assert not listed()
    Factor.objects.update(proven_at=timezone.now())
    IdentityCheck.objects.filter(pk=second.pk).delete()
    assert not listed()
    make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert listed()
    lease.signers.update(state=Signer.State.SIGNED)
    assert not listed()
    lease.signers.update(state=Signer.State.INVITED)
    sending.recall(lease, actor=pat, reason="", now=timezone.now())
    assert not listed()


def test_a_search_finds_people_and_titles(as_pat, check):
    for words in ("lane", "lease 2026"):
        assert "Is this" not in body(as_pat.get(QUEUE, {"q": words}))
        assert "Ada Lane" in body(as_pat.get(QUEUE, {"q": words}))
    page = body(as_pat.get(QUEUE, {"q": "nobody"}))
    assert "No identity check matches “nobody”." in page


def test_pages_go_by_key_there_and_back(as_pat, company, pat, monkeypatch):
    monkeypatch.setattr("workspace.reviews.PAGE", 2)
    now = timezone.now()
    for number in range(5):
        request = make.make_identity_request(company, pat, title=f"Paper {number}")
        check = make.make_identity_check(request, sides=())
        sent_at = now + timedelta(minutes=number)
        IdentityCheck.objects.filter(pk=check.pk).update(sent_at=sent_at)
    shown, address = [], QUEUE
    while address:
        page = as_pat.get(address).context["page"]
        shown.append([row.request.title[-1] for row in page.rows])
        last, address = page, page.after
    assert shown == [["0", "1"], ["2", "3"], ["4"]]
    back = as_pat.get(last.before).context["page"]
    assert [row.request.title[-1] for row in back.rows] == ["2", "3"]
    first = as_pat.get(back.before).context["page"]
    assert [row.request.title[-1] for row in first.rows] == ["0", "1"]
    assert first.before == ""


def test_the_queue_costs_the_same_for_one_and_for_many(
    as_pat, company, pat, check, django_assert_num_queries
):
    with django_assert_num_queries(7):
        as_pat.get(QUEUE)
    for number in range(4):
        request = make.make_identity_request(company, pat, title=f"Paper {number}")
        make.make_identity_check(request, sides=())
    with django_assert_num_queries(7):
        as_pat.get(QUEUE)


def test_nonsense_in_the_address_is_left_out(as_pat, check):
    for query in ("after=x", "before=1-x", "show=zz", "q=%00", "after=9" * 40):
        assert as_pat.get(f"{QUEUE}?{query}").status_code == 200


# One check


def test_the_page_tells_facts_checks_and_names(as_pat, check):
    page = body(as_pat.get(at("identity-check", check)))
    for words in (
        "Is this Ada Lane?",
        "May 12, 1984",
        "Jan. 1, 2035",
        "… Z89",
        "Passport",
        "The check digits are right.",
        "The document is still valid.",
        "It is from the country that the signer chose.",
        "(not checked)",
        "The names match.",
        "Only a provider compares them by machine.",
    ):
        assert words in page, words


def test_the_comparison_of_names_is_explained(as_pat, lease, ada):
    compared = Comparison(
        is_match=False,
        level="strict",
        strictest="lenient",
        differences=(Difference(Kind.SPELLING, "Ada", "Aba"),),
    )
    finding = Finding(
        None,
        Facts(full_name="Aba Lane"),
        checks={"name": False},
        comparison=compared.as_json(),
    )
    check = make.make_identity_check(lease, browser=ada, finding=finding)
    page = body(as_pat.get(at("identity-check", check)))
    assert "“Ada” and “Aba” are spelled a little differently." in page
    assert "The names do not match." in page
    assert "The name is too far from the one you sent it to." in page


def test_what_was_read_is_escaped(as_pat, lease, ada):
    finding = Finding(None, Facts(full_name="<script>alert(1)</script>"))
    check = make.make_identity_check(lease, browser=ada, finding=finding)
    assert "<script>alert" not in body(as_pat.get(at("identity-check", check)))


def test_a_check_that_was_not_sent_is_its_signers_alone(as_pat, check):
    IdentityCheck.objects.update(state=State.OPEN, sent_at=None)
    assert as_pat.get(at("identity-check", check)).status_code == 404
    assert as_pat.post(at("look-identity", check)).status_code == 404


def test_the_page_costs_the_same_for_one_try_and_for_many(
    as_pat, lease, ada, django_assert_num_queries
):
    check = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    with django_assert_num_queries(12):
        as_pat.get(at("identity-check", check))
    for _try in range(2):
        make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    with django_assert_num_queries(12):
        as_pat.get(at("identity-check", check))


# The pictures


def picture(check, side="front"):
    return at("identity-picture", check, side)


def test_pictures_are_shown_after_a_press_and_the_look_is_written_down(
    as_pat, lease, check
):
    page = body(as_pat.get(at("identity-check", check)))
    assert picture(check) not in page
    assert "2 pictures are kept encrypted." in page
    assert as_pat.get(picture(check)).status_code == 404
    response = as_pat.post(at("look-identity", check))
    assert response.url == f"{at('identity-check', check)}#pictures"
    assert kinds_of(lease.trail)[-1] == "identity_looked"
    assert picture(check) in body(as_pat.get(at("identity-check", check)))
    shown = as_pat.get(picture(check))
    assert shown.content == make.make_jpeg()
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Cache-Control"] == "private, no-store"
    assert shown["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown["X-Content-Type-Options"] == "nosniff"


def test_a_get_of_the_page_and_of_pictures_writes_nothing(as_pat, check):
    as_pat.post(at("look-identity", check))
    before = state()
    for address in (
        QUEUE,
        at("identity-check", check),
        picture(check),
        at("approve-identity", check),
        at("reject-identity", check),
        at("reset-identity", check),
    ):
        as_pat.get(address)
    assert as_pat.get(at("look-identity", check)).status_code == 405
    assert state() == before


def test_a_look_ends_after_ten_minutes(as_pat, check, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    as_pat.post(at("look-identity", check))
    time_machine.shift(timedelta(minutes=10, seconds=-1))
    assert as_pat.get(picture(check)).status_code == 200
    time_machine.shift(timedelta(seconds=1))
    assert as_pat.get(picture(check)).status_code == 404
    assert picture(check) not in body(as_pat.get(at("identity-check", check)))


def test_the_look_of_one_member_opens_nothing_for_another(as_pat, check, alex):
    as_pat.post(at("look-identity", check))
    assert signed_in(alex).get(picture(check)).status_code == 404


def test_a_look_at_one_check_opens_no_other(as_pat, company, pat, check):
    other = make.make_identity_check(make.make_identity_request(company, pat))
    as_pat.post(at("look-identity", check))
    assert as_pat.get(picture(other)).status_code == 404
    assert as_pat.get(picture(check, "back")).status_code == 404
    assert as_pat.get(picture(check, "nonsense")).status_code == 404


def test_a_picture_whose_file_is_gone_is_not_found(as_pat, check):
    as_pat.post(at("look-identity", check))
    check.pictures.get(side="front").file.delete(save=False)
    assert as_pat.get(picture(check)).status_code == 404


def test_after_erasing_nothing_is_left_to_see(as_pat, check, pat):
    identity_review.approve(check, actor=pat, now=timezone.now())
    as_pat.post(at("look-identity", check))
    erasing.erase_due(timezone.now() + timedelta(days=40))
    assert as_pat.get(picture(check)).status_code == 404
    page = body(as_pat.get(at("identity-check", check)))
    assert "The pictures were erased" in page
    assert "Z89" not in page


# Yes, no, once more


def test_approving_asks_first_and_leads_back_to_the_queue(as_pat, check):
    dialog = body(as_pat.get(at("approve-identity", check), headers=HTMX))
    assert dialog.lstrip().startswith("<dialog")
    response = as_pat.post(at("approve-identity", check), {"seen": seen_in(dialog)})
    assert response.url == QUEUE
    assert said(response) == ["The ID of Ada Lane is accepted. We tell them by email."]
    check.refresh_from_db()
    assert check.state == State.PASSED
    assert not Grant.objects.exists()  # the signer goes on, nobody else for them


def test_approving_waits_until_the_pictures_were_shown(as_pat, lease, ada):
    check = make.make_identity_check(lease, browser=ada, is_seen=False)
    approving = at("approve-identity", check)
    page = body(as_pat.get(at("identity-check", check)))
    assert approving not in page
    assert 'aria-disabled="true"' in page
    assert "Look at the pictures first." in page
    before = state()
    dialog = body(as_pat.post(approving, {"seen": ""}))
    assert "Look at the pictures first." in dialog
    assert state() == before
    as_pat.post(at("look-identity", check))
    assert approving in body(as_pat.get(at("identity-check", check)))
    as_pat.post(approving, {"seen": ""})
    check.refresh_from_db()
    assert check.state == State.PASSED


def test_approving_twice_says_who_was_first(as_pat, check, pat):
    dialog = body(as_pat.get(at("approve-identity", check), headers=HTMX))
    sent = {"seen": seen_in(dialog)}
    as_pat.post(at("approve-identity", check), sent)
    before = state()
    page = body(as_pat.post(at("approve-identity", check), sent, headers=HTMX))
    assert "Pat Miller has approved this meanwhile." in page
    assert state() == before


def test_two_reviewers_at_once_one_wins_and_the_other_reads_why(as_pat, check, alex):
    admin = signed_in(alex)
    dialog = body(as_pat.get(at("approve-identity", check), headers=HTMX))
    other = body(admin.get(at("reject-identity", check), headers=HTMX))
    admin.post(at("reject-identity", check), {"seen": seen_in(other), "reason": "dark"})
    page = body(
        as_pat.post(
            at("approve-identity", check), {"seen": seen_in(dialog)}, headers=HTMX
        )
    )
    assert "Alex Stone has rejected this meanwhile." in page
    check.refresh_from_db()
    assert check.state == State.FAILED


def reject(client, check, **sent):
    dialog = body(client.get(at("reject-identity", check), headers=HTMX))
    sent = {"seen": seen_in(dialog), "reason": "dark"} | sent
    return client.post(at("reject-identity", check), sent)


def test_a_reason_is_chosen_written_or_both(as_pat, lease, ada, check):
    assert reject(as_pat, check, words="Move to the window.").status_code == 302
    check.refresh_from_db()
    assert check.note == (
        "The picture is too dark or blurred. Please take it again. Move to the window."
    )
    again = make.make_identity_check(lease, browser=ada)
    response = reject(as_pat, again, reason="own", words=" ")
    assert "Write in a few words what is wrong." in body(response)
    assert reject(as_pat, again, reason="own", words="Wrong card.").status_code == 302
    again.refresh_from_db()
    assert again.note == "Wrong card."


@pytest.mark.parametrize("sent", [{"reason": ""}, {"reason": "zz"}])
def test_a_rejection_without_a_reason_changes_nothing(as_pat, check, sent):
    response = reject(as_pat, check, **sent)
    assert response.status_code == 200
    check.refresh_from_db()
    assert check.state == State.WAITING


def test_who_failed_by_machine_is_approved_by_hand(as_pat, lease, ada):
    check = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    dialog = body(as_pat.get(at("approve-identity", check), headers=HTMX))
    assert "A machine said no to this." in dialog
    as_pat.post(at("approve-identity", check), {"seen": seen_in(dialog)})
    check.refresh_from_db()
    assert check.state == State.PASSED


def test_tries_are_reset_with_a_reason(as_pat, lease, ada):
    check = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert "Reset tries" in body(as_pat.get(at("identity-check", check)))
    refused = body(as_pat.post(at("reset-identity", check), {"reason": " "}))
    assert "Write in a few words why." in refused
    response = as_pat.post(at("reset-identity", check), {"reason": "It was dark."})
    assert response.url == at("identity-check", check)
    assert Budget.objects.get(kind="identity").consecutive == 0
    again = body(as_pat.get(at("reset-identity", check), headers=HTMX))
    assert "Ada Lane has all tries" in again


def test_who_is_locked_is_unlocked_on_the_page_of_the_transaction_too(
    as_pat, lease, ada
):
    for _try in range(3):
        make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    address = reverse(
        "workspace:unlock", args=[lease.public_id, signer_of(lease).public_id]
    )
    page = body(as_pat.get(address))
    assert "The identity check failed too often." in page
    assert "The code was typed" not in page
    assert as_pat.post(address, {"reason": "We talked."}).status_code == 302
    assert Budget.objects.get(kind="identity").locked_at is None


def test_after_a_recall_the_dialogs_say_that_it_is_over(as_pat, lease, check, pat):
    dialog = body(as_pat.get(at("approve-identity", check), headers=HTMX))
    sending.recall(lease, actor=pat, reason="", now=timezone.now())
    before = state()
    page = body(as_pat.post(at("approve-identity", check), {"seen": seen_in(dialog)}))
    assert "This transaction is over." in page
    assert reject(as_pat, check).status_code == 200
    as_pat.post(at("reset-identity", check), {"reason": "x"})
    assert state() == before


def test_a_member_who_signs_does_not_judge_their_own_id(company, pat):
    request = make.make_identity_request(company, pat)
    check = make.make_identity_check(request)
    ada = signed_in(make.make_admin(company, "Ada Lane", email="ada@example.com"))
    page = body(ada.get(at("identity-check", check)))
    assert "This is your own ID." in page
    assert at("approve-identity", check) not in page
    before = state()
    ada.post(at("approve-identity", check), {"seen": ""})
    reject(ada, check)
    assert state() == before


# Others


def test_mal_of_another_company_finds_nothing(as_mal, check):
    before = state()
    assert "Ada Lane" not in body(as_mal.get(QUEUE, {"q": "lane"}))
    assert as_mal.get(at("identity-check", check)).status_code == 404
    assert as_mal.get(picture(check)).status_code == 404
    sent = {"seen": "", "reason": "dark"}
    for verb in VERBS:
        assert as_mal.get(at(verb, check)).status_code in (404, 405)
        assert as_mal.post(at(verb, check), sent).status_code == 404
    assert state() == before


def test_another_publisher_sees_it_only_when_members_act_for_each_other(
    company, check, quinn
):
    client = signed_in(quinn)
    addresses = [at("identity-check", check), at("approve-identity", check)]
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    assert client.post(at("look-identity", check)).status_code == 404
    assert "Ada Lane" not in body(client.get(QUEUE))
    Company.objects.update(members_act_for_each_other=True)
    assert [client.get(one).status_code for one in addresses] == [200, 200]
    assert "Ada Lane" in body(client.get(QUEUE))


def test_a_company_admin_sees_all_of_the_company(alex, check):
    client = signed_in(alex)
    assert "Ada Lane" in body(client.get(QUEUE))
    assert client.post(at("look-identity", check)).status_code == 302
    assert client.get(picture(check)).status_code == 200


def test_forged_posts_are_refused(pat, check):
    client = Client(enforce_csrf_checks=True)
    client.force_login(pat)
    before = state()
    for verb in VERBS:
        response = client.post(at(verb, check), {"reason": "dark", "seen": ""})
        assert response.status_code == 403
    assert state() == before


def test_a_stranger_is_led_to_sign_in(client, check):
    for name in ("identity-check", "approve-identity"):
        assert "/sign-in/" in client.get(at(name, check)).url
    assert "/sign-in/" in client.get(picture(check)).url
    assert "/sign-in/" in client.post(at("look-identity", check)).url


def test_the_id_of_the_person_before_keeps_their_name_and_is_nobodys_to_help(
    as_pat, lease, ada, pat
):
    failed = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert "Ada Lane" in body(as_pat.get(QUEUE, {"show": "failed"}))
    reassigning.reassign(
        signer_of(lease),
        name="Bob Reed",
        email="bob@example.com",
        reason="Ada is away.",
        actor=pat,
        now=timezone.now(),
    )
    assert str(failed.public_id) not in body(as_pat.get(QUEUE, {"show": "failed"}))
    page = body(as_pat.get(at("identity-check", failed)))
    assert "Is this Ada Lane?" in page
    assert "Is this Bob Reed?" not in page


# The timeline


def test_the_timeline_tells_all_of_it(as_pat, lease, ada, pat):
    now = timezone.now()
    for _try in range(2):
        check = make.make_identity_check(lease, browser=ada)
        identity_review.reject(check, "It is dark.", actor=pat, now=now)
    failed = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    identity_review.reset(
        signer_of(lease), actor=pat, is_company_admin=False, reason="Lamp", now=now
    )
    as_pat.post(at("look-identity", failed))
    identity_review.approve(failed, actor=pat, now=now)
    address = reverse("workspace:request", args=[lease.public_id])
    assert "It is dark. 2 tries left." in body(as_pat.get(address))
    erasing.erase_due(now + timedelta(days=40))
    page = body(as_pat.get(address))
    assert "It is dark." not in page
    for words in (
        "Ada Lane began to show an ID",
        "Ada Lane sent an ID, try 2",
        "The ID of Ada Lane waits for review",
        "Pat Miller rejected the ID of Ada Lane",
        "2 tries left.",
        "The identity check of Ada Lane failed",
        "This document has expired. 0 tries left.",
        "Ada Lane is locked: too many identity checks failed",
        "Pat Miller let Ada Lane show an ID again, with all tries",
        "Pat Miller looked at the pictures of Ada Lane",
        "Pat Miller approved the ID of Ada Lane",
        "The pictures of the ID of Ada Lane were erased",
        "number ending in Z89",
    ):
        assert words in page, words


@pytest.mark.parametrize(("day", "ends"), [(5, " (expired)"), (6, "2026")])
def test_that_a_document_has_expired_is_said_in_words(day, ends, time_machine):
    time_machine.move_to("2026-03-06T12:00:00Z", tick=False)
    facts = Facts(expires_on=date(2026, 3, day))
    ((_label, value, _tone),) = review_shown.lines_of(
        facts, IdentityCheck(), timezone.now()
    )
    assert value.endswith(ends)
