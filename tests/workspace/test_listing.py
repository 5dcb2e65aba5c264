from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from signing.flows import acting, resending, sending
from signing.models import SignRequest
from signing.searching import wanted
from tests import factories
from verification import delivery
from verification.channels.base import Fate, Reason, Report
from verification.flows import locking
from verification.models import Delivery, Gate
from workspace import listing
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


@pytest.fixture(params=["near", "far"])
def lies(request, monkeypatch) -> None:
    """What is searched for is among the newest, or far beyond them."""
    if request.param == "far":
        monkeypatch.setattr(listing, "LOOKED_THROUGH", 0)


FOUND = {
    "lease": ["Lease 2026"],
    "BOB": ["Power of attorney"],
    "bob@example": ["Power of attorney"],
    "0173": ["Power of attorney"],
    "190": ["Lease 2026"],
    "(415) 555-0190": ["Lease 2026"],
    "0415 5550190": ["Lease 2026"],
    "０１９０": ["Lease 2026"],
    "2026 lane lease": ["Lease 2026"],
    "lane attorney": [],
    "la": ["Lease 2026"],
    "of": ["Power of attorney"],
    "as": [],
    "nothing like it": [],
    "%": [],
    "l_ase": [],
    "le\\ase": [],
    "' OR 1=1 --": [],
    "\0": ["Power of attorney", "Lease 2026"],
}


@pytest.mark.usefixtures("lies")
def test_search_by_title_person_and_phone(as_pat, company, pat):
    factories.make_draft(company, pat, title="Lease 2026", people=("ada",))
    factories.make_draft(company, pat, title="Power of attorney", people=("bob",))
    for words, found in FOUND.items():
        assert titles(as_pat.get(LIST, {"q": words})) == found, words


@pytest.mark.usefixtures("lies")
def test_two_signs_are_found_where_a_word_begins(as_pat, company, pat):
    draft = factories.make_draft(company, pat, title="賃貸契約")
    signer = draft.signers.get()
    Gate.objects.filter(pk=signer.gate_id).update(name="大谷 美奈")
    for words in ("大谷", "美奈", "賃貸", "貸契約"):
        assert titles(as_pat.get(LIST, {"q": words})) == ["賃貸契約"]
    assert titles(as_pat.get(LIST, {"q": "契約"})) == []


@pytest.mark.usefixtures("lies")
def test_mal_searches_his_own_company_only(as_mal, company, pat):
    factories.make_request(company, pat, title="Lease 2026")
    for words in ("lease", "ada", "0190"):
        page = as_mal.get(LIST, {"q": words, "sender": pat.pk})
        assert titles(page) == []
        assert "Ada Lane" not in page.content.decode()


def test_a_search_stays_within_tab_and_filters(as_pat, company, pat):
    factories.make_draft(company, pat, title="Lease, to be sent")
    factories.make_request(company, pat, title="Lease, out there")
    found = as_pat.get(LIST, {"q": "lease", "show": "waiting"})
    assert titles(found) == ["Lease, out there"]
    nothing = as_pat.get(LIST, {"q": "lease", "show": "expired"}).content.decode()
    assert "This searched only what the tab and the filters show." in nothing


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


def test_who_came_or_got_in_all_the_same_needs_no_attention(
    as_pat, company, pat, time_machine
):
    """A false "undelivered" is no trouble: nothing on the page would help."""
    time_machine.move_to(timezone.now(), tick=False)
    came, inside = (
        factories.make_request(company, pat, title=title) for title in ("Came", "In")
    )
    time_machine.shift(60)
    factories.Browser(factories.signer_of(came).gate)
    bounce(came)
    ada = factories.Browser(factories.signer_of(inside).gate)
    challenge = ada.must_ask()
    factories.deliver_due()
    text = Delivery.objects.get(challenge=challenge)
    report = Report(text.provider_id, Fate.FAILED, Reason.CARRIER)
    assert delivery.record_report(text.pk, report, timezone.now())
    assert titles(as_pat.get(LIST, {"show": "attention"})) == ["In"]
    time_machine.shift(60)
    ada.enter()
    acting.mark_viewed(factories.signer_of(inside), ada.origin, timezone.now())
    assert titles(as_pat.get(LIST, {"show": "attention"})) == []
    rows = as_pat.get(LIST).context["page"].rows
    assert [(row.chip.words, row.why) for row in rows] == [
        ("Viewed", "Ada is reading"),
        ("Sent", "Ada is at the gate"),
    ]


def test_who_has_signed_needs_no_attention(as_pat, company, pat):
    request = factories.make_request(company, pat, people=("ada", "bob"))
    factories.sign_as(request)
    bounce(request)
    assert titles(as_pat.get(LIST, {"show": "attention"})) == []


def test_a_new_message_that_arrives_ends_the_trouble(as_pat, company, pat):
    request = factories.make_request(company, pat)
    bounce(request)
    assert titles(as_pat.get(LIST, {"show": "attention"})) == [request.title]
    resending.resend(request.signers.all(), actor=pat, now=timezone.now())
    factories.deliver_due()
    assert titles(as_pat.get(LIST, {"show": "attention"})) == []


