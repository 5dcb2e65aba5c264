"""The signer's pages of the identity check, without a script: forms and links."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from tests import factories as make
from tests.signing.pages import SignerClient
from verification.flows import hosted, identity, passing, picturing, reading
from verification.identity.reading import Reading
from verification.models import (
    BrowserSession,
    Budget,
    Capture,
    Factor,
    Gate,
    Grant,
    HostedSession,
    IdentityCheck,
    IdentityPicture,
    IdentityRules,
    TrailEntry,
)
from workspace.demo import specimens

pytestmark = pytest.mark.django_db

State = IdentityCheck.State
IDENTITY = Factor.Kind.IDENTITY


def photo(width: int = 900, height: int = 640) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(made, "JPEG")
    return made.getvalue()


PHOTO = photo()


class IdentityClient(SignerClient):
    """Presses through the identity check as the pages offer it."""

    @property
    def check(self) -> IdentityCheck:
        return self.gate.identity_checks.latest("pk")

    @property
    def at(self) -> str:
        return f"{self.home}identity/{self.check.public_id}"

    def reload(self, path: str = ""):
        self.response = self.client.get(path or self.home, follow=True)
        return self.response

    def intro(self) -> str:
        self.open_link()
        return self.text

    def begin(self) -> IdentityClient:
        self.open_link()
        self.press("/identity/start")
        return self

    def choose(self, document_type: str = "passport", country: str = "US"):
        self.press("/document", document_type=document_type, country=country)
        return self

    def upload(self, side: str = "front", source: bytes = PHOTO, **typed):
        self.reload(f"{self.at}/{side}/?again")
        form = self.form(f"/{side}/send")
        file = SimpleUploadedFile("me.jpg", source, "image/jpeg")
        values = form.values | {"picture": file} | typed
        self.response = self.client.post(form.action, values, follow=True)
        return self

    def good(self, side: str = "front") -> IdentityClient:
        """Upload a picture that the worker then finds good."""
        self.upload(side)
        looked_at(self.check, side)
        self.reload()
        return self

    def frame(self, side: str = "front", client: Client | None = None, **changes):
        """Send a picture as the camera's script does."""
        client = client or self.client
        opened = client.post(f"{self.at}/camera").json()
        values = {
            "capture": opened.get("capture", ""),
            "number": opened.get("number", ""),
            "picture": SimpleUploadedFile("frame.jpg", PHOTO, "image/jpeg"),
        }
        return client.post(
            f"{self.at}/{side}/send",
            values | changes,
            headers={"Accept": "application/json"},
        )

    def sent(self) -> IdentityClient:
        """All the way to a person who has to decide."""
        self.begin().choose().good()
        self.press("/send")
        identity.settle(self.check, identity.Finding(None), timezone.now())
        return self


def looked_at(check: IdentityCheck, side: str, reason: str = "") -> IdentityPicture:
    """Do what the worker does once it has read a picture."""
    picture = check.pictures.get(side=side)
    picture.state = "refused" if reason else "good"
    picture.reason, picture.read_at = reason, timezone.now()
    picture.width, picture.height = 900, 640
    picture.save()
    return picture


def request_for(**rules):
    sent = make.make_request(kinds=(IDENTITY,))
    factor = make.signer_of(sent).gate.factors.get(kind=IDENTITY)
    kept = {"factor": factor} | rules
    IdentityRules.objects.update_or_create(factor=factor, defaults=kept)
    return sent


@pytest.fixture
def ada() -> IdentityClient:
    return IdentityClient(make.signer_of(request_for()).gate)


def ada_with(**rules) -> IdentityClient:
    return IdentityClient(make.signer_of(request_for(**rules)).gate)


def writes() -> tuple[int, ...]:
    counted = (TrailEntry, IdentityCheck, IdentityPicture, Capture, BrowserSession)
    return tuple(model.objects.count() for model in counted)


# The whole way


def test_a_passport_is_shown_reviewed_and_opens_the_document(ada):
    ada.open_link()
    assert "Show your ID" in ada.text
    assert "Have your passport, identity card or driver’s license ready" in ada.text
    ada.press("/identity/start")
    assert "Which document do you have?" in ada.text
    ada.choose("passport", "US")
    assert "Open your passport at the page with your photo" in ada.text
    ada.upload()
    assert "Checking your picture…" in ada.text
    looked_at(ada.check, "front")
    ada.reload(f"{ada.at}/front/")
    assert "This picture is good" in ada.text
    ada.reload(f"{ada.home}identity/")
    assert "Sending uses a try. You have 3." in ada.text
    ada.press("/send")
    assert "Reading your document" in ada.text
    identity.settle(ada.check, identity.Finding(None), timezone.now())
    ada.reload()
    assert "Your ID is being reviewed" in ada.text
    identity.approve(ada.check, actor="Pat", user_id=None, now=timezone.now())
    ada.reload()
    assert "Your identity is confirmed" in ada.text
    ada.press("/use")
    assert ada.response.redirect_chain[-1][0] == ada.home
    assert "Residential Lease" in ada.text
    assert Grant.objects.filter(factor__kind=IDENTITY, ended_at=None).exists()
    assert TrailEntry.objects.filter(kind="viewed").count() == 1


