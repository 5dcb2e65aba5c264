"""A publisher in a hurry: types, presses, and nothing is lost or done twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(page, log_in):
    pat = factories.make_member(factories.make_company(), email="pat@example.com")
    made = factories.make_draft(pat.memberships.get().company, pat)
    log_in(page, pat).goto(f"/workspace/drafts/{made.public_id}/")
    return made


def test_typing_and_adding_at_once_adds_one_signer(page, draft):
    page.get_by_label("Title").fill("Lease 2027")
    page.get_by_role("button", name="Add signer").click()
    expect(page.locator(".signer-card")).to_have_count(2)
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved at")
    page.wait_for_load_state("networkidle")
    draft.refresh_from_db()
    assert draft.signers.count() == 2
    assert draft.title == "Lease 2027"


def test_double_click_adds_one_signer(page, draft):
    page.get_by_role("button", name="Add signer").dblclick()
    expect(page.locator(".signer-card")).not_to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert draft.signers.count() == 2


def test_double_click_on_send_sends_once(page, draft, outbox):
    page.goto(f"/workspace/drafts/{draft.public_id}/send/")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.get_by_role("heading", name="Residential Lease")).to_be_visible()
    factories.deliver_due()
    assert len([mail for mail in outbox if mail.to == "ada@example.com"]) == 1
    assert draft.trail.entries.filter(kind="sent").count() == 1


# A slow network: what is pressed meets what is still being saved.


@pytest.fixture
def held(page, draft):
    """The saves by script that the server has done and whose answers are not back.

    held.pop() answers the first of them.
    """
    return Held(page, draft)


class Held:
    def __init__(self, page, draft) -> None:
        self.page, self.answers, self.is_slow = page, [], True
        page.route(f"**/drafts/{draft.public_id}/save/", self._hold)

    def _hold(self, route) -> None:
        if self.is_slow and "hx-request" in route.request.headers:
            self.answers.append((route, route.fetch()))
        else:
            route.continue_()

    def wait(self, count: int = 1) -> None:
        for _ in range(200):
            if len(self.answers) >= count:
                return
            self.page.wait_for_timeout(50)
        pytest.fail("Nothing was saved.")

    def pop(self) -> None:
        route, answer = self.answers.pop(0)
        route.fulfill(response=answer)


def retitle(page, words: str) -> None:
    page.get_by_label("Title").fill(words)
    page.keyboard.press("Tab")


def test_a_press_waits_for_the_save_that_is_on_its_way(page, draft, held):
    retitle(page, "Lease 2027")
    held.wait()
    page.get_by_label("Message (optional)").fill("Please sign by Friday.")
    page.get_by_role("button", name="Place fields").click()
    page.wait_for_timeout(400)
    held.is_slow = False
    held.pop()
    expect(page.get_by_role("heading", name="Place fields")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.title, draft.message) == ("Lease 2027", "Please sign by Friday.")


def test_nothing_is_saved_behind_a_press(page, draft):
    """The press is slow itself: what was typed last must not overtake it."""
    saves = []
    page.route(
        f"**/drafts/{draft.public_id}/save/",
        lambda route: (saves.append(route), route.continue_()),
    )
    page.route(
        f"**/drafts/{draft.public_id}/to-send/",
        lambda route: (page.wait_for_timeout(600), route.continue_()),
    )
    page.get_by_label("Title").fill("Lease 2027")
    page.get_by_role("button", name="Send without fields…").click()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert saves == []
    draft.refresh_from_db()
    assert draft.title == "Lease 2027"


def test_a_link_waits_for_what_was_typed_last(page, draft, held):
    retitle(page, "Lease 2027")
    page.get_by_role("link", name="Templates", exact=True).first.click()
    held.wait()
    assert page.url.endswith(f"/drafts/{draft.public_id}/")
    held.pop()
    expect(page.get_by_role("heading", name="Templates")).to_be_visible()
    draft.refresh_from_db()
    assert draft.title == "Lease 2027"


def test_a_button_pressed_before_the_one_that_leaves_does_its_work(page, draft, held):
    retitle(page, "Lease 2027")
    held.wait()
    held.is_slow = False
    page.get_by_role("button", name="Add signer").click()
    page.get_by_role("button", name="Place fields").click()
    held.pop()
    expect(page.get_by_role("heading", name="Place fields")).to_be_visible()
    assert draft.signers.count() == 2


@pytest.mark.parametrize("how", ["broken", "silent"])
def test_a_save_that_fails_holds_no_press_up(page, draft, how):
    """The server never saw it: the press brings what it should have brought."""
    page.clock.install()
    saves = []
    page.route(f"**/drafts/{draft.public_id}/save/", lambda route: saves.append(route))
    retitle(page, "Lease 2027")
    with page.expect_request("**/save/"):
        page.clock.run_for(400)
    page.get_by_role("button", name="Place fields").click()
    if how == "broken":
        saves[0].abort()
    else:
        page.clock.run_for(11_000)
    expect(page.get_by_role("heading", name="Place fields")).to_be_visible()
    assert len(saves) == 1
    draft.refresh_from_db()
    assert draft.title == "Lease 2027"


def test_what_is_shown_beside_it_is_of_the_last_save(page, draft):
    """Each save asks for it anew, and the answer to the one before may be late."""
    late = []

    def be_late(route) -> None:
        if len(late) < 2:
            late.append(route)
        else:
            route.continue_()

    for part in ("journey", "ready"):
        page.route(f"**/drafts/{draft.public_id}/{part}/", be_late)
    for title in ("Lease 2027", ""):
        with page.expect_response(lambda answer: answer.url.endswith("/save/")):
            retitle(page, title)
        page.wait_for_timeout(100)
    for route in late:
        route.continue_()
    expect(page.locator("#ready")).to_contain_text("1 thing is missing")
    expect(page.locator("#journey")).not_to_contain_text("Reads Lease 2027")


def test_back_from_the_next_page_still_saves(page, draft):
    retitle(page, "Lease 2027")
    page.get_by_role("button", name="Place fields").click()
    expect(page.get_by_role("heading", name="Place fields")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("Lease 2027")
    retitle(page, "Lease 2028")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved at")
    page.get_by_role("button", name="Place fields").click()
    expect(page.get_by_role("heading", name="Place fields")).to_be_visible()
    draft.refresh_from_db()
    assert draft.title == "Lease 2028"