def test_what_is_unlocked_or_recalled_is_out_of_trouble(as_pat, company, pat):
    unlocked = factories.make_request(company, pat, title="Unlocked")
    recalled = factories.make_request(company, pat, title="Recalled")
    lock(unlocked)
    lock(recalled)
    gate, now = factories.signer_of(unlocked).gate, timezone.now()
    locking.unlock(gate, actor="Pat", reason="Called", clears_total=False, now=now)
    sending.recall(recalled, actor=pat, reason="Wrong", now=now)
    assert titles(as_pat.get(LIST, {"show": "attention"})) == []
    assert not SignRequest.objects.exclude(attention_since=None).exists()


def test_more_than_99_in_trouble_are_99_and_more(as_pat, company, pat, monkeypatch):
    for number in range(3):
        bounce(factories.make_request(company, pat, title=f"No {number}"))
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    tabs = as_pat.get(LIST).context["tabs"]
    assert next(tab.count for tab in tabs if tab.count) == "2+"


def test_the_newest_change_comes_first_and_a_code_is_none(as_pat, company, pat):
    opened = factories.make_request(company, pat, title="Opened since")
    factories.make_request(company, pat, title="Sent after it")
    browser = factories.Browser(opened.signers.get().gate)
    assert titles(as_pat.get(LIST)) == ["Opened since", "Sent after it"]
    factories.make_request(company, pat, title="Sent last")
    browser.must_ask()
    factories.deliver_due()
    assert titles(as_pat.get(LIST))[0] == "Sent last"


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("", ["Old, just changed", "New"]),
        ("quiet", ["New", "Old, just changed"]),
        ("newest", ["New", "Old, just changed"]),
        ("oldest", ["Old, just changed", "New"]),
        ("nonsense", ["Old, just changed", "New"]),
    ],
)
def test_the_order_is_in_the_address(as_pat, company, pat, sort, found):
    old = factories.make_draft(company, pat, title="Old, just changed")
    new = factories.make_draft(company, pat, title="New")
    SignRequest.objects.filter(pk=new.pk).update(changed_at=old.created_at)
    page = as_pat.get(LIST, {"sort": sort})
    assert titles(page) == found
    if sort in ("quiet", "newest", "oldest"):
        assert all(f"sort={sort}" in tab.address for tab in page.context["tabs"])


def test_who_sees_all_may_choose_a_sender(client, company, pat, alex, mal):
    factories.make_draft(company, pat, title="By Pat")
    factories.make_draft(company, alex, title="By Alex")
    client.force_login(alex)
    page = client.get(LIST, {"sender": pat.pk})
    assert titles(page) == ["By Pat"]
    choices = dict(page.context["senders"])
    assert choices == {pat.pk: pat.name, alex.pk: alex.name}
    for made_up in (str(mal.pk), "0", "-1", "9" * 30, "x"):
        assert "By Mal" not in titles(client.get(LIST, {"sender": made_up}))
    client.force_login(pat)
    own = client.get(LIST, {"sender": alex.pk})
    assert titles(own) == []
    assert own.context["senders"] == []


@pytest.mark.parametrize("sort", ["", "newest"])
def test_days_are_those_of_the_companys_calendar(as_pat, company, pat, sort):
    company.time_zone = "Asia/Tokyo"
    company.save()
    moments = {
        "Before": "2026-03-01T14:59:59Z",
        "First": "2026-03-01T15:00:00Z",
        "Last": "2026-03-03T14:59:59Z",
        "After": "2026-03-03T15:00:00Z",
    }
    for title, moment in moments.items():
        draft = factories.make_draft(company, pat, title=title)
        at = datetime.fromisoformat(moment)
        SignRequest.objects.filter(pk=draft.pk).update(created_at=at, changed_at=at)
    days = {"since": "2026-03-02", "until": "2026-03-03", "sort": sort}
    assert titles(as_pat.get(LIST, days)) == ["Last", "First"]


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_left_out(as_pat, company, pat, day):
    factories.make_draft(company, pat, title="A draft")
    assert titles(as_pat.get(LIST, {"since": day, "until": day})) == ["A draft"]


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
    for sort, words in product(("changed", "newest"), ("", "lane")):
        check_pages(as_pat, {"sort": sort, "q": words}, many)
    for sort in ("quiet", "oldest"):
        check_pages(as_pat, {"sort": sort}, many[::-1])


def check_pages(as_pat, asked: dict[str, str], many: list[str]) -> None:
    first = as_pat.get(LIST, asked)
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


# Session, user, second step, membership, attention, identity checks, keys, rows,
# signers, budgets, deliveries and, for who sees all, the senders; a tab of two
# states has keys of both, and a search that finds too few asks the trigrams too.
QUERIES = [
    ({}, 12),
    ({"show": "attention"}, 12),
    ({"show": "completed", "sort": "oldest"}, 12),
    ({"show": "waiting"}, 13),
    ({"since": "2020-01-01", "sort": "newest"}, 12),
    ({"q": "lease"}, 13),
    ({"q": "lease", "show": "waiting"}, 15),
]