def test_a_card_needs_its_back_and_a_selfie_where_one_is_asked():
    ada = ada_with(needs_selfie=True).begin().choose("id_card", "DE")
    assert "Picture 1 of 3" in ada.text
    ada.good("front")
    assert "Now the back of your identity card" in ada.text
    ada.good("back")
    assert "Now a picture of your face" in ada.text
    ada.good("selfie")
    assert "Send for checking" in ada.text


def test_only_allowed_documents_are_offered_and_taken():
    ada = ada_with(document_types=["passport"]).begin()
    assert "Have your passport ready" in ada_with(document_types=["passport"]).intro()
    assert 'value="id_card"' not in ada.response.content.decode()
    ada.choose("id_card")
    assert "This document will not do here" in ada.text
    assert ada.check.document_type == ""


def test_another_document_has_to_be_photographed_anew_but_not_the_face():
    ada = ada_with(needs_selfie=True).begin().choose("passport")
    ada.good("front").good("selfie")
    ada.reload(f"{ada.at}/document")
    ada.choose("id_card", "DE")
    assert "The front of your identity card" in ada.text
    assert set(ada.check.pictures.values_list("side", flat=True)) == {"selfie"}


def test_stricter_rules_count_at_once(ada):
    rules = IdentityRules.objects.filter(factor__gate=ada.gate)
    ada.begin().choose("passport").good("front")
    rules.update(needs_live_capture=True)
    ada.reload(f"{ada.home}identity/")
    assert "Open your passport" in ada.text
    ada.client.post(f"{ada.at}/send", {"key": "k"})
    assert ada.check.state == State.OPEN
    rules.update(document_types=["id_card"])
    ada.reload(f"{ada.home}identity/")
    assert "Which document do you have?" in ada.text


def test_a_document_and_a_country_have_to_be_chosen(ada):
    ada.begin()
    assert "novalidate" in ada.response.content.decode()
    ada.choose(document_type="", country="FR")
    page = ada.response.content.decode()
    assert "Choose your document." in ada.text
    assert 'aria-describedby="document-error"' in page
    assert page.count("autofocus") == 1  # on the choice, not on the heading
    assert re.search(r'<option value="FR"\s+selected>', page)  # kept
    ada.choose(country="XX")
    assert "Choose the country" in ada.text
    page = ada.response.content.decode()
    assert 'id="country-error"' in page
    assert re.search(r'value="passport"[^>]*checked', page)
    assert ada.check.document_type == ""


def test_the_companys_country_is_chosen_already(ada):
    ada.begin()
    page = ada.response.content.decode()
    assert re.search(r'<option value="US"\s+selected>', page)


def test_the_intro_says_who_compares_faces():
    words = ada_with(needs_selfie=True).intro()
    assert "A person at Acme Advisors compares your face" in words


def test_who_cannot_do_it_now_is_told_whom_to_call(ada):
    ada.open_link()
    before = writes()
    ada.reload(f"/l/{ada.token}?show=cannot-now")
    assert "Your link stays good." in ada.text
    assert "Pat Miller" in ada.text
    assert writes() == before
    ada.reload(f"/l/{ada.token}")
    ada.press("/identity/start")
    ada.reload(f"{ada.home}cannot-now")
    assert "Your link stays good." in ada.text


# What would be refused


ZONE_OF = specimens.Holder()  # Ada Lane of Utopia


def reads(ada: IdentityClient, lines, side: str = "front", *, is_sure=True):
    """Have the worker read these lines, and go to the page before sending."""
    ada.good(side)
    picture = ada.check.pictures.get(side=side)
    picture.reading = Reading(tuple(lines), is_sure).seal(picture.purpose)
    picture.save()
    return ada.reload(f"{ada.home}identity/")


def passport_of(**changes) -> tuple[str, ...]:
    return specimens.passport_zone(replace(ZONE_OF, **changes))


@pytest.fixture
def utopia(settings) -> None:
    settings.DEMO = True


@pytest.mark.usefixtures("utopia")
@pytest.mark.parametrize(
    ("changes", "says", "offers"),
    [
        (
            {"surname": "Reed"},
            "is not the one that this was sent to. Use a document with the name",
            "I have another document",
        ),
        (
            {"expires_on": date(2020, 1, 1)},
            "This document has expired. Use another document",
            "I have another document",
        ),
    ],
)
def test_what_would_be_refused_is_told_before_a_try_is_spent(
    ada, changes, says, offers
):
    ada.begin().choose(country="XU")
    reads(ada, passport_of(**changes))
    before = writes()
    ada.reload(f"{ada.home}identity/")
    assert says in ada.text
    assert "costs you none of your tries" in ada.text
    assert f'href="{ada.at}/document?another"' in ada.response.content.decode()
    first, last = ada.text.index(offers), ada.text.index("Send it anyway")
    assert first < last
    assert ada.text.count(offers) == 1
    assert "Send for checking" not in ada.text
    assert writes() == before
    assert not Budget.objects.filter(gate=ada.gate, total__gt=0).exists()


