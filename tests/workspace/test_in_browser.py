"""The workspace as a person meets it: in Chromium, by mouse, finger and keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from signing.flows import rendering
from signing.models import Field, Signer, SignRequest
from tests import factories
from tests.fixtures.browser import PHONE
from verification.models import Delivery, Factor, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def member(transactional_db) -> User:
    return factories.make_admin(factories.make_company(), "Pat Reyes")


@pytest.fixture
def log_in(log_in, member):
    return lambda page: log_in(page, member)


@pytest.fixture
def draft(member) -> SignRequest:
    company = member.memberships.get().company
    made = factories.make_draft(company, member, people=("ada", "bob"), title="Lease")
    Field.objects.all().delete()
    rendering.render(made.documents.get().pk)
    return made


@pytest.fixture
def pdf(tmp_path):
    path = tmp_path / "Lease 2026.pdf"
    path.write_bytes(factories.make_pdf(2))
    return path


def saved(page) -> None:
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved at")


def test_a_transaction_from_start_to_sending(page, log_in, pdf, axe):
    log_in(page).goto("/workspace/")
    page.get_by_role("button", name="New transaction").first.click()
    page.set_input_files("#files", pdf)
    expect(page.get_by_text("2 pages")).to_be_visible()
    expect(page.get_by_text("Checked, safe to send.")).to_be_visible()

    page.get_by_role("button", name="Add signer").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Ada Lane")
    page.get_by_label("Email", exact=True).fill("ada@example.com")
    page.get_by_label("Phone", exact=True).fill("555")
    page.get_by_text("Password", exact=True).first.click()
    expect(page.get_by_text("This number is too short.")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Phone", exact=True).fill("415 555 0190")
    page.get_by_role("button", name="Make a good one").click()
    expect(page.get_by_text("This number is too short.")).to_be_hidden()
    password = page.get_by_label("Password for this signer").input_value()
    assert len(password) == 14
    saved(page)
    expect(page.locator("#journey")).to_contain_text("To (415) 555-0190.")
    expect(page.locator("#ready")).to_contain_text("Ready: 1 document, 1 signer")

    page.get_by_role("button", name="Send without fields…").click()
    assert axe(page) == []
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.get_by_text("Sent. The first email is on its way.")).to_be_visible()
    request = SignRequest.objects.get()
    assert request.state == "sent"
    assert request.title == "Lease 2026"
    assert Delivery.objects.filter(kind="invitation").count() == 1
    kinds = {factor.kind for factor in Factor.objects.all()}
    assert kinds == {"access_code", "phone"}


def test_signers_move_by_keyboard(page, log_in, draft):
    log_in(page).goto(f"/workspace/drafts/{draft.public_id}/")
    down = page.get_by_role("button", name="Move signer 1 down")
    down.focus()
    page.keyboard.press("Enter")
    names = page.locator("[name$='-name']")
    expect(names.nth(0)).to_have_value("Bob Reed")
    page.get_by_role("button", name="Remove signer 1").press("Enter")
    expect(names).to_have_count(1)
    expect(page.get_by_role("button", name="Add signer")).to_be_focused()


def test_two_tabs(page, log_in, draft):
    address = f"/workspace/drafts/{draft.public_id}/"
    log_in(page).goto(address)
    other = page.context.new_page()
    other.goto(address)
    page.get_by_label("Title").fill("First")
    page.get_by_label("Title").blur()
    saved(page)
    other.get_by_label("Title").fill("Second")
    other.get_by_label("Title").blur()
    expect(other.get_by_text("This draft was changed in another tab")).to_be_visible()
    draft.refresh_from_db()
    assert draft.title == "First"


def test_active_parts_are_removed_with_a_press(page, log_in, draft, tmp_path):
    path = tmp_path / "form.pdf"
    source = factories.make_pdf()
    at = source.index(b"/Type /Catalog")
    action = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> "
    path.write_bytes(source[:at] + action + source[at:])
    log_in(page).goto(f"/workspace/drafts/{draft.public_id}/")
    page.set_input_files("#files", path)
    page.get_by_role("button", name="Remove and go on").click()
    expect(page.get_by_text("Active parts were removed.")).to_be_visible()
    assert draft.documents.count() == 2


def board(page, log_in, draft):
    log_in(page).goto(f"/workspace/drafts/{draft.public_id}/fields/")
    return page.locator("[data-paper]").first


def test_fields_are_placed_drawn_moved_sized_and_removed(page, log_in, draft):
    paper = board(page, log_in, draft)
    paper.click(position={"x": 200, "y": 200})
    field = page.get_by_role("button", name="Signature, Ada Lane", exact=True)
    expect(field).to_be_focused()
    page.get_by_text("Bob Reed").first.click()
    page.get_by_text("Date", exact=True).first.click()
    box = paper.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 350)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 400, steps=4)
    page.mouse.up()
    expect(
        page.get_by_role("button", name="Date, Bob Reed", exact=True)
    ).to_be_visible()
    drawn = Field.objects.get(kind="date")
    assert drawn.x == pytest.approx(300 / box["width"], abs=0.01)
    assert drawn.width == pytest.approx(120 / box["width"], abs=0.01)

    before = Field.objects.get(kind="signature")
    at = field.bounding_box()
    page.mouse.move(at["x"] + 20, at["y"] + 10)
    page.mouse.down()
    page.mouse.move(at["x"] + 70, at["y"] + 60, steps=4)
    with page.expect_response(lambda answer: "/move/" in answer.url):
        page.mouse.up()
    moved = Field.objects.get(pk=before.pk)
    assert moved.x - before.x == pytest.approx(50 / box["width"], abs=0.01)
    assert moved.width == before.width


def test_fields_are_moved_by_keys(page, log_in, draft):
    placed = factories.make_field(Signer.objects.first(), x=0.5, y=0.5)
    board(page, log_in, draft)
    field = page.get_by_role("button", name="Signature, Ada Lane", exact=True)
    field.focus()
    with page.expect_response(lambda answer: "/move/" in answer.url):
        for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight"):
            page.keyboard.press(key)
    moved = Field.objects.get()
    assert moved.x == pytest.approx(0.5 - 4 / 612, abs=0.001)
    assert moved.y == pytest.approx(0.5 - 4 / 792, abs=0.001)
    assert moved.width == pytest.approx(placed.width + 4 / 612, abs=0.001)
    page.keyboard.press("Delete")
    expect(field).to_be_hidden()
    assert not Field.objects.exists()


def test_who_leaves_at_once_loses_no_move(page, log_in, draft):
    """One key, then the link: the save is still to come, and its answer is slow."""
    factories.make_field(Signer.objects.first(), x=0.5, y=0.5)
    board(page, log_in, draft)
    page.route(
        "**/move/", lambda route: (page.wait_for_timeout(400), route.continue_())
    )
    page.get_by_role("button", name="Signature, Ada Lane", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("link", name="Send…").click()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert Field.objects.get().x == pytest.approx(0.5 - 4 / 612, abs=0.001)


def test_fields_placed_faster_than_the_answers_come_are_all_there(page, log_in, draft):
    paper = board(page, log_in, draft)
    page.route(
        "**/place/", lambda route: (page.wait_for_timeout(200), route.continue_())
    )
    for y in (100, 200, 300):
        paper.click(position={"x": 200, "y": y})
    field = page.get_by_role("button", name="Signature, Ada Lane", exact=True)
    expect(field).to_have_count(3)
    assert Field.objects.count() == 3


def test_fields_are_placed_by_a_tap(open_page, log_in, draft):
    page = open_page(width=PHONE, has_touch=True, is_mobile=True)
    paper = board(page, log_in, draft)
    paper.scroll_into_view_if_needed()
    paper.tap(position={"x": 120, "y": 60})
    field = page.get_by_role("button", name="Signature, Ada Lane", exact=True)
    expect(field).to_be_visible()
    assert Field.objects.count() == 1


def test_fields_are_placed_by_name_with_the_keyboard(page, log_in, draft, axe):
    board(page, log_in, draft)
    page.locator("[data-by-name] summary").press("Enter")
    page.get_by_label("Field", exact=True).select_option("Initials")
    page.get_by_label("Signer", exact=True).select_option("Bob Reed")
    page.get_by_role("button", name="Add field").press("Enter")
    expect(
        page.get_by_role("button", name="Initials, Bob Reed", exact=True)
    ).to_be_visible()
    assert axe(page) == []


def test_recalling_in_the_dialog(page, log_in, member, axe):
    company = member.memberships.get().company
    request = factories.make_request(company, member)
    log_in(page).goto(f"/workspace/transactions/{request.public_id}/")
    page.locator("summary", has_text="More for this transaction").click()
    page.get_by_role("link", name="Recall…").click()
    dialog = page.get_by_role("dialog", name="Recall Residential Lease?")
    expect(dialog.get_by_label("Why?")).to_be_focused()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("summary", has_text="More for this transaction").click()
    page.get_by_role("link", name="Recall…").click()
    dialog.get_by_label("Why?").fill("Wrong file.")
    dialog.get_by_role("button", name="Recall").click()
    expect(
        page.get_by_text("Recalled. The links do not work any more.")
    ).to_be_visible()


def test_everything_works_without_scripts(open_page, log_in, pdf):
    page = open_page(javascript=False)
    log_in(page).goto("/workspace/")
    page.get_by_role("button", name="New transaction").first.click()
    page.set_input_files("#files", pdf)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Add signer").click()
    page.get_by_label("Name", exact=True).fill("Ada Lane")
    page.get_by_label("Email", exact=True).fill("ada@example.com")
    page.get_by_label("Phone", exact=True).fill("12")
    page.get_by_role("button", name="Place fields").click()
    expect(page.locator(".error")).to_contain_text("This number is too short.")
    page.get_by_label("Phone", exact=True).fill("415 555 0190")
    page.get_by_role("button", name="Place fields").click()
    page.get_by_text("Add a field by name").click()
    page.get_by_role("button", name="Add field").click()
    expect(page.get_by_text("Signature, Ada Lane").first).to_be_visible()
    page.get_by_role("link", name="Send…").click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("summary", has_text="More for this transaction").click()
    page.get_by_role("link", name="Recall…").click()
    page.get_by_label("Why?").fill("Wrong file.")
    page.get_by_role("button", name="Recall").click()
    assert SignRequest.objects.get().state == "recalled"


def test_pages_have_no_fault_in_any_shape(
    every_page, log_in, draft, member, axe_in_any_light
):
    page = log_in(every_page)
    company = member.memberships.get().company
    sent = factories.make_request(company, member, people=("ada", "bob"))
    paths = [
        "",
        "?q=nothing",
        "new/",
        f"drafts/{draft.public_id}/",
        f"drafts/{draft.public_id}/fields/",
        f"drafts/{draft.public_id}/send/",
        f"transactions/{sent.public_id}/",
        f"transactions/{sent.public_id}/recall/",
        "security/",
        "security/set-up/",
    ]
    for path in paths:
        page.goto(f"/workspace/{path}")
        assert axe_in_any_light(page) == [], path
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not page.evaluate(wide), path
    page.context.clear_cookies()
    for path in ("sign-in/", "password/forgot/", "password/sent/"):
        page.goto(f"/workspace/{path}")
        assert axe_in_any_light(page) == [], path
