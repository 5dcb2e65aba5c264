"""The whole job: from sending in the workspace to a seal that others call valid.

Nothing is taken from the rows that a person could not see: the link is read in
the email, the code in the text that the carrier was given.
"""

from __future__ import annotations

import re
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import call_command
from playwright.sync_api import Page, expect

from signing import seal_keys
from signing.models import SignRequest
from signing.pdf.seal import examine
from tests import factories
from tests.factories import ADA_PHONE, MEMBER_PASSWORD, PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

LINK = re.compile(r"https?://\S+/l/\S+")
SLOWLY = 60_000


def test_from_sending_in_the_workspace_to_a_seal_that_holds(
    open_page, smtp_server, carrier, worker, eventually, tmp_path
):
    pat = factories.make_member(factories.make_company(), email="pat@example.com")
    worker()
    desk = open_page()
    send_in_the_workspace(desk, pat, tmp_path)

    ada = open_page(width=390)
    open_the_emailed_link(ada, "ada@example.com", smtp_server, eventually)
    pass_password_and_text(ada, carrier)
    read_and_type_a_signature(ada)

    bob = open_page()
    open_the_emailed_link(bob, "bob@example.com", smtp_server, eventually)
    pass_email_code(bob, "bob@example.com", smtp_server, eventually)
    draw_a_signature(bob)

    by_bob = download(bob.locator("a[download]"), tmp_path / "bob.pdf")
    open_the_emailed_link(ada, "ada@example.com", smtp_server, eventually, count=2)
    pass_password_and_text(ada, carrier, count=2)
    by_ada = download(ada.locator("a[download]"), tmp_path / "ada.pdf")
    by_pat = download_in_the_workspace(desk, tmp_path / "pat.pdf")

    assert by_ada.read_bytes() == by_bob.read_bytes() == by_pat.read_bytes()
    the_seal_holds(by_ada, tmp_path)
    no_password_left_the_house(smtp_server, carrier)


# Sending


def send_in_the_workspace(page: Page, pat, tmp_path: Path) -> None:
    sign_in(page, pat)
    page.get_by_role("button", name="New transaction").first.click()
    lease = tmp_path / "Lease 2026.pdf"
    lease.write_bytes(factories.make_pdf(3))
    page.locator("#files").set_input_files(lease)
    expect(page.get_by_text("Checked, safe to send.")).to_be_visible()
    page.get_by_label("Title").fill("Lease 2026")
    add_signer(page, 1, "Ada Lane", "ada@example.com", "(415) 555-0190")
    choose(page, 1, "Password", "Phone code")
    page.get_by_label("Password for this signer").first.fill(PASSWORD)
    add_signer(page, 2, "Bob Reed", "bob@example.com", "")
    choose(page, 2, "Email code")
    page.get_by_label("They sign in this order").check()
    expect(page.locator("#ready")).to_contain_text("Ready: 1 document, 2 signers")
    page.get_by_role("button", name="Place fields").click()
    place_fields(page)
    page.get_by_role("link", name="Send…").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Lease 2026")).to_be_visible()
    assert SignRequest.objects.get().state == SignRequest.State.SENT