@pytest.mark.usefixtures("utopia")
def test_another_passport_is_photographed_anew(ada):
    """Chosen by its kind alone it would be taken for the one that has expired."""
    ada.begin().choose(country="XU")
    reads(ada, passport_of(expires_on=date(2020, 1, 1)))
    ada.reload(f"{ada.at}/document?another")
    ada.choose(document_type="", country="XU")
    assert ada.check.pictures.exists()
    ada.choose("passport", "XU")
    assert "Open your passport" in ada.text
    assert not ada.check.pictures.exists()


@pytest.mark.usefixtures("utopia")
def test_who_sends_it_anyway_is_judged_as_was_foretold(ada):
    """A person may forgive what a machine refuses."""
    ada.begin().choose(country="XU")
    reads(ada, passport_of(surname="Reed"))
    assert "Acme Advisors can still accept by hand what was refused." in ada.text
    ada.press("/send")
    assert Budget.objects.get(gate=ada.gate, total__gt=0).total == 1
    reading.judge(ada.check.pk, timezone.now())
    assert (ada.check.state, ada.check.reason) == (State.FAILED, "name")
    assert identity.approve(ada.check, actor="Pat", user_id=None, now=timezone.now())
    ada.reload()
    assert "Your identity is confirmed" in ada.text


@pytest.mark.usefixtures("utopia")
def test_wrong_lines_of_a_card_are_to_be_taken_again_where_they_stand(ada):
    ada.begin().choose("id_card", "XU").good("front")
    lines = specimens.small_card_zone(ZONE_OF)
    reads(ada, specimens.with_wrong_digits(lines), "back")
    assert "The lines with “&lt;&lt;&lt;” do not fit together." in ada.text
    page = ada.response.content.decode()
    assert f'button-wide"\n     href="{ada.at}/back/?again"' in page
    assert "Send it anyway" in ada.text


@pytest.mark.usefixtures("utopia")
def test_another_kind_of_document_is_told_before_it_is_sent(ada):
    ada.begin().choose("id_card", "XU").good("back")
    reads(ada, passport_of())
    assert "This is another kind of document. Choose the kind" in ada.text


@pytest.mark.usefixtures("utopia")
def test_what_is_right_or_doubtful_is_sent_as_ever(ada):
    ada.begin().choose(country="XU")
    reads(ada, passport_of())
    assert "Is this you" in ada.text
    assert "Send for checking" in ada.text
    assert "Send it anyway" not in ada.text
    reads(ada, passport_of(surname="Lame"), is_sure=False)  # for a person
    assert "Send for checking" in ada.text
    assert "Send it anyway" not in ada.text


@pytest.mark.usefixtures("utopia")
def test_a_country_chosen_by_mistake_is_changed_in_one_press(ada):
    ada.begin().choose(country="US")
    reads(ada, passport_of())
    words = "This document is from another country. You chose United States."
    assert words in ada.text
    assert "My document is from Utopia (specimens)" in ada.text
    ada.press("/document")
    assert "Is this you" in ada.text
    assert "Send for checking" in ada.text
    assert (ada.check.country, ada.check.document_type) == ("XU", "passport")
    assert ada.check.pictures.filter(state="good").count() == 1  # nothing anew
    assert not Budget.objects.filter(gate=ada.gate, total__gt=0).exists()


@pytest.mark.usefixtures("utopia")
def test_the_country_is_not_offered_where_that_would_not_be_enough(ada):
    ada.begin().choose(country="US")
    reads(ada, passport_of(surname="Reed"))
    assert "This document is from another country." in ada.text
    assert not ada.offers("/document")
    assert "I have another document" in ada.text


# Pictures


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("blurred", "This picture is blurred. Rest your arms"),
        ("glare", "Light is reflected on the document. Tilt"),
        ("too_dark", "This picture is too dark. Go to a window"),
        ("no_picture", "This file is not a picture that we can read."),
        ("too_small", "This picture is too small to read. Go closer"),
        ("no_face", "No face can be seen in this picture. Hold the camera"),
        ("too_large", "This picture is too large."),
    ],
)
def test_a_refused_picture_says_why_and_costs_nothing(ada, reason, says):
    ada.begin().choose().upload()
    looked_at(ada.check, "front", reason)
    ada.reload(f"{ada.at}/front/")
    assert says in ada.text
    assert "costs you none of your tries" in ada.text
    assert not Budget.objects.filter(gate=ada.gate, total__gt=0).exists()


def test_who_waits_long_for_the_worker_is_told_so(ada):
    words = "This takes longer than usual. Please keep this page open."
    ada.begin().choose().upload()
    says_later = f'data-later="8"\n       data-words="{words}"'
    assert says_later in ada.response.content.decode()
    looked_at(ada.check, "front")
    ada.reload(f"{ada.home}identity/")
    ada.press("/send")
    assert "Reading your document" in ada.text
    assert says_later in ada.response.content.decode()


