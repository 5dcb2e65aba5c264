"""Pictures come from captures that we opened, are kept encrypted, and go again."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import TestCase
from django.utils import timezone

from tests import factories as make
from tests.verification.identity import shots
from verification import limits, tasks, vault
from verification.flows import ending, identity, opening, picturing, reading
from verification.identity.base import Reason
from verification.models import (
    Budget,
    Capture,
    Factor,
    IdentityCheck,
    IdentityPicture,
    IdentityRules,
)
from verification.outcomes import Outcome
from verification.standing import budget_of
from workspace.demo import snapshots

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures(
        "morning", "quick_child", "utopia", "announced", "no_files"
    ),
]
Via = Capture.Via
NETWORK = opening.Origin("192.0.2.7")


@pytest.fixture
def ada():
    gate = make.make_gate(Factor.Kind.IDENTITY)
    IdentityRules.objects.create(factor=gate.factors.get())
    return make.Browser(gate)


@pytest.fixture
def mal():
    gate = make.make_gate(Factor.Kind.IDENTITY, name="Mal")
    IdentityRules.objects.create(factor=gate.factors.get())
    return make.Browser(gate)


def start(browser, **rules):
    factor = browser.factor(Factor.Kind.IDENTITY)
    IdentityRules.objects.filter(factor=factor).update(**rules)
    return identity.start(
        browser.visit,
        factor,
        document_type="passport",
        country="XU",
        origin=NETWORK,
        now=timezone.now(),
    )


def open_(check, via=Via.CAMERA):
    session = check.visit.session
    return picturing.open_capture(check, via, session=session, now=timezone.now())


def send_picture(capture, secret, source=b"a picture", side="front", **more):
    more = {"is_frame": True, "number": 0} | more
    with TestCase.captureOnCommitCallbacks(execute=True):
        return picturing.receive(
            capture, secret, side, source, origin=NETWORK, now=timezone.now(), **more
        )


def show(check, source, side="front"):
    """Take a picture with the camera and have a worker read it."""
    capture, secret = open_(check)
    picture = send_picture(capture, secret, source, side)
    assert reading.read(picture.pk, timezone.now())
    return IdentityPicture.objects.get(pk=picture.pk)


def files():
    folder = Path(settings.FILES_DIR) / "identity"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def tries(gate):
    return budget_of(gate, Budget.Kind.IDENTITY).total


# Captures


def test_a_secret_opens_its_capture_for_15_minutes_in_its_browser_only(
    ada, mal, time_machine
):
    check = start(ada)
    capture, secret = open_(check)
    assert secret not in str(list(Capture.objects.values()))
    now = timezone.now()
    assert picturing.claim(secret, ada.visit.session, now) == capture
    assert picturing.claim(secret, mal.visit.session, now) is None
    assert picturing.find_capture("guessed", now) is None
    almost = now + timedelta(minutes=15) - timedelta(microseconds=1)
    assert picturing.find_capture(secret, almost) == capture
    assert picturing.find_capture(secret, now + timedelta(minutes=15)) is None


def test_the_phones_secret_belongs_to_the_first_browser_that_comes(ada, mal):
    check = start(ada)
    now = timezone.now()
    secret = picturing.hand_over(check, now)
    assert len(secret) >= 22  # 128 bits
    phone, _cookie = opening.begin(now)
    assert picturing.find_capture(secret, now).session is None  # a look binds nobody
    claimed = picturing.claim(secret, phone, now)
    assert claimed.session == phone
    assert picturing.claim(secret, mal.visit.session, now) is None
    assert picturing.claim(secret, phone, now) == claimed
    assert not isinstance(send_picture(claimed, secret), Reason)


def test_a_newer_code_for_the_phone_ends_the_older_one(ada):
    check = start(ada)
    now = timezone.now()
    first, second = picturing.hand_over(check, now), picturing.hand_over(check, now)
    assert picturing.find_capture(first, now) is None
    assert picturing.find_capture(second, now) is not None


def test_no_file_dialog_where_the_picture_must_be_taken_live(ada):
    check = start(ada, needs_live_capture=True)
    assert open_(check, Via.FILE) is Outcome.NOT_ALLOWED
    assert not isinstance(open_(check, Via.CAMERA), Outcome)
    assert open_(check, Via.PHONE) is Outcome.NOT_ALLOWED


@pytest.mark.parametrize("end", ["end", "send", "change", "close"])
def test_a_check_that_is_over_takes_no_pictures(ada, end):
    check = start(ada)
    capture, secret = open_(check)
    now = timezone.now()
    {
        "end": lambda: check.move(IdentityCheck.State.ENDED, now),
        "send": lambda: identity.send(check, origin=NETWORK, now=now),
        "change": lambda: ending.forget_proofs(check.gate, now),
        "close": lambda: ending.close(check.gate, now),
    }[end]()
    assert picturing.find_capture(secret, now) is None
    assert send_picture(capture, secret) is Outcome.STALE
    assert open_(check) is Outcome.STALE
    assert picturing.hand_over(check, now) is Outcome.STALE
    assert not picturing.forget(check, "front", now)
    assert not IdentityPicture.objects.exists()
    assert files() == set()


# Live


def test_a_frame_counts_as_live_and_a_file_does_not(ada):
    check = start(ada)
    assert send_picture(*open_(check)).is_live
    uploaded = send_picture(*open_(check, Via.FILE), is_frame=False, number=None)
    assert not uploaded.is_live


def test_a_recorded_frame_is_worth_nothing_the_second_time(ada):
    capture, secret = open_(start(ada))
    assert isinstance(send_picture(capture, secret, number=0), IdentityPicture)
    assert send_picture(capture, secret, number=0) is Reason.NOT_LIVE
    assert send_picture(capture, secret, number=2) is Reason.NOT_LIVE
    assert isinstance(send_picture(capture, secret, number=1), IdentityPicture)


def test_a_screenshot_sent_as_a_frame_of_no_or_another_capture_is_refused(ada, mal):
    check = start(ada, needs_live_capture=True)
    capture, secret = open_(check)
    _other, foreign = open_(start(mal))
    assert send_picture(capture, "guessed") is Reason.NOT_LIVE
    assert send_picture(capture, foreign) is Reason.NOT_LIVE
    assert send_picture(capture, secret, number=None) is Reason.NOT_LIVE
    uploaded = send_picture(capture, secret, is_frame=False, number=None)
    assert uploaded is Reason.NOT_LIVE
    assert files() == set()
    assert tries(ada.gate) == 0


def test_a_frame_from_a_file_dialog_is_not_live(ada):
    capture, secret = open_(start(ada), Via.FILE)
    assert send_picture(capture, secret) is Reason.NOT_LIVE


def test_a_capture_takes_30_pictures(ada):
    capture, secret = open_(start(ada))
    Capture.objects.update(pictures_taken=29)
    assert isinstance(send_picture(capture, secret, number=29), IdentityPicture)
    assert send_picture(capture, secret, number=30) is Reason.NOT_LIVE


def test_opening_captures_without_end_is_no_way_to_keep_workers_busy(ada):
    check = start(ada)
    used = [limits.Use(picturing.OF_GATE, str(check.gate_id))]
    for _ in range(picturing.OF_GATE.ceiling):
        limits.take(used, timezone.now())
    assert send_picture(*open_(check)) is Outcome.TOO_MANY
    assert files() == set()


# Keeping


def test_10_megabytes_are_taken_and_no_byte_more(ada):
    check = start(ada)
    most = bytes(picturing.MOST_BYTES)
    assert send_picture(*open_(check), most + b"x") is Reason.TOO_LARGE
    assert isinstance(send_picture(*open_(check), most), IdentityPicture)


def test_a_picture_on_disk_is_unreadable_before_and_after_it_is_read(ada):
    check = start(ada)
    source = shots.selfie()
    taken = send_picture(*open_(check), source, "selfie")
    raw = Path(taken.file.path).read_bytes()
    assert source[:40] not in raw
    assert b"JFIF" not in raw
    assert picturing.load(taken) == source
    assert reading.read(taken.pk, timezone.now())
    kept = IdentityPicture.objects.get(pk=taken.pk)
    raw = Path(kept.file.path).read_bytes()
    assert b"JFIF" not in raw
    assert picturing.load(kept)[:3] == b"\xff\xd8\xff"
    assert len(files()) == 1
    with pytest.raises(vault.UnreadableError):
        vault.decrypt(raw.decode(), "identity picture of somebody else")


def test_taking_a_side_again_leaves_one_picture_and_one_file(ada):
    check = start(ada)
    first = send_picture(*open_(check))
    second = send_picture(*open_(check))
    assert [one.pk for one in check.pictures.all()] == [second.pk]
    assert files() == {Path(second.file.name).name}
    assert first.purpose != second.purpose


def test_forgetting_and_erasing_leave_nothing_on_disk(
    ada, django_capture_on_commit_callbacks
):
    check = start(ada)
    send_picture(*open_(check), side="front")
    send_picture(*open_(check), side="selfie")
    with django_capture_on_commit_callbacks(execute=True):
        assert picturing.forget(check, "front", timezone.now())
    assert [one.side for one in check.pictures.all()] == ["selfie"]
    assert len(files()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert picturing.erase_pictures(check) == 1
    assert files() == set()


def test_files_that_no_row_names_go_after_an_hour(ada):
    kept = send_picture(*open_(start(ada)))
    orphan = picturing.store(IdentityPicture(), b"left behind")
    # The file system has its own clock.
    written = default_storage.get_modified_time(orphan)
    hour = timedelta(hours=1)
    assert picturing.erase_orphans(written + hour - timedelta(seconds=1)) == 0
    assert picturing.erase_orphans(written + hour + timedelta(seconds=1)) == 1
    assert files() == {Path(kept.file.name).name}


# Reading


def test_a_passport_is_read(ada):
    check = start(ada)
    assert picturing.wanted_sides(check, IdentityRules.of(check.factor)) == ["front"]
    picture = show(check, shots.passport())
    assert picture.state == "good"
    assert (picture.width, picture.height) == (1770, 1326)
    assert "LANE" not in picture.reading
    facts = picturing.read_facts(check, timezone.now())
    assert (facts.full_name, facts.number_end) == ("ADA LANE", "02X")
    assert picturing.is_complete(check)


def test_where_it_was_taken_is_gone_from_what_is_kept(ada):
    told = snapshots.telling(snapshots.Image.open(_file(shots.selfie())))
    picture = show(start(ada), told, "selfie")
    kept = picturing.load(picture)
    for secret in (b"Ada Lane", b"Specimen Phones", b"Exif", b"adobe"):
        assert secret in told
        assert secret not in kept


@pytest.mark.parametrize(
    ("make_source", "side", "reason"),
    [
        (lambda: b"hello", "front", Reason.NO_PICTURE),
        (snapshots.enormous, "front", Reason.TOO_LARGE),
        (snapshots.bomb, "selfie", Reason.TOO_LARGE),
        (shots.nobody, "selfie", Reason.NO_FACE),
    ],
    ids=["no picture", "40 megapixels", "bomb", "nobody"],
)
def test_a_bad_picture_is_refused_with_its_reason_and_costs_no_try(
    ada, make_source, side, reason
):
    check = start(ada)
    show(check, shots.selfie(), "back")
    refused = show(check, make_source(), side)
    assert (refused.state, refused.reason) == ("refused", reason)
    assert refused.get_reason_display()
    assert tries(ada.gate) == 0
    assert check.pictures.get(side="back").state == "good"  # nothing else is lost
    assert not picturing.is_complete(check)
    if reason in (Reason.NO_PICTURE, Reason.TOO_LARGE):
        assert not refused.file  # nobody will ever be shown it


def test_reasons_each_have_a_sentence_of_their_own():
    assert len({str(reason.label) for reason in Reason}) == len(Reason)


def test_a_child_that_dies_leaves_a_sentence_and_no_worker_behind(ada, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(reading, "CHILD", "verification.identity.nothing")
    picture = show(start(ada), b"whatever")
    assert (picture.state, picture.reason) == ("refused", Reason.NO_PICTURE)


def test_when_reading_fails_looking_alone_will_do(monkeypatch):
    ran = []

    def run(_module, operation, _source, **_more):
        ran.append(operation)
        if operation == "read":
            raise reading.sandbox.ChildTimeout("no answer in 60 s")
        return reading.Result({"reason": ""}, (b"jpeg",))

    monkeypatch.undo()
    monkeypatch.setattr(reading.sandbox, "run", run)
    assert reading.examine(b"picture", "front").blobs == (b"jpeg",)
    assert ran == ["read", "look"]


def test_workers_are_told_of_a_picture_and_of_a_check_by_id_only(ada, announced):
    check = start(ada)
    picture = show(check, shots.passport())
    with TestCase.captureOnCommitCallbacks(execute=True):
        identity.send(check, origin=NETWORK, now=timezone.now())
    assert announced == [
        ("verification.tasks.read_picture", picture.pk),
        ("verification.tasks.judge_identity", check.pk),
    ]


def test_a_picture_is_given_to_one_worker_until_its_lease_ends(ada):
    picture = send_picture(*open_(start(ada)), shots.selfie(), "selfie")
    now = timezone.now()
    assert reading.claim(picture.pk, now) is not None
    assert reading.claim(picture.pk, now) is None
    assert reading.unread(now + reading.HINTED * 2) == []
    later = now + reading.LEASE
    assert reading.unread(later) == [picture.pk]
    IdentityCheck.objects.update(state=IdentityCheck.State.ENDED)
    assert reading.unread(later) == []
    assert reading.read(picture.pk, later)


def test_a_picture_that_kills_every_worker_is_refused_at_last(ada):
    picture = send_picture(*open_(start(ada)))
    now = timezone.now()
    for _ in range(reading.MOST_TIMES):
        assert reading.claim(picture.pk, now)
        now += reading.LEASE
    assert reading.claim(picture.pk, now) is None
    picture.refresh_from_db()
    assert (picture.state, picture.reason) == ("refused", Reason.NO_PICTURE)


def test_what_a_slow_worker_read_of_a_replaced_picture_is_thrown_away(ada, monkeypatch):
    check = start(ada)
    picture = send_picture(*open_(check), shots.selfie(), "selfie")
    examine = reading.examine

    def slowly(source, side):
        send_picture(*open_(check), shots.nobody(), "selfie")
        return examine(source, side)

    monkeypatch.setattr(reading, "examine", slowly)
    assert not reading.read(picture.pk, timezone.now())
    replaced = check.pictures.get()
    assert (replaced.state, replaced.pk == picture.pk) == ("new", False)
    assert files() == {Path(replaced.file.name).name}


def test_a_doubtful_picture_may_be_kept_for_a_person(ada):
    check = start(ada)
    show(check, shots.nobody(), "selfie")
    assert not picturing.keep_anyway(check, "selfie")  # no face is no doubt
    check.pictures.update(reason=Reason.BLURRED)
    assert picturing.keep_anyway(check, "selfie")
    assert check.pictures.get().state == "good"


# Judging


def test_a_passport_that_was_sent_waits_for_a_person(ada):
    check = start(ada)
    show(check, shots.passport())
    assert identity.send(check, origin=NETWORK, now=timezone.now()) is Outcome.PENDING
    assert tries(ada.gate) == 1
    assert reading.judge(check.pk, timezone.now())
    check.refresh_from_db()
    assert check.state == IdentityCheck.State.WAITING
    assert check.checks["check_digits"]
    assert check.get_facts().full_name == "ADA LANE"
    assert not reading.judge(check.pk, timezone.now())
    assert tries(ada.gate) == 1


def test_a_forged_zone_fails_and_costs_one_try(ada):
    check = start(ada)
    show(check, shots.forged_passport())
    identity.send(check, origin=NETWORK, now=timezone.now())
    assert reading.judge(check.pk, timezone.now())
    check.refresh_from_db()
    assert (check.state, check.reason) == ("failed", Reason.CHECK_DIGITS)
    assert tries(ada.gate) == 1


def test_sending_while_a_picture_is_replaced_costs_nothing(ada):
    check = start(ada)
    show(check, shots.passport())
    replaced = send_picture(*open_(check), shots.nobody())
    assert replaced.state == "new"
    assert identity.send(check, origin=NETWORK, now=timezone.now()) is Outcome.STALE
    check.refresh_from_db()
    assert check.state == IdentityCheck.State.OPEN
    assert tries(ada.gate) == 0


def test_the_sweep_judges_what_no_hint_announced(ada):
    check = start(ada)
    identity.send(check, origin=NETWORK, now=timezone.now())
    later = timezone.now() + reading.HINTED + timedelta(seconds=1)
    assert reading.unjudged(timezone.now()) == []
    assert reading.unjudged(later) == [check.pk]


def test_another_document_chosen_in_the_moment_of_sending_is_not_sent_without_its_back(
    ada,
):
    check = start(ada)
    make.make_identity_picture(check)
    assert picturing.is_complete(check)
    identity.start(
        ada.visit,
        check.factor,
        document_type="id_card",
        country="XU",
        origin=NETWORK,
        now=timezone.now(),
    )
    sent = identity.send(check, origin=NETWORK, now=timezone.now())
    assert sent is Outcome.STALE
    assert tries(ada.gate) == 0


def test_a_reading_whose_key_is_lost_holds_up_nobody_and_goes_to_a_person(ada, mal):
    """The sweep would come by it for ever, and never to those behind it."""
    lost, whole = start(ada), start(mal)
    for check in (lost, whole):
        make.make_identity_picture(check, reading="gone:AAAA")
        identity.send(check, origin=NETWORK, now=timezone.now())
    IdentityPicture.objects.filter(check_of=whole).update(reading="")
    IdentityCheck.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    tasks.pick_up_identities()
    states = IdentityCheck.objects.values_list("state", flat=True)
    assert list(states) == ["waiting", "waiting"]
    assert not picturing.read_facts(lost, timezone.now()).full_name


def test_neither_secrets_nor_what_was_read_is_logged(ada, caplog):
    caplog.set_level(logging.DEBUG)
    check = start(ada)
    capture, secret = open_(check)
    send_picture(capture, secret, shots.passport())
    for picture in check.pictures.all():
        reading.read(picture.pk, timezone.now())
    identity.send(check, origin=NETWORK, now=timezone.now())
    reading.judge(check.pk, timezone.now())
    assert secret not in caplog.text
    for word in ("LANE", "U4471902X", "880416"):
        assert word not in caplog.text


def _file(source):
    return snapshots.io.BytesIO(source)
