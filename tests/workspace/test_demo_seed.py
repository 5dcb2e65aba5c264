"""What `make demo` finds ready."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from signing.flows import drafts, readiness, sending
from signing.models import Company, Signer, SignRequest, Template
from tests import factories
from tests.workspace.api.boldsign import Door
from tests.workspace.api.box import SEED_FILE, SEED_FOLDER, Program
from verification import links, trail
from verification.confinement import Result
from verification.flows import reading
from verification.models import (
    Challenge,
    DemoMessage,
    Factor,
    Gate,
    IdentityCheck,
    IdentityRules,
    User,
)
from workspace.demo import (
    cast,
    documents,
    facts,
    papers,
    reviewing,
    seeding,
    snapshots,
    specimens,
)
from workspace.demo.cast import Cast
from workspace.models import Membership

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
OMAR = next(one for one in cast.ALONE if one.title == "Beneficiary change")
SAM = next(one for one in cast.ALONE if one.title == "Visitor agreement")
KINDS = [kind.value for kind in drafts.KINDS]
KEYS = [
    "base_url",
    "accounts",
    "boldsign_api_key",
    "box_token",
    "box_folder_id",
    "box_template_id",
    "on_behalf_of",
    "signers",
]


@pytest.fixture(autouse=True)
def _demo(settings, tmp_path):
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.workspace.demo_urls"
    settings.SMS_CHANNEL = settings.VOICE_CHANNEL = settings.EMAIL_CHANNEL = "demo"
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]


@pytest.fixture
def small() -> Cast:
    """The first company, with two of its transactions."""
    return dataclasses.replace(cast.ACME, scenarios=(OMAR, SAM))


def told_by(path: Path):
    return json.loads(path.read_text())


def test_the_demo_is_whole(client, settings):
    """One run, since it takes a while: the file, the accounts, every combination."""
    call_command("seed_demo", stdout=io.StringIO())
    path = settings.DATA_DIR / "demo.json"
    told = told_by(path)
    assert list(told) == KEYS
    assert path.stat().st_mode & 0o777 == 0o600
    assert told["base_url"] == settings.PUBLIC_URL
    _check_accounts(told["accounts"])
    _check_signers(told["signers"])
    _check_companies()
    _check_template()
    _check_that_access_codes_stay(told["signers"])
    shown = client.get("/").content.decode()
    for signer in told["signers"]:
        assert signer["link"] in shown
    for account in told["accounts"]:
        assert account["password"] in shown
    for name in ("boldsign_api_key", "box_token", "box_folder_id"):
        assert told[name] in shown
    _check_programs(told)


def _check_programs(told):
    box = Program(told["box_token"], Client())
    folder = box.get(f"/2.0/folders/{told['box_folder_id']}")
    (file,) = folder["item_collection"]["entries"]
    assert (folder["id"], file["id"]) == (SEED_FOLDER, SEED_FILE)
    template = box.get(f"/2.0/sign_templates/{told['box_template_id']}")
    assert template["name"] == "Client agreement"
    made = box.request(
        source_files=[{"id": file["id"]}],
        parent_folder={"id": folder["id"]},
        is_document_preparation_needed=True,
    )
    assert made["status"] == "created"
    box.post(f"/2.0/sign_requests/{made['id']}/cancel", None, 202)
    door = Door(told["boldsign_api_key"])
    document = door.sent(onBehalfOf=told["on_behalf_of"])
    behalf = door.properties(document)["behalfOf"]
    assert behalf["emailAddress"] == told["on_behalf_of"]
    answer = door.delete("document/delete", documentId=document.public_id)
    assert answer.status_code == 204


def _check_template():
    template = Template.objects.of(Company.objects.get(name="Acme Advisors")).get()
    client, adviser = template.request.signers.select_related("gate")
    assert (client.label, client.name) == ("Client", "")
    assert client.needs_access_code
    assert client.needs_phone
    assert adviser.gate.factors.exclude(secret="").exists()
    assert client.fields.exists()
    assert adviser.fields.exists()
    assert readiness.problems(template.request) == []


def _check_accounts(accounts):
    assert {(one["role"], one["company"]) for one in accounts} == set(
        itertools.product(
            ("publisher", "company_admin"), ("Acme Advisors", "Harbor & Lane")
        )
    )
    for one in accounts:
        user = User.objects.get(email=one["email"])
        assert user.check_password(one["password"])
        member = Membership.objects.get(user=user, company__name=one["company"])
        assert member.role == one["role"]


def _check_signers(signers):
    kinds = ("access_code", "phone", "email")
    every = [
        set(some) for many in range(4) for some in itertools.combinations(kinds, many)
    ]
    every += [
        {"identity"},
        {"access_code", "identity"},
        {"phone", "identity"},
        {"email", "identity"},
        {"phone", "passkey"},
        {"email", "totp"},
        set(KINDS),
    ]
    for combination in every:
        assert combination in [set(one["factors"]) for one in signers]
    for one in signers:
        token = links.read_token(one["link"].rpartition("/")[2])
        signer = Signer.objects.get(gate__public_id=token.gate_id)
        assert (signer.name, signer.email) == (one["name"], one["email"])
        assert signer.state == Signer.State.INVITED
        wanted = signer.gate.factors.values_list("kind", flat=True)
        assert sorted(wanted) == sorted(one["factors"])
        assert ("access_code" in one) == ("access_code" in one["factors"])
        assert set(one) - {"access_code"} == {"name", "email", "link", "factors"}
    stages = Factor.objects.filter(stage="sign").values_list("kind", flat=True)
    assert {"phone", "identity"} <= set(stages)
    rules = IdentityRules.objects.filter(factor__gate__email="leo@example.com").get()
    assert rules.needs_live_capture
    assert rules.document_types == ["passport"]


def _check_companies():
    acme, harbor = Company.objects.order_by("pk")
    assert acme.offers_alternative_codes
    assert not harbor.alternative_codes_on
    assert not harbor.generate_in_resend
    assert {"US", "JP", "DE"} <= acme.countries
    states = set(SignRequest.objects.values_list("state", flat=True))
    assert states == {"draft", "sent", "sealing", "declined", "recalled"}
    phones = list(Gate.objects.exclude(phone="").values_list("phone", flat=True))
    assert len(phones) > len(set(phones)), "two signers share a phone"
    for request in SignRequest.objects.all():
        assert trail.verify(request.trail) is None
        assert request.documents.get().page_count > 1


def _check_that_access_codes_stay(signers):
    factories.deliver_due()
    everything = " ".join(
        f"{row.subject} {row.text} {row.html}" for row in DemoMessage.objects.all()
    )
    assert "/l/" in everything
    for one in signers:
        assert one.get("access_code", "nowhere") not in everything
    assert not Challenge.objects.exists()


def test_seeding_again_keeps_what_can_still_be_tried(small):
    seeding.seed(timezone.now(), [small])
    before = told_by(facts.write())["signers"]
    omar = Signer.objects.get(gate__email="omar@example.com").request
    sending.recall(omar, actor=omar.sender, reason="", now=timezone.now())
    pat = User.objects.get(email="pat@example.com")
    pat.set_password("something else")
    pat.save()
    seeding.seed(timezone.now(), [small])
    after = told_by(facts.write())["signers"]
    assert SignRequest.objects.count() == 3
    assert before[0]["email"] == after[0]["email"] == "omar@example.com"
    assert before[0]["link"] != after[0]["link"]
    assert before[1] == after[1]
    pat.refresh_from_db()
    assert pat.check_password(small.accounts[0].password)


def test_no_accounts_with_known_passwords_without_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_a_transaction_can_be_sent_again(client, settings, small):
    seeding.seed(timezone.now(), [small])
    client.post("/demo/again", {"title": SAM.title})
    rows = SignRequest.objects.filter(title=SAM.title)
    assert rows.count() == 2
    signer = Signer.objects.get(request=rows.latest("pk"))
    told = told_by(settings.DATA_DIR / "demo.json")["signers"]
    link = next(one["link"] for one in told if one["name"] == "Sam Okoro")
    assert link == links.signer_url(signer.gate.public_id, signer.gate.link_version)


def test_the_papers_are_always_the_same():
    one, other = (papers.agreement("Loan agreement", ["Eva Voss"]) for _ in range(2))
    assert one.pdf == other.pdf
    assert set(one.places) == {"Eva Voss signature", "Eva Voss date"}
    assert papers.japanese_lease("佐藤 花子").pdf.startswith(b"%PDF")


# IDs


@pytest.fixture
def read_at_once(monkeypatch):
    """What a child would read of each specimen, without the seconds it takes."""

    def examine(source, side):
        holder = documents.holder_of(reading_of[0])
        zone = {
            documents.jpeg(reading_of[0], "passport"): specimens.passport_zone(holder),
            documents.jpeg(reading_of[0], "card-back"): specimens.small_card_zone(
                holder
            ),
            documents.jpeg(reading_of[0], "forged"): specimens.with_wrong_digits(
                specimens.passport_zone(holder)
            ),
        }.get(source, ())
        said = {"reason": "", "lines": list(zone), "is_sure": True}
        return Result(said, [source])

    reading_of = [""]
    read = reading.read

    def named(picture_id, now):
        row = IdentityCheck.objects.filter(pictures=picture_id)
        reading_of[0] = row.get().gate.name
        return read(picture_id, now)

    monkeypatch.setattr(reading, "examine", examine)
    monkeypatch.setattr(reading, "read", named)


def test_ids_wait_for_the_publisher_and_one_has_failed(small, read_at_once):
    seeding.seed(timezone.now(), [dataclasses.replace(small, scenarios=())])
    (house,) = [one for one in seeding.houses() if one.cast.company == small.company]
    for _ in range(2):
        reviewing.play(house, timezone.now())
    checks = IdentityCheck.objects.order_by("gate__name")
    states = {one.gate.name: (one.state, one.reason) for one in checks}
    assert states == {
        "Ines Ferro": ("failed", "check_digits"),
        "Jonas Abel": ("waiting", ""),
        "Marta Keller": ("waiting", ""),
    }
    marta = checks.get(gate__name="Marta Keller")
    assert marta.get_facts().full_name.lower() == "marta keller"
    assert marta.checks["name"] is True
    assert set(marta.pictures.values_list("side", flat=True)) == {"front", "selfie"}
    client = Client()
    client.force_login(house.sender)
    page = client.get("/workspace/identity/").content.decode()
    assert "Marta Keller" in page
    assert "Jonas Abel" in page


def test_specimens_are_there_for_everybody_who_is_asked_for_an_id(client):
    page = client.get("/demo/documents/").content.decode()
    asked = [person.slug for person in documents.people()]
    assert "nadia-frost" in asked
    for slug in asked:
        assert f'id="{slug}"' in page
    answer = client.get("/demo/documents/nadia-frost/passport.jpg")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(snapshots.as_jpeg(specimens.nobody())[:2])
    for address in ("mal/passport", "nadia-frost/nothing"):
        assert client.get(f"/demo/documents/{address}.jpg").status_code == 404


def test_where_passkeys_cannot_work_the_demo_goes_without(settings, small):
    settings.PUBLIC_URL = "http://192.0.2.7:8000"
    priya = next(one for one in cast.PROVING if one.title == "Annual review")
    seeding.seed(timezone.now(), [dataclasses.replace(small, scenarios=(SAM, priya))])
    assert list(SignRequest.objects.values_list("title", flat=True)) == [SAM.title]