def test_a_doubtful_picture_can_be_used_all_the_same(ada):
    ada.begin().choose().upload()
    looked_at(ada.check, "front", "blurred")
    ada.reload(f"{ada.at}/front/")
    ada.press("/front/keep")
    assert ada.check.pictures.get().state == "good"


def test_nothing_but_the_wanted_sides_is_taken(ada):
    ada.begin().choose("passport")
    for side in ("back", "selfie", "other"):
        assert ada.client.get(f"{ada.at}/{side}/").status_code == 404
        sent = {"picture": SimpleUploadedFile("a.jpg", PHOTO)}
        assert ada.client.post(f"{ada.at}/{side}/send", sent).status_code == 404
    assert not ada.check.pictures.exists()


def test_a_form_without_a_file_says_so(ada):
    ada.begin().choose()
    form = ada.form("/front/send")
    ada.response = ada.client.post(form.action, form.values)
    assert "This file is not a picture that we can read." in ada.text


def test_a_file_that_is_too_large_says_so(ada, monkeypatch):
    ada.begin().choose()
    monkeypatch.setattr(picturing, "MOST_BYTES", len(PHOTO) - 1)
    ada.upload()
    assert "This picture is too large." in ada.text
    assert not ada.check.pictures.exists()


def test_a_body_that_is_too_large_is_not_read(ada):
    ada.begin().choose()
    sent = ada.client.generic(
        "POST",
        f"{ada.at}/front/send",
        b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="99000000",
    )
    assert sent.status_code == 302
    ada.reload(sent["Location"])
    assert "This picture is too large." in ada.text


def test_a_photo_of_five_megabytes_is_taken_from_a_known_browser_only(ada):
    large = PHOTO + b"\0" * 5_000_000
    ada.begin().choose().upload(source=large)
    assert ada.check.pictures.count() == 1
    stranger = Client(enforce_csrf_checks=True)
    sent = {"picture": SimpleUploadedFile("a.jpg", large)}
    assert stranger.post(f"{ada.at}/front/send", sent).status_code in (400, 403)


def test_a_picture_without_the_forms_token_is_refused(ada):
    ada.begin().choose()
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = ada.client.cookies
    sent = {"picture": SimpleUploadedFile("a.jpg", PHOTO)}
    assert forged.post(f"{ada.at}/front/send", sent).status_code == 403
    assert not ada.check.pictures.exists()


# Live capture


def test_a_frame_of_our_camera_is_live():
    ada = ada_with(needs_live_capture=True).begin().choose()
    said = ada.frame().json()
    assert said == {"page": f"{ada.at}/front/"}
    assert ada.check.pictures.get().is_live


def test_a_file_is_refused_where_the_picture_must_be_taken_live():
    ada = ada_with(needs_live_capture=True).begin().choose()
    assert not ada.offers("/front/send")
    file = SimpleUploadedFile("me.jpg", PHOTO, "image/jpeg")
    ada.response = ada.client.post(f"{ada.at}/front/send", {"picture": file})
    assert "has to be taken with the camera" in ada.text
    assert not ada.check.pictures.exists()


@pytest.mark.parametrize(
    "forged", [{"capture": "x" * 32}, {"number": "7"}, {"number": "-1"}, {"number": ""}]
)
def test_a_frame_without_a_capture_of_ours_is_refused(forged):
    ada = ada_with(needs_live_capture=True).begin().choose()
    assert ada.frame(**forged).json()["error"]
    assert not ada.check.pictures.exists()


def test_a_recorded_frame_cannot_be_sent_again():
    ada = ada_with(needs_live_capture=True).begin().choose()
    opened = ada.client.post(f"{ada.at}/camera").json()
    values = {"capture": opened["capture"], "number": opened["number"]}
    for has_worked in (True, False):
        file = SimpleUploadedFile("f.jpg", PHOTO)
        said = ada.client.post(
            f"{ada.at}/front/send",
            values | {"picture": file},
            headers={"Accept": "application/json"},
        ).json()
        assert ("page" in said) is has_worked


def test_a_capture_of_another_browser_is_worth_nothing():
    sent = request_for(needs_live_capture=True)
    ada, mal = (IdentityClient(make.signer_of(sent).gate) for _ in range(2))
    ada.begin().choose()
    mal.begin().choose()
    own = ada.gate.identity_checks.earliest("pk")
    camera = f"{ada.home}identity/{own.public_id}/camera"
    stolen = ada.client.post(camera).json()
    said = mal.frame(capture=stolen["capture"], number=stolen["number"]).json()
    assert said["error"]


# Their own pictures


def test_the_own_picture_is_shown_while_the_check_is_open_and_never_kept(ada):
    ada.begin().choose().upload()
    assert ada.client.get(f"{ada.at}/front/picture").status_code == 404  # not read yet
    looked_at(ada.check, "front")
    shown = ada.client.get(f"{ada.at}/front/picture")
    assert shown.content == PHOTO
    assert shown["Content-Type"] == "image/jpeg"
    assert "no-store" in shown["Cache-Control"]
    ada.reload(f"{ada.home}identity/")
    ada.press("/send")
    assert ada.client.get(f"{ada.at}/front/picture").status_code == 404


