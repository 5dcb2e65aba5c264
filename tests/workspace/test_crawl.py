"""Every address of the workspace, by those who must not and by the one who may.

What belongs to another company, to another publisher, or to another transaction
is not there (threat T38). Looking changes nothing and gives no way in away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from signing.flows import drafts, templates
from signing.flows.templates import TemplateDetails
from signing.models import Company, Page, SignRequest
from tests import factories
from tests.workspace.test_second_step import code_now
from verification import links
from verification.flows import looking
from verification.models import (
    Challenge,
    Factor,
    Gate,
    IdentityCheck,
    TrailEntry,
    User,
)
from workspace import devices
from workspace.urls import urlpatterns

METHODS = ("get", "head", "post")
WORD = "Quixotry"  # stands in all that is Acme's, and nowhere else

# Which row of a House each address speaks of, what else it names, and how the
# owner's GET is answered. 405: it takes a POST alone. A page that is not in one
# of these tables fails the first test below.
SIGNER, DOCUMENT, FIELD = ("signer_pk",), ("document_pk",), ("field_pk",)
OF_A_ROW: dict[str, tuple[str, tuple[str, ...], int]] = {
    "draft": ("draft", (), 200),
    "save-draft": ("draft", (), 405),
    "close-draft": ("draft", (), 405),
    "discard-draft": ("draft", (), 200),
    "draft-to-fields": ("draft", (), 405),
    "draft-to-send": ("draft", (), 405),
    "draft-journey": ("draft", (), 200),
    "draft-ready": ("draft", (), 200),
    "upload": ("draft", (), 405),
    "upload-cleaned": ("draft", (), 405),
    "remove-document": ("draft", DOCUMENT, 405),
    "add-signer": ("draft", (), 405),
    "remove-signer": ("draft", SIGNER, 405),
    "move-signer-up": ("draft", SIGNER, 405),
    "move-signer-down": ("draft", SIGNER, 405),
    "fields": ("draft", (), 200),
    "place-field": ("draft", (), 405),
    "move-field": ("draft", FIELD, 405),
    "remove-field": ("draft", FIELD, 405),
    "sheet": ("draft", (*DOCUMENT, "number"), 200),
    "send": ("draft", (), 200),
    "request": ("sent", (), 200),
    "request-news": ("sent", (), 204),
    "recall": ("sent", (), 200),
    "original": ("sent", DOCUMENT, 200),
    "page-image": ("sent", (*DOCUMENT, "number"), 200),
    "sealed": ("done", (), 200),
    "save-as-template": ("sent", (), 200),
    "template": ("template", (), 200),
    "start-from-template": ("template", (), 405),
    "duplicate-template": ("template", (), 405),
    "archive-template": ("template", (), 200),
    "restore-template": ("archived", (), 405),
    "delete-template": ("archived", (), 200),
    "generate-code": ("sent", SIGNER, 405),
    "unlock-and-generate": ("sent", SIGNER, 405),
    "unlock": ("sent", SIGNER, 200),
    "correct-email": ("sent", SIGNER, 200),
    "set-password": ("sent", SIGNER, 200),
    "factors": ("sent", SIGNER, 200),
    "reassign": ("sent", SIGNER, 200),
    "new-link": ("sent", SIGNER, 200),
    "forget-device": ("sent", SIGNER, 200),
    "remind-signer": ("sent", SIGNER, 200),
    "launch-code": ("sent", SIGNER, 200),
    "set-reminders": ("sent", (), 405),
    "fill-in": ("sent", SIGNER, 200),
    "release-hold": ("sent", SIGNER, 405),
    "identity-check": ("shown", (), 200),
    "look-identity": ("shown", (), 405),
    "identity-picture": ("shown", ("side",), 200),
    "approve-identity": ("shown", (), 200),
    "reject-identity": ("shown", (), 200),
    "reset-identity": ("shown", (), 200),
    "trail-json": ("sent", (), 200),
    "trail-pdf": ("sent", (), 200),
}
# Addresses that name what is selected as ?pk=…, or what is meant as ?signer=….
OF_A_SELECTION: dict[str, int] = {
    "update-phones": 200,
    "look-at-phone": 405,
    "resend": 200,
    "remind": 200,
    "recall-many": 200,
    "export": 200,
    "download": 302,
}
# Pages that speak of nobody but whoever looks.
OF_ONESELF: dict[str, int] = {
    "requests": 200,
    "identity-queue": 200,
    "new-request": 200,
    "templates": 200,
    "new-template": 405,
    "choose-company": 200,
    "notifications": 200,
    "security": 200,
    "set-up-second-step": 200,
    "new-recovery-codes": 302,  # nothing to replace: no app is set up
    "remove-second-step": 302,
}
# Open to strangers: they have tests of their own.
OF_NOBODY = {
    "sign-in",
    "sign-in-code",
    "sign-out",
    "forgot-password",
    "password-mail-sent",
    "password-changed",
    "new-password",
    "approve-sender",
}


@dataclass
class House:
    """A company with a transaction in every state that has pages."""

    company: Company
    pat: User
    rows: dict[str, SignRequest]
    code: str  # that a publisher has issued
    check: IdentityCheck  # that waits, and that Pat looks at

    def ids(self, row: str) -> dict[str, object]:
        """Everything that an address can name of a row."""
        request = self.rows[row]
        signer, document = request.signers.first(), request.documents.first()
        named = self.check if row == "shown" else request
        return {
            "pk": named.public_id,
            "side": "front",
            "signer_pk": signer.public_id,
            "document_pk": document.public_id,
            "field_pk": signer.fields.first().public_id,
            "number": 1,
        }

    def secrets(self) -> list[str]:
        """What opens a gate: links, and codes that are alive."""
        tokens = [
            links.make_token(one.public_id, one.link_version)
            for one in Gate.objects.all()
        ]
        live = Challenge.objects.filter(state=Challenge.State.ISSUED)
        sent = [one.code() for one in live.exclude(channel="alternative")]
        spoken = f"{self.code[:4]}-{self.code[4:]}"
        return [*tokens, *sent, self.code, spoken]

    def words(self) -> list[str]:
        """What nobody outside may read."""
        people = [one.name for one in Gate.objects.exclude(name="")]
        emails = [one.email for one in Gate.objects.exclude(email="")]
        return [WORD, self.pat.email, *people, *emails]


@pytest.fixture
def acme(company, pat) -> House:
    return furnish(company, pat)


def furnish(company, pat) -> House:
    """Fill a company with something for every page."""
    Company.objects.filter(pk=company.pk).update(
        name=f"{WORD} Advisors", alternative_codes_on=True, generate_in_resend=True
    )
    company.refresh_from_db()
    title, people = f"{WORD} lease", ("ada", "bob")
    rows = {
        "draft": factories.make_draft(company, pat, title=title, people=people),
        "sent": factories.make_request(company, pat, title=title, people=people),
        "done": factories.make_request(company, pat, title=title),
    }
    for number, name in enumerate(("template", "archived")):
        about = TemplateDetails(f"{WORD} {name}", is_shared=False)
        now = timezone.now()
        made = templates.create(company, pat, now, details=about)
        document = factories.make_document(made.request)
        factories.make_field(drafts.add_signer(made.request, "Pat Miller"), document)
        if number:
            templates.archive(made, now=now)
        rows[name] = SignRequest.with_templates.get(pk=made.request_id)
    kinds = (Factor.Kind.IDENTITY,)
    rows["shown"] = factories.make_request(company, pat, title=title, kinds=kinds)
    check = factories.make_identity_check(rows["shown"])
    looking.look(check, pat, actor=pat.name, now=timezone.now())
    complete(rows["done"])
    for page in Page.objects.all():
        page.image.save("1.png", ContentFile(b"\x89PNG"))
    factories.Browser(factories.signer_of(rows["sent"]).gate).must_ask()
    code = factories.issue(rows["sent"]).code
    return House(company, pat, rows, code, check)


def complete(request: SignRequest) -> None:
    request.sealed.save("x.pdf", ContentFile(b"%PDF-"), save=False)
    request.state = SignRequest.State.COMPLETED
    request.closed_at = timezone.now()
    request.save()


@pytest.fixture
def as_quinn(client_class, company) -> Client:
    """Publishes for Acme too; members do not act for each other."""
    browser = client_class()
    browser.force_login(factories.make_member(company, "Quinn Otto"))
    return browser


def addresses(house: House) -> list[tuple[str, str]]:
    """Return (name, address) of every page that speaks of the house's rows."""
    return [
        (name, address)
        for name, address, _answer in own_pages(house)
        if name not in OF_ONESELF
    ]


