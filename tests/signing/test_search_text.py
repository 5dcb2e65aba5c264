"""What is searched follows what is changed, whoever changes it."""

from __future__ import annotations

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from signing import trigrams
from signing.flows import correcting, discarding, drafts
from signing.models import SearchText, SignRequest
from signing.searching import wanted
from tests import factories
from verification.models import Gate

pytestmark = pytest.mark.django_db


def found(words: str) -> list[str]:
    """Titles of what a search finds, asked in both ways."""
    company_id = SignRequest.objects.values_list("company_id", flat=True)[0]
    rows = SignRequest.objects.order_by("pk")
    among = [row.title for row in wanted(words).among(rows)]
    assert [row.title for row in wanted(words).named(rows, company_id)] == among
    return among


def test_a_title_that_is_changed_is_found_by_its_new_words_only():
    draft = factories.make_draft(title="Lease")
    SignRequest.objects.filter(pk=draft.pk).update(title="Deed of gift")
    assert found("lease") == []
    assert found("gift") == ["Deed of gift"]


def test_people_who_come_and_go_are_found_while_they_are_there():
    draft = factories.make_draft(title="Lease", people=("ada",))
    assert found("bob") == []
    factories.add_signer(draft, "bob")
    assert found("bob lease ada") == ["Lease"]
    drafts.remove_signer(draft.signers.get(gate__name="Bob Reed"))
    assert found("bob") == []
    assert found("ada") == ["Lease"]


def test_a_corrected_number_and_address_are_found_at_once():
    request = factories.make_request(title="Lease")
    signer, now = factories.signer_of(request), timezone.now()
    correcting.change_phones({signer: "+14155550111"}, actor=request.sender, now=now)
    correcting.change_email(signer, "ada@new.example", actor=request.sender, now=now)
    assert found("0190") == []
    assert found("ada@example") == []
    assert found("415 555-0111") == ["Lease"]
    assert found("new.example") == ["Lease"]


def test_what_else_changes_in_a_gate_is_not_searched():
    request = factories.make_request(title="Lease")
    Gate.objects.update(language="ja", link_version=7, contact_email="x@lease.example")
    assert found("lease.example") == []
    assert found("lease") == [request.title]


def test_a_discarded_draft_leaves_nothing():
    draft = factories.make_draft(title="Lease", people=("ada", "bob"))
    keep = factories.make_draft(draft.company, draft.sender, title="Deed")
    discarding.discard(draft)
    assert found("lease") == []
    assert set(SearchText.objects.values_list("request_id", flat=True)) <= {keep.pk}


def test_words_of_other_companies_are_not_looked_up():
    factories.make_draft(title="Lease")
    other = factories.make_draft(factories.make_company("Rival"), title="Lease")
    rows = wanted("lease").named(SignRequest.objects.all(), other.company_id)
    if connection.vendor == "postgresql":
        assert list(rows) == [other]


def test_many_words_are_more_than_enough():
    factories.make_draft(title="Lease " + "very " * 30)
    assert len(wanted("very " * 30).words) <= 6
    assert found("very " * 30)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has none.")
def test_where_the_extensions_are_refused_all_works_and_it_is_said(monkeypatch):
    trigrams.drop(connection)
    monkeypatch.setattr(trigrams, "EXTENSIONS", ("not_an_extension",))
    assert not trigrams.create(connection)
    factories.make_draft(title="Lease")
    assert found("lease") == ["Lease"]
    with pytest.raises(CommandError, match="Let a superuser create them"):
        call_command("index_search")
    (warning,) = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    assert warning.id == "signing.W001"
    monkeypatch.undo()
    with connection.cursor() as cursor:
        # As after a commit: what waits to be checked is in the way of an index.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("index_search")
        cursor.execute("SELECT to_regclass(%s)", [trigrams.INDEX])
        assert cursor.fetchone()[0] == trigrams.INDEX