def test_mal_sees_no_picture_and_no_page_of_adas_check(ada):
    ada.begin().choose().good()
    mal = IdentityClient(make.signer_of(request_for()).gate).begin()
    other_browser = IdentityClient(ada.gate).begin()
    for path in ("/front/", "/front/picture", "/document", "/status"):
        theirs = f"{ada.home}identity/{first_check(ada)}{path}"
        assert mal.client.get(theirs).status_code == 404
        answer = other_browser.client.get(theirs)
        assert answer.status_code == 404 or answer.headers.get("HX-Redirect")
        own_gate = f"{mal.home}identity/{first_check(ada)}{path}"
        answer = mal.client.get(own_gate)
        assert answer.status_code == 404 or answer.headers.get("HX-Redirect")
    for path in ("/send", "/use", "/camera", "/phone", "/front/send", "/front/keep"):
        theirs = f"{mal.home}identity/{first_check(ada)}{path}"
        assert mal.client.post(theirs).status_code == 404
        theirs = f"{ada.home}identity/{first_check(ada)}{path}"
        assert other_browser.client.post(theirs, {"key": "k"}).status_code == 404


def first_check(ada: IdentityClient) -> str:
    return str(ada.gate.identity_checks.earliest("pk").public_id)


# Sending, and what comes of it


def test_send_pressed_twice_charges_once(ada):
    ada.begin().choose().good()
    form = ada.form("/send")
    for _ in range(2):
        ada.client.post(form.action, form.values)
    ada.client.post(form.action, form.values | {"key": "another"})
    assert Budget.objects.get(gate=ada.gate, kind=IDENTITY).total == 1
    assert TrailEntry.objects.filter(kind="try").count() == 1


def test_nothing_is_sent_before_every_picture_is_there():
    ada = ada_with(needs_selfie=True).begin().choose().good("front")
    ada.client.post(f"{ada.at}/send", {"key": "k"})
    assert ada.check.state == State.OPEN
    assert not TrailEntry.objects.filter(kind="try").exists()


def test_who_waits_for_a_person_is_remembered_for_a_week(ada):
    ada.sent()
    ada.reload(f"{ada.home}identity/")
    assert "a••@example.com" in ada.text or "@example.com" in ada.text
    cookie = ada.client.cookies["signer"]
    assert int(cookie["max-age"]) > timedelta(days=6).total_seconds()


def test_a_rejection_says_why_in_the_reviewers_words_and_lets_try_again(ada):
    ada.sent()
    identity.reject(
        ada.check,
        "The corner is cut off.",
        actor="Pat",
        user_id=None,
        now=timezone.now(),
    )
    ada.reload()
    assert "The reviewer did not accept it." in ada.text
    assert "The corner is cut off." in ada.text
    assert "You can send your ID 2 more times." in ada.text
    ada.press("/identity/start")
    assert "Which document do you have?" in ada.text
    assert ada.gate.identity_checks.count() == 2


def test_the_last_try_that_fails_locks_and_says_why():
    ada = ada_with(max_tries=1).sent()
    identity.reject(ada.check, "", actor="Pat", user_id=None, now=timezone.now())
    ada.reload(f"{ada.home}identity/")
    assert "This document is locked for now" in ada.text
    assert "could not be confirmed in 1 try" in ada.text
    assert "The reviewer did not accept it." in ada.text
    ada.reload()
    assert "This document is locked for now" in ada.text


def test_approved_by_hand_after_the_lock_it_goes_on():
    ada = ada_with(max_tries=1).sent()
    identity.reject(ada.check, "", actor="Pat", user_id=None, now=timezone.now())
    identity.approve(ada.check, actor="Pat", user_id=None, now=timezone.now())
    ada.reload()
    assert "Your identity is confirmed" in ada.text


def test_a_pass_is_used_once_and_by_its_own_browser(ada):
    ada.sent()
    identity.approve(ada.check, actor="Pat", user_id=None, now=timezone.now())
    ada.reload()
    form = ada.form("/use")
    other = IdentityClient(ada.gate).begin()
    assert other.client.post(form.action, form.values).status_code == 404
    before = ada.client.cookies["signer"].value
    ada.response = ada.client.post(form.action, form.values, follow=True)
    assert ada.client.cookies["signer"].value != before
    Grant.objects.update(ended_at=timezone.now())
    ada.client.post(form.action, form.values | {"key": "again"})
    assert not Grant.objects.filter(ended_at=None).exists()