def sign_in(page: Page, member) -> None:
    page.goto("/workspace/")
    page.get_by_label("Email").fill(member.email)
    page.get_by_label("Password").fill(MEMBER_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Transactions")).to_be_visible()


def add_signer(page: Page, number: int, name: str, email: str, phone: str) -> None:
    cards = page.locator(".signer-card")
    if cards.count() < number:
        page.get_by_role("button", name="Add signer").click()
    card = cards.nth(number - 1)
    card.get_by_label("Name", exact=True).fill(name)
    card.get_by_label("Email", exact=True).fill(email)
    card.get_by_label("Phone", exact=True).fill(phone)


def choose(page: Page, number: int, *factors: str) -> None:
    toggles = page.locator(".signer-card").nth(number - 1).locator(".toggle")
    for toggle in toggles.all():
        is_wanted = toggle.inner_text().strip() in factors
        toggle.locator("input").set_checked(is_wanted)


def place_fields(page: Page) -> None:
    expect(page.locator(".board-pages img").first).to_be_visible(timeout=SLOWLY)
    for who, at in (("Ada Lane", 200), ("Bob Reed", 320)):
        page.locator(".tool", has_text=who).click()
        page.locator("[data-paper]").first.click(position={"x": 180, "y": at})
        field = page.locator("[data-field]", has_text="Signature")
        expect(field).to_have_count(1 if who == "Ada Lane" else 2)


# Arriving


def open_the_emailed_link(page, address, smtp_server, eventually, count=1) -> None:
    """Open the link of the newest email that has one, once there are so many."""
    found = eventually(lambda: links_to(address, smtp_server)[count - 1 :], 30)
    page.goto(found[-1])
    expect(page.locator("dialog.gate")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("lease.pdf")


def links_to(address: str, smtp_server) -> list[str]:
    bodies = [words_of(mail) for mail in smtp_server.to(address)]
    return [found[0] for body in bodies if (found := LINK.findall(body))]


def words_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def pass_password_and_text(page: Page, carrier, count: int = 1) -> None:
    expect(page.locator("dialog.gate")).to_contain_text("Step 1 of 2")
    page.get_by_label("Password from").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("dialog.gate")).to_contain_text("Step 2 of 2")
    page.get_by_role("button", name="Text Me").click()
    text = carrier.wait_for_text(ADA_PHONE, count)
    reference = page.locator(".strip-reference")
    expect(page.get_by_text("Delivered at")).to_be_visible(timeout=SLOWLY)
    assert reference.inner_text().removeprefix("Reference ") in text
    page.get_by_label("6-digit code").fill(code_in(text))
    page.get_by_role("button", name="Continue").click()


def pass_email_code(page: Page, address: str, smtp_server, eventually) -> None:
    before = len(smtp_server.to(address))
    page.get_by_role("button", name="Email me").click()
    mails = eventually(lambda: smtp_server.to(address)[before:])
    page.get_by_label("6-digit code").fill(code_in(words_of(mails[-1])))
    page.get_by_role("button", name="Continue").click()


def code_in(text: str) -> str:
    return re.search(r"\b(\d{3} ?\d{3})\b", text)[1].replace(" ", "")


# Signing


def read_and_type_a_signature(page: Page) -> None:
    expect(page.locator(".sheet-image").first).to_be_visible()
    page.get_by_role("link", name="Read as text").click()
    expect(page.get_by_text("Page 1 of a lease.")).to_be_visible()
    page.get_by_role("link", name="Back to the pages").click()
    page.get_by_role("link", name="Next field").click()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog#sign")
    dialog.get_by_label("Your name").fill("Ada M. Lane")
    dialog.get_by_text("I agree to sign electronically").wait_for()
    dialog.get_by_role("button", name="Sign and finish").click()
    expect(page.get_by_role("heading", name="You’ve signed, Ada")).to_be_visible()
    expect(page.get_by_text("Download opens when everyone has signed.")).to_be_visible()


def draw_a_signature(page: Page) -> None:
    page.locator("button[data-todo]").click()
    dialog = page.locator("dialog#sign")
    dialog.get_by_role("tab", name="Draw").click()
    finish = dialog.get_by_role("button", name="Sign and finish")
    expect(finish).to_have_attribute("aria-disabled", "true")
    pad = dialog.locator("canvas").bounding_box()
    page.mouse.move(pad["x"] + 60, pad["y"] + 90)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(pad["x"] + 60 + 20 * step, pad["y"] + 90 - 30 * (step % 2))
    page.mouse.up()
    finish.click()
    expect(page.get_by_role("heading", name="You’ve signed, Bob")).to_be_visible()


# Sealed


def download(link, to: Path) -> Path:
    expect(link).to_be_visible(timeout=SLOWLY)
    with link.page.expect_download() as started:
        link.click()
    started.value.save_as(to)
    return to


def download_in_the_workspace(page: Page, to: Path) -> Path:
    page.reload()
    expect(page.locator(".chip", has_text="Completed")).to_be_visible()
    return download(page.get_by_role("link", name="Download sealed PDF"), to)


def the_seal_holds(pdf: Path, tmp_path: Path) -> None:
    request = SignRequest.objects.select_related("company").get()
    root = seal_keys.root_of(request.company)
    verdict = examine(pdf.read_bytes(), [root])
    assert verdict.is_good
    assert verdict.transaction_id == str(request.public_id)
    told = StringIO()
    call_command("verify_document", str(pdf), stdout=told)
    assert "sealed and untouched" in told.getvalue()
    call_command("verify_trail", str(request.public_id), stdout=told)
    assert "are as written" in told.getvalue()
    said = pdfsig(pdf, root.public_bytes(Encoding.PEM), tmp_path / "nss")
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    assert "Total document signed" in said


def pdfsig(pdf: Path, root: bytes, store: Path) -> str:
    """Return what poppler says of a seal when it trusts this root."""
    store.mkdir()
    trusted = store / "root.pem"
    trusted.write_bytes(root)
    database = f"sql:{store}"
    add = ["-A", "-d", database, "-n", "root", "-t", "C,C,C", "-i", str(trusted)]
    run("certutil", "-N", "-d", database, "--empty-password")
    run("certutil", *add)
    return run("pdfsig", "-nssdir", database, str(pdf))


def run(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


def no_password_left_the_house(smtp_server, carrier) -> None:
    said = [mail.as_string() for mail in smtp_server.messages]
    said += [text.body for text in carrier.messages]
    assert len(said) > 5
    assert not any(PASSWORD in one for one in said)