def crossed(house: House) -> list[tuple[str, str]]:
    """As addresses, with the ids of rows that a page is not about."""
    found = []
    ids = {row: house.ids(row) for row in house.rows}
    for name, (meant, more, _answer) in OF_A_ROW.items():
        for row, known in ids.items():
            given = {one: known[one] for one in ("pk", *more)}
            if row != meant:
                found.append((name, reverse(f"workspace:{name}", kwargs=given)))
    return found


def snapshot() -> dict[str, list]:
    """Every row of ours; sessions are Django's."""
    ours = ("signing", "verification", "workspace")
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for label in ours
        for model in apps.get_app_config(label).get_models()
        if not model._meta.proxy
    }


def changed(before: dict[str, list]) -> list[str]:
    after = snapshot()
    return [label for label in before if before[label] != after[label]]


def body_of(response) -> str:
    content = (
        b"".join(response.streaming_content) if response.streaming else response.content
    )
    return content.decode(errors="replace") + str(response.headers)


def spoken_in(body: str, words: list[str]) -> list[str]:
    return [one for one in words if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", body)]


def crawl(client, house: House, pages, methods=METHODS) -> list[str]:
    """Return what was found of house by somebody who must find nothing."""
    words, faults = house.words(), []
    for name, address in pages:
        for method in methods:
            response = getattr(client, method)(address)
            if response.status_code not in (404, 405):
                faults.append(f"{method} {name}: {response.status_code} {address}")
            elif told := spoken_in(body_of(response), words):
                faults.append(f"{method} {name} tells {told}")
    return faults


def test_every_address_is_in_a_table():
    names = [pattern.name for pattern in urlpatterns]
    known = {*OF_A_ROW, *OF_A_SELECTION, *OF_ONESELF, *OF_NOBODY}
    assert set(names) == known
    assert len(names) == len(set(names))
    with_ids = {one.name for one in urlpatterns if one.pattern.converters}
    assert with_ids - OF_NOBODY == set(OF_A_ROW)
    for pattern in urlpatterns:
        if pattern.name in OF_A_ROW:
            named = {"pk", *OF_A_ROW[pattern.name][1]}
            assert set(pattern.pattern.converters) == named, pattern.name


def test_mal_of_another_company_finds_nothing_and_changes_nothing(as_mal, acme):
    before = snapshot()
    assert crawl(as_mal, acme, addresses(acme)) == []
    assert crawl(as_mal, acme, crossed(acme), ["post"]) == []
    assert changed(before) == []


def test_another_publisher_of_the_company_finds_nothing(as_quinn, acme):
    before = snapshot()
    Company.objects.update(name="Acme Advisors")  # Quinn may read that
    assert crawl(as_quinn, acme, addresses(acme)) == []
    assert changed(before) == ["signing.Company"]


def test_whom_nobody_knows_is_led_to_the_sign_in(acme):
    before, stranger = snapshot(), Client()
    pages = [*addresses(acme), *((one, page_of(one)) for one in OF_ONESELF)]
    for name, address in pages:
        for method in ("get", "post"):
            response = getattr(stranger, method)(address)
            assert response.status_code == 302, (method, name)
            assert response.url.startswith("/workspace/sign-in/"), (method, name)
            assert spoken_in(body_of(response), acme.words()) == [], (method, name)
    assert changed(before) == []


def test_who_still_owes_the_second_step_is_led_to_it(client, acme):
    """A password alone opens nothing once an app is set up."""
    begun = devices.begin(acme.pat)
    assert devices.confirm(acme.pat, begun.pk, code_now(acme.pat))
    client.force_login(acme.pat)
    before = snapshot()
    for name, address in [
        *addresses(acme),
        *((one, page_of(one)) for one in OF_ONESELF),
    ]:
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            assert response.status_code == 302, (method, name)
            assert response.url.startswith("/workspace/sign-in/code/"), (method, name)
    assert changed(before) == []


def test_who_has_no_second_step_where_it_is_asked_for_sets_one_up(client, acme):
    Company.objects.update(second_step_required=True)
    client.force_login(acme.pat)
    before = snapshot()
    for name, address in addresses(acme):
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            assert response.status_code == 302, (method, name)
            assert response.url == page_of("set-up-second-step"), (method, name)
    assert changed(before) == []


def test_a_press_from_another_site_changes_nothing(client_class, acme):
    forged = client_class(enforce_csrf_checks=True)
    forged.force_login(acme.pat)
    before = snapshot()
    for name, address in [
        *addresses(acme),
        *((one, page_of(one)) for one in OF_ONESELF),
    ]:
        answer = forged.post(address, headers={"Origin": "https://evil.example"})
        assert answer.status_code in (403, 405), name
    assert changed(before) == []


@pytest.mark.parametrize("named", [SIGNER, DOCUMENT, FIELD], ids=lambda one: one[0])
def test_parts_of_one_transaction_are_not_found_in_another_of_ones_own(
    client, acme, named
):
    client.force_login(acme.pat)
    (name_of_part,) = named
    pages = {
        page: facts for page, facts in OF_A_ROW.items() if name_of_part in facts[1]
    }
    assert pages
    before = snapshot()
    for page, (row, more, _answer) in pages.items():
        for other in acme.rows:
            if other == row:
                continue
            known = acme.ids(row) | {name_of_part: acme.ids(other)[name_of_part]}
            given = {one: known[one] for one in ("pk", *more)}
            address = reverse(f"workspace:{page}", kwargs=given)
            for method in ("get", "post"):
                status = getattr(client, method)(address).status_code
                assert status in (404, 405), (method, page, other)
    assert changed(before) == []


def test_one_foreign_row_in_a_selection_is_none_at_all(client_class, acme, as_mal, mal):
    own = factories.make_request(mal.memberships.get().company, mal)
    theirs = acme.rows["sent"]
    facts = {"signer": str(theirs.signers.first().public_id), "reason": "Mine."}
    before = snapshot()
    for name in OF_A_SELECTION:
        page = f"{page_of(name)}?pk={own.public_id}&pk={theirs.public_id}"
        assert as_mal.get(page).status_code in (404, 405), name
        named = {"pk": [str(own.public_id), str(theirs.public_id)], **facts}
        assert as_mal.post(page_of(name), named).status_code in (404, 405), name
    assert changed(before) == []


def test_a_signer_of_theirs_in_the_body_is_not_reached(acme, as_mal, mal):
    """The selection is Mal's own; the signer, or the line, is not."""
    own = factories.make_request(mal.memberships.get().company, mal)
    signer = acme.rows["sent"].signers.first()
    bodies = {
        "resend": {"signer": signer.public_id},
        "remind": {"signer": signer.public_id},
        "update-phones": {f"phone-{signer.public_id}": "+14155550100"},
        "look-at-phone": {"line": f"phone-{signer.public_id}"},
    }
    before = snapshot()
    for name, body in bodies.items():
        response = as_mal.post(page_of(name), {"pk": own.public_id, **body})
        assert response.status_code in (302, 404), name
        assert spoken_in(body_of(response), [WORD]) == [], name
    assert changed(before) == []


def test_a_sent_transaction_is_no_draft(client, acme):
    client.force_login(acme.pat)
    known, before = acme.ids("sent"), snapshot()
    for page, (row, more, _answer) in OF_A_ROW.items():
        if row == "draft" and page != "send":
            given = {one: known[one] for one in ("pk", *more)}
            address = reverse(f"workspace:{page}", kwargs=given)
            assert client.post(address).status_code in (404, 405), page
    assert changed(before) == []


def test_the_owner_sees_every_page_and_changes_nothing_by_looking(client, acme):
    client.force_login(acme.pat)
    heads = TrailEntry.objects.count()
    before, secrets, faults = snapshot(), acme.secrets(), []
    for name, address, status in own_pages(acme):
        response = client.get(address)
        if response.status_code != status:
            faults.append(f"{name}: {response.status_code}")
        body = body_of(response)
        if told := spoken_in(body, secrets):
            faults.append(f"{name} gives away {told}")
        if "/l/" in body:
            faults.append(f"{name} has a signer's link")
    assert faults == []
    assert TrailEntry.objects.filter(kind="downloaded").count() == 4
    assert TrailEntry.objects.count() == heads + 4
    # Taking a copy is written down; setting up begins an app that is not on yet.
    written = {"verification.Trail", "verification.TrailEntry", "signing.SignRequest"}
    assert set(changed(before)) <= written


def own_pages(house: House) -> list[tuple[str, str, int]]:
    pages = [(name, page_of(name), status) for name, status in OF_ONESELF.items()]
    for name, status in OF_A_SELECTION.items():
        row = house.rows["done" if name == "download" else "sent"]
        pages.append((name, f"{page_of(name)}?pk={row.public_id}", status))
    for name, (row, more, status) in OF_A_ROW.items():
        known = house.ids(row)
        given = {one: known[one] for one in ("pk", *more)}
        pages.append((name, reverse(f"workspace:{name}", kwargs=given), status))
    return pages


def page_of(name: str) -> str:
    return reverse(f"workspace:{name}")
