from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from signing.flows import sending
from signing.models import SignRequest
from tests import factories
from verification import delivery
from verification.channels.base import Fate, Reason, Report
from verification.models import Delivery
from workspace.listing import PAGE

LIST = "/workspace/"


def lock(request: SignRequest) -> None:
    """Let Ada type three wrong codes."""
    browser = factories.Browser(request.signers.get().gate)
    challenge = browser.must_ask()
    for number in (1, 2, 3):
        browser.enter(factories.wrong_code(challenge, number))


def bounce(request: SignRequest) -> None:
    """Let the last email to Ada come back."""
    gate = factories.signer_of(request).gate
    last = Delivery.objects.filter(gate=gate, channel="email").latest("pk")
    report = Report(last.provider_id, Fate.FAILED, Reason.BOUNCED)
    assert delivery.record_report(last.pk, report, timezone.now())


def titles(response) -> list[str]:
    return [row.request.title for row in response.context["page"].rows]


def test_publishers_see_their_own_and_admins_all(client, company, pat, alex):
    factories.make_draft(company, pat, title="By Pat")
    factories.make_draft(company, alex, title="By Alex")
    client.force_login(pat)
    assert titles(client.get(LIST)) == ["By Pat"]
    client.force_login(alex)
    assert titles(client.get(LIST)) == ["By Alex", "By Pat"]


def test_members_may_act_for_each_other_where_the_company_says_so(
    as_pat, company, alex
):
    factories.make_draft(company, alex, title="By Alex")
    company.members_act_for_each_other = True
    company.save()
    assert titles(as_pat.get(LIST)) == ["By Alex"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lease", ["Lease 2026"]),
        ("BOB", ["Power of attorney"]),
        ("bob@example", ["Power of attorney"]),
        ("0173", ["Power of attorney"]),
        ("(415) 555-0190", ["Lease 2026"]),
        ("nothing like it", []),
        ("%", []),
        ("\0", ["Power of attorney", "Lease 2026"]),
    ],
)
def test_search_by_title_person_and_phone(as_pat, company, pat, words, found):
    factories.make_draft(company, pat, title="Lease 2026", people=("ada",))
    factories.make_draft(company, pat, title="Power of attorney", people=("bob",))
    assert titles(as_pat.get(LIST, {"q": words})) == found


def test_tabs_show_states(as_pat, company, pat):
    factories.make_draft(company, pat, title="A draft")
    factories.make_request(company, pat, title="Out there")
    recalled = factories.make_request(company, pat, title="Taken back")
    sending.recall(recalled, actor=pat, reason="Wrong", now=timezone.now())
    assert titles(as_pat.get(LIST, {"show": "drafts"})) == ["A draft"]
    assert titles(as_pat.get(LIST, {"show": "waiting"})) == ["Out there"]
    assert titles(as_pat.get(LIST, {"show": "recalled"})) == ["Taken back"]
    assert titles(as_pat.get(LIST, {"show": "completed"})) == []
    assert len(titles(as_pat.get(LIST, {"show": "nonsense"}))) == 3


def test_locked_and_unreached_signers_need_attention(as_pat, company, pat):
    locked = factories.make_request(company, pat, title="Locked")
    lock(locked)
    unreached = factories.make_request(company, pat, title="Unreached")
    bounce(unreached)
    factories.make_request(company, pat, title="All is well")
    response = as_pat.get(LIST, {"show": "attention"})
    assert titles(response) == ["Unreached", "Locked"]
    page = response.content.decode()
    assert "The email came back." in page
    assert "Locked: 3 wrong codes" in page
    tab = next(tab for tab in response.context["tabs"] if tab.count)
    assert tab.count == "2"


def test_who_has_signed_needs_no_attention(as_pat, company, pat):
    request = factories.make_request(company, pat, people=("ada", "bob"))
    factories.sign_as(request)
    bounce(request)
    assert titles(as_pat.get(LIST, {"show": "attention"})) == []


@pytest.fixture
def many(company, pat) -> list[str]:
    """45 drafts, two of each moment; returns their titles, newest first."""
    start = timezone.now()
    made = []
    for number in range(45):
        draft = factories.make_draft(
            company, pat, people=("ada", "bob"), title=f"No {number:02d}"
        )
        at = start - timedelta(minutes=number // 2)
        SignRequest.objects.filter(pk=draft.pk).update(created_at=at, changed_at=at)
        made.append((at, draft.pk, draft.title))
    return [title for _at, _pk, title in sorted(made, reverse=True)]


def test_pages_forth_and_back_show_every_row_once(as_pat, many):
    assert PAGE == 20
    first = as_pat.get(LIST)
    second = as_pat.get(first.context["after"])
    third = as_pat.get(second.context["after"])
    assert titles(first) + titles(second) + titles(third) == many
    assert not first.context["before"]
    assert not third.context["after"]
    assert titles(as_pat.get(third.context["before"])) == titles(second)
    back = as_pat.get(second.context["before"])
    assert titles(back) == titles(first)
    assert not back.context["before"]


@pytest.mark.parametrize(
    "key", ["x", "1-", "-", "9" * 40 + "-1", "1-" + "9" * 40, "²-1"]
)
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_made_up_key_is_no_error(as_pat, key, side):
    assert as_pat.get(LIST, {side: key}).status_code == 200


def test_the_list_takes_the_same_queries_for_one_row_and_for_many(
    as_pat, company, pat, django_assert_num_queries
):
    factories.make_request(company, pat)
    # Session, user, second step, membership, attention, keys, rows, signers,
    # budgets, deliveries.
    with django_assert_num_queries(10):
        as_pat.get(LIST)
    for _ in range(5):
        factories.make_request(company, pat, people=("ada", "bob"))
    with django_assert_num_queries(10):
        as_pat.get(LIST)


def test_nothing_yet_and_nothing_found_say_so(as_pat):
    assert "Send your first document" in as_pat.get(LIST).content.decode()
    page = as_pat.get(LIST, {"q": "<b>lane"}).content.decode()
    assert "No transaction matches “&lt;b&gt;lane”." in page