def test_who_was_approved_much_later_comes_by_the_link_once_more(ada, time_machine):
    ada.sent()
    later = timezone.now() + timedelta(days=2)
    time_machine.move_to(later, tick=False)
    identity.approve(ada.check, actor="Pat", user_id=None, now=later)
    ada.reload(f"{ada.home}identity/")
    assert "open the link in your email once more" in ada.text
    assert not ada.offers("/use")
    ada.client.post(f"{ada.at}/use", {"key": "k"})
    assert not Grant.objects.exists()
    ada.open_link()
    ada.press("/identity/start")
    assert "You can go on now." in ada.text
    ada.press("/use")
    assert "Residential Lease" in ada.text
    assert Grant.objects.filter(ended_at=None).exists()


def test_opening_the_link_again_goes_on_with_what_was_begun(ada):
    ada.sent()
    ada.open_link()
    assert "Go on with the identity check" in ada.text
    ada.press("/identity/start")
    assert "Your ID is being reviewed" in ada.text
    assert ada.gate.identity_checks.count() == 1


def test_looking_changes_nothing(ada):
    ada.begin().choose().good()
    before = writes()
    for path in ("", "identity/", f"identity/{ada.check.public_id}/document"):
        ada.client.get(ada.home + path)
    for path in ("/front/", "/front/?again", "/front/picture", "/status"):
        ada.client.get(ada.at + path)
    for path in ("/camera", "/phone", "/send", "/use", "/front/send", "/front/keep"):
        assert ada.client.get(ada.at + path).status_code == 405
    assert ada.client.get(f"{ada.home}identity/start").status_code == 405
    assert writes() == before
    assert ada.check.state == State.OPEN


def test_nothing_is_shown_before_what_comes_first():
    sent = make.make_request(kinds=(Factor.Kind.PHONE, IDENTITY))
    ada = IdentityClient(make.signer_of(sent).gate)
    ada.open_link()
    ada.client.post(f"{ada.home}identity/start", {"link": ada.token, "key": "k"})
    assert not ada.gate.identity_checks.exists()
    ada.reload(f"{ada.home}identity/")
    assert "Let’s check it’s you" in ada.text


def test_a_recalled_document_takes_no_more_pictures(ada):
    ada.begin().choose()
    Gate.objects.filter(pk=ada.gate.pk).update(closed_at=timezone.now())
    file = SimpleUploadedFile("a.jpg", PHOTO)
    ada.client.post(f"{ada.at}/front/send", {"picture": file})
    assert not ada.check.pictures.exists()


def test_the_page_is_told_to_move_on_only_when_something_changed(ada):
    ada.begin().choose().upload()
    seen = re.search(r"seen=([^&\"]+)", ada.response.content.decode())[1]
    asks = f"{ada.at}/status?seen={seen}&side=front"
    assert ada.client.get(asks).status_code == 204
    looked_at(ada.check, "front")
    assert ada.client.get(asks)["HX-Redirect"] == f"{ada.at}/front/"


def test_only_the_page_that_takes_pictures_may_use_the_camera(ada):
    ada.open_link()
    assert "camera=()" in ada.response["Permissions-Policy"]
    ada.begin().choose()
    assert "camera=(self)" in ada.response["Permissions-Policy"]
    assert "microphone=()" in ada.response["Permissions-Policy"]


# The phone


@pytest.fixture
def handed(ada) -> tuple[IdentityClient, str]:
    """Ada at her computer, and the path that her QR code holds."""
    ada.begin().choose()
    return ada, hand_over(ada)


def hand_over(ada: IdentityClient) -> str:
    page = ada.client.post(f"{ada.at}/phone", {"key": "k"}).content.decode()
    return re.search(r"/p/[\w-]{20,}/", page)[0]


def test_a_phone_takes_the_pictures_and_the_computer_goes_on(handed):
    ada, path = handed
    phone = Client()
    page = phone.get(path)
    assert "Use this phone" in page.content.decode()
    assert "For <strong>Ada Lane</strong>" in page.content.decode()
    assert "Residential" not in page.content.decode()
    page = phone.post(f"{path}claim", follow=True)
    assert "Open your passport" in page.content.decode()
    assert "Residential" not in page.content.decode()
    ada.reload(f"{ada.home}identity/")
    assert "This page goes on when the picture is done." in ada.text
    opened = phone.post(f"{path}camera").json()
    file = SimpleUploadedFile("f.jpg", PHOTO)
    said = phone.post(
        f"{path}front/send",
        {"capture": opened["capture"], "number": opened["number"], "picture": file},
        headers={"Accept": "application/json"},
    ).json()
    assert said == {"page": f"{path}front/"}
    looked_at(ada.check, "front")
    assert "This picture is good" in phone.get(f"{path}front/").content.decode()
    assert phone.get(f"{path}front/picture").content == PHOTO
    assert "Go back to your computer" in phone.get(path).content.decode()
    assert ada.check.pictures.get().is_live
    ada.reload(f"{ada.home}identity/")
    assert "Send for checking" in ada.text


def test_who_holds_a_phone_is_offered_another_one(ada):
    """Which of both is shown is up to the device: a style sheet knows it."""
    ada.begin().choose()
    assert "Continue on your phone" in ada.text
    assert "Use another phone" in ada.text
    phone = Client()
    path = hand_over(ada)
    page = phone.post(f"{path}claim", follow=True).content.decode()
    assert "Use another phone" not in page