def test_a_page_takes_the_same_queries_for_one_row_and_for_many(
    client, company, alex, django_assert_num_queries
):
    client.force_login(alex)

    def make(people: tuple[str, ...]) -> None:
        bounce(factories.make_request(company, alex, title="Lease", people=people))
        done = factories.make_request(company, alex, title="Lease", people=people)
        SignRequest.objects.filter(pk=done.pk).update(state="completed")

    make(("ada",))
    for asked, queries in QUERIES:
        with django_assert_num_queries(queries):
            client.get(LIST, asked)
    for _ in range(3):
        make(("ada", "bob"))
    for asked, queries in QUERIES:
        with django_assert_num_queries(queries):
            client.get(LIST, asked)


def plans_of(queries: list[str]) -> str:
    """How PostgreSQL would read the keys of a page if there were many."""
    plans = []
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for query in queries:
            cursor.execute(f"EXPLAIN {query}")
            plans += [line for (line,) in cursor.fetchall()]
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = on")
    return "\n".join(plans)


def keys_read(client, asked: dict[str, str]) -> list[str]:
    """The statements that find the rows of a page."""
    with CaptureQueriesContext(connection) as ran:
        client.get(LIST, asked)
    begins = tuple(
        f'SELECT "signing_signrequest"."{name}_at"' for name in ("changed", "created")
    )
    return [query["sql"] for query in ran if query["sql"].startswith(begins)]


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="It is PostgreSQL that holds so many."
)
COLUMNS = {
    "changed": "changed_at",
    "quiet": "changed_at",
    "newest": "created_at",
    "oldest": "created_at",
}


@on_postgresql
@pytest.mark.parametrize("whose", ["pat", "alex"])
def test_every_page_is_read_off_an_index(client, company, pat, alex, whose):
    client.force_login({"pat": pat, "alex": alex}[whose])
    for shown, sort in product(("all", "waiting", "completed", "drafts"), COLUMNS):
        asked = {"show": shown, "sort": sort, "after": f"{10**15}-5"}
        queries = keys_read(client, asked)
        plan = plans_of(queries)
        assert "Sort" not in plan, asked
        bounds = [line for line in plan.splitlines() if "Index Cond" in line]
        assert len(bounds) == len(queries) > 0
        for bound in bounds:
            # Without it the walk would begin at the first page.
            assert COLUMNS[sort] in bound, asked


def test_every_filter_has_an_index_in_its_order():
    indexes = [index.fields for index in SignRequest._meta.indexes]
    for filters in ([], ["state"], ["sender"], ["sender", "state"]):
        for column in set(COLUMNS.values()):
            assert ["company", *filters, f"-{column}", "-id"] in indexes


@on_postgresql
def test_trouble_has_indexes_of_its_own(client, company, pat, alex):
    for user in (pat, alex):
        client.force_login(user)
        plan = plans_of(keys_read(client, {"show": "attention"}))
        assert "trouble" in plan
        assert "Sort" not in plan


@on_postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("words", ["lease", "la", "0190", "大谷", "two words"])
def test_a_search_is_read_off_the_trigrams(words):
    found = wanted(words).named(SignRequest.objects.all(), company_id=1)
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "nestloop"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        sql, values = found.values("pk").query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        assert "search_trigrams" in "".join(line for (line,) in cursor.fetchall())


def test_a_list_that_cannot_be_read_says_so(as_pat, monkeypatch):
    def break_off(self, *args):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(listing.Listing, "page", break_off)
    response = as_pat.get(LIST, {"q": "lease"})
    page = response.content.decode()
    assert response.status_code == 503
    assert "The transactions could not be loaded." in page
    assert 'href="/workspace/?q=lease"' in page
    assert "timeout" not in page


def test_each_row_says_what_can_be_done_with_it(as_pat, company, pat):
    factories.make_draft(company, pat, title="A draft")
    factories.make_request(company, pat, title="Out there", people=("ada", "bob"))
    fits = {
        row.request.title: set(row.fits)
        for row in as_pat.get(LIST).context["page"].rows
    }
    assert fits == {
        "A draft": {"export"},
        "Out there": {"resend", "phones", "remind", "recall", "export"},
    }


def test_the_selection_is_a_plain_form(as_pat, company, pat):
    factories.make_request(company, pat)
    page = as_pat.get(LIST, {"q": "lease"}).content.decode()
    for path in ("phones/", "resend/", "remind/", "recall/", "download/", "export.csv"):
        assert f'formaction="/workspace/transactions/{path}"' in page
    assert page.count('name="pk"') == 1
    assert '<input type="hidden" name="q" value="lease">' in page


def test_nothing_yet_and_nothing_found_say_so(as_pat):
    assert "Send your first document" in as_pat.get(LIST).content.decode()
    page = as_pat.get(LIST, {"q": "<b>lane"}).content.decode()
    assert "No transaction matches “&lt;b&gt;lane”." in page