def test_a_computer_counts_the_pictures_of_a_phone_where_there_are_several(ada):
    ada.begin().choose("id_card").good("front")
    path = hand_over(ada)
    Client().post(f"{path}claim")
    ada.reload(f"{ada.home}identity/")
    assert "Your phone is connected. 1 of 2 pictures are done." in ada.text


def test_following_the_qr_code_binds_nothing_and_writes_nothing(handed):
    ada, path = handed
    before = writes()
    assert Client().get(path).status_code == 200
    assert writes() == before
    assert ada.check.captures.get(via="phone").session is None


def test_the_second_phone_is_told_so_and_takes_nothing(handed):
    ada, path = handed
    phone, mal = Client(), Client()
    phone.post(f"{path}claim")
    for page in (mal.get(path), mal.post(f"{path}claim"), mal.get(f"{path}front/")):
        assert page.status_code == 410
        assert "Another phone is using this code" in page.content.decode()
    sent = {"picture": SimpleUploadedFile("a.jpg", PHOTO)}
    assert mal.post(f"{path}front/send", sent).status_code == 410
    assert not ada.check.pictures.exists()
    assert mal.get(f"{path}front/picture").status_code == 410


def test_the_phone_sees_no_picture_that_was_taken_before_it_came(ada):
    ada.begin().choose("id_card").good("front")
    path, phone = hand_over(ada), Client()
    phone.post(f"{path}claim")
    assert phone.get(f"{path}front/picture").status_code == 404
    page = phone.get(path, follow=True)
    assert "Now the back of your identity card" in page.content.decode()


def test_no_code_stands_in_for_an_identity_check(ada):
    ada.begin().choose()
    for path in ("ask/sms", "ask/email", "code", "have-a-code", "password"):
        ada.client.post(f"{ada.home}{path}", {"key": path, "code": "123456"})
    assert not ada.gate.challenges.exists()
    assert not Grant.objects.exists()


def test_a_newer_code_ends_the_older_one(handed):
    ada, path = handed
    hand_over(ada)
    page = Client().get(path)
    assert page.status_code == 410
    assert "This code has expired" in page.content.decode()


def test_a_code_ends_after_fifteen_minutes(handed, time_machine):
    ada, path = handed
    now = timezone.now()
    time_machine.move_to(now + timedelta(minutes=14, seconds=55), tick=False)
    assert Client().get(path).status_code == 200
    time_machine.move_to(now + timedelta(minutes=15, seconds=1), tick=False)
    assert "This code has expired" in Client().get(path).content.decode()


def test_a_code_that_never_was_names_nobody():
    page = Client().get(f"/p/{'x' * 32}/")
    assert page.status_code == 404
    assert "This code doesn’t work" in page.content.decode()


def test_the_phone_can_do_nothing_else_at_the_gate(handed):
    ada, path = handed
    phone = Client()
    phone.post(f"{path}claim")
    assert phone.get(ada.home).status_code == 404
    assert phone.get(f"{ada.home}identity/").status_code == 404
    assert phone.get(f"{ada.at}/front/").status_code == 404
    assert phone.post(f"{ada.at}/send", {"key": "k"}).status_code == 404
    assert phone.post(f"{ada.at}/use", {"key": "k"}).status_code == 404


def test_the_phone_is_out_once_the_check_was_sent(handed):
    ada, path = handed
    phone = Client()
    phone.post(f"{path}claim")
    ada.good()
    ada.reload(f"{ada.home}identity/")
    ada.press("/send")
    assert phone.get(path).status_code == 410
    assert phone.get(f"{path}front/picture").status_code == 410


def test_a_file_from_the_phone_where_the_picture_must_be_live_is_refused():
    ada = ada_with(needs_live_capture=True).begin().choose()
    path, phone = hand_over(ada), Client()
    phone.post(f"{path}claim")
    file = SimpleUploadedFile("a.jpg", PHOTO)
    page = phone.post(f"{path}front/send", {"picture": file})
    assert "has to be taken with the camera" in page.content.decode()
    assert not ada.check.pictures.exists()


# Held


@pytest.fixture
def held(ada) -> IdentityClient:
    IdentityRules.objects.filter(factor__gate=ada.gate).update(holds_for_prefill=True)
    ada.sent()
    identity.approve(ada.check, actor="Pat", user_id=None, now=timezone.now())
    ada.reload()
    ada.press("/use")
    return ada


def test_who_is_held_waits_and_goes_on_when_released(held):
    assert "Acme Advisors is filling in your details" in held.text
    assert "in at most 30 seconds" in held.text
    held.press("/go-on")
    assert "is filling in your details" in held.text
    asks = {"HX-Request": "true"}
    assert held.client.post(f"{held.home}go-on", headers=asks).status_code == 204
    passing.release(held.gate, actor="Pat", now=timezone.now())
    moved = held.client.post(f"{held.home}go-on", headers=asks)
    assert moved["HX-Redirect"] == held.home
    held.reload()
    assert "Residential Lease" in held.text
    assert TrailEntry.objects.filter(kind="viewed").count() == 1


def test_nobody_is_held_longer_than_thirty_seconds(held, time_machine):
    until = Gate.objects.get(pk=held.gate.pk).held_until
    time_machine.move_to(until - timedelta(seconds=1), tick=False)
    held.reload()
    assert "is filling in your details" in held.text
    time_machine.move_to(until, tick=False)
    held.reload()
    assert "is filling in your details" not in held.text
    assert TrailEntry.objects.filter(kind="viewed").count() == 0
    held.client.post(f"{held.home}alive")
    assert TrailEntry.objects.filter(kind="viewed").count() == 1


def test_who_proves_before_signing_is_held_too_and_comes_back_to_sign():
    sent = make.make_draft(kinds=())
    gate = make.signer_of(sent).gate
    factor = make.make_factor(gate, IDENTITY, stage=Factor.Stage.SIGN)
    IdentityRules.objects.create(factor=factor, holds_for_prefill=True)
    make.sending.send(sent, actor=sent.sender, now=timezone.now())
    ada = IdentityClient(gate)
    ada.open_link()
    ada.press("/review")
    ada.reload(f"{ada.home}?stage=sign")
    assert "before you sign" in ada.text
    ada.press("/identity/start")
    ada.choose().good()
    ada.reload(f"{ada.home}identity/")
    ada.press("/send")
    identity.settle(ada.check, identity.Finding(None), timezone.now())
    identity.approve(ada.check, actor="Pat", user_id=None, now=timezone.now())
    ada.reload(f"{ada.home}identity/")
    ada.press("/use")
    assert "is filling in your details" in ada.text
    passing.release(gate, actor="Pat", now=timezone.now())
    ada.press("/go-on")
    assert ada.response.redirect_chain[-1][0].endswith("/sign")


# A provider with pages of its own


@pytest.fixture
def hosted_ada(stripe_server) -> IdentityClient:
    sent = make.make_draft(kinds=(IDENTITY,))
    sent.company.identity_provider = "stripe"
    sent.company.save()
    make.sending.send(sent, actor=sent.sender, now=timezone.now())
    factor = make.signer_of(sent).gate.factors.get()
    IdentityRules.objects.create(factor=factor, needs_selfie=True)
    return IdentityClient(make.signer_of(sent).gate)


def attend(ada: IdentityClient) -> None:
    """Do what a worker does about a session at the provider."""
    rows = HostedSession.objects.filter(check_of=ada.check)
    rows.exclude(due_at=None).update(due_at=timezone.now())
    hosted.attend(ada.check.pk, timezone.now())


def test_the_way_over_the_providers_pages_and_back(hosted_ada, stripe_server):
    ada = hosted_ada
    assert "Stripe Identity compares your face" in ada.intro()
    ada.press("/identity/start")
    assert "Getting it ready" in ada.text
    ada.reload(f"{ada.home}identity/")
    seen = re.search(r"seen=([^&\"]+)", ada.response.content.decode())[1]
    attend(ada)
    moved = ada.client.get(f"{ada.at}/status?seen={seen}")
    assert moved["HX-Redirect"] == f"{ada.home}identity/"
    ada.reload(f"{ada.home}identity/")
    assert f'href="{stripe_server.session.url}"' in ada.response.content.decode()
    assert "uses a try. You have 3." in ada.text
    ada.reload(f"{ada.home}identity/?returned")
    assert "Waiting for the answer" in ada.text
    stripe_server.show()
    ada.press("/back")
    attend(ada)
    ada.reload(f"{ada.home}identity/?returned")
    assert "Your identity is confirmed" in ada.text
    ada.press("/use")
    assert "Residential Lease" in ada.text


def test_no_pictures_are_taken_where_a_provider_takes_them(hosted_ada):
    ada = hosted_ada
    ada.intro()
    ada.press("/identity/start")
    ada.client.post(f"{ada.at}/document", {"document_type": "passport"})
    assert ada.check.document_type == ""
    assert ada.client.get(f"{ada.at}/front/").status_code == 404
    ada.client.post(f"{ada.at}/send", {"key": "k"})
    assert not TrailEntry.objects.filter(kind="try").exists()


def test_a_picture_never_reaches_the_disk_in_clear(ada, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "no such folder"
    large = PHOTO + bytes(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)
    ada.begin().choose().upload(source=large)
    assert "Checking your picture…" in ada.text


def test_pictures_that_were_left_lying_are_shown_to_nobody_without_the_link(
    ada, time_machine
):
    """Another may sit at that computer by then."""
    began = timezone.now()
    ada.begin().choose().good()
    pages = (f"{ada.home}identity/", f"{ada.at}/front/", f"{ada.at}/front/picture")
    for minutes, status in ((29, 200), (31, 404)):
        time_machine.move_to(began + timedelta(minutes=minutes), tick=False)
        shown = [ada.client.get(page).status_code for page in pages]
        assert shown == [status] * 3
    ada.begin()
    assert "Send for checking" in ada.text  # nothing is lost
