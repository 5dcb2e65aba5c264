"""A company with as many transactions as are asked for, made in the database.

Rows are copies of one that the application made, so that a new column needs
nothing here; what differs is computed from the number of each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, models
from django.utils import timezone

from signing.models import Company, SignRequest
from tests.benchmarks import cast
from verification.models import Delivery, User
from workspace.listing import Key
from workspace.models import Membership

MEMBERS = 20
# Of a hundred transactions, in this order: so many are completed, and so on.
STATES = {
    "completed": 70,
    "draft": 10,
    "sent": 8,
    "declined": 5,
    "recalled": 4,
    "expired": 3,
}
TITLES = [
    "Lease",
    "Advisory agreement",
    "Power of attorney",
    "Account opening form",
    "Fee schedule",
    "Beneficiary change",
    "Non-disclosure agreement",
    "Rollover request",
]
FIRST = ["Ada", "Robert", "Noor", "Jo", "Mina", "Sam", "Tess", "Omar", "Ines", "Greta"]
LAST = ["Lane", "Haddad", "Park", "Otani", "Okoro", "Byrne", "Castillo", "Ferro"]
RARE = 50_000  # one title of so many says "Zephyr"
FOREIGN = 10_000_000  # numbers of the other company begin here
SHIFT = 1_000_000  # ids begin here
TEXTS = """
INSERT INTO signing_searchtext (request_id, company_id, text)
SELECT r.id, %(company)s, upper(' ' || r.title || ' ' || p.words)
FROM signing_signrequest r JOIN (
    SELECT trail_id, string_agg(concat_ws(' ', name, email, phone), ' ') words
    FROM verification_gate WHERE trail_id BETWEEN %(first)s AND %(last)s GROUP BY 1
) p ON p.trail_id = r.trail_id
"""
TABLES = ("signing_signrequest", "signing_signer", "verification_gate")
TABLES += ("verification_delivery", "verification_trail", "signing_searchtext")


class Crowd:
    """Transactions of Acme, and a tenth as many of somebody else."""

    def __init__(self) -> None:
        made = cast.Cast()
        self.company: Company = made.company
        self.pattern = made.signers(1)[0]
        self.sender: User = made.sender
        self.admin = self._member("Alex Stone", Membership.Role.COMPANY_ADMIN)
        Membership.objects.create(user=self.sender, company=self.company)
        self.members = [self.sender] + [
            self._member(f"Member {number}") for number in range(1, MEMBERS)
        ]
        self.stranger = Company.objects.create(name="Rival Realty")
        self.count = 0

    def grow_to(self, count: int) -> None:
        """Add transactions until there are so many of Acme."""
        others = FOREIGN + self.count // 10 + 1, FOREIGN + count // 10
        with bulk_loading():
            self._add(self.count + 1, count, self.company)
            self._add(*others, self.stranger)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        self.count = count

    def middle(self) -> Key:
        """Return the key of a row in the middle of the list."""
        rows = SignRequest.objects.filter(company=self.company)
        half = rows.order_by("-changed_at", "-pk")[self.count // 2]
        return Key(half.changed_at, half.pk)

    def _add(self, first: int, last: int, company: Company) -> None:
        whose = company.pk
        senders = ",".join(str(member.pk) for member in self.members)
        day = "interval '1 day'"
        now = f"timestamptz '{timezone.now().isoformat()}'"
        number = f"(n % {FOREIGN})"
        hundredth = _spread("n", 100)
        created = f"{now} - {number} * interval '40 seconds'"
        sent = f"CASE WHEN {_state(hundredth)} = 'draft' THEN NULL ELSE {created} END"
        # One sent transaction of sixteen is in trouble.
        trouble = f"({_state(hundredth)} = 'sent' AND {_spread('n', 16, 7)} = 0)"
        changed = f"{created} + {_spread('n', 5, 3)} * {day}"
        title = (
            f"{_one_of(TITLES, _spread('n', len(TITLES)))} || ' ' || {number}"
            f" || CASE WHEN n % {RARE} = 7 THEN ' Zephyr' ELSE '' END"
        )
        request = self.pattern.request
        _multiply(
            request.trail,
            {"id": _id("n"), "public_id": "gen_random_uuid()"},
            range(first, last + 1),
        )
        changes = {
            "id": _id("n"),
            "public_id": "gen_random_uuid()",
            "trail_id": _id("n"),
            "company_id": str(whose),
            "sender_id": f"(ARRAY[{senders}])[greatest({_spread('n', 40, 5)} - 20, 0) + 1]",
            "title": title,
            "state": _state(hundredth),
            "created_at": created,
            "changed_at": f"least({changed}, {now})",
            "sent_at": sent,
            "attention_since": f"CASE WHEN {trouble} THEN {changed} END",
        }
        _multiply(request, changes, range(first, last + 1))
        # Every other transaction has a second signer.
        self._add_signers(0, whose, trouble, range(first, last + 1))
        self._add_signers(1, whose, trouble, range(first, last + 1, 2))
        with connection.cursor() as cursor:  # what triggers would have done
            cursor.execute(
                TEXTS, {"company": whose, "first": first + SHIFT, "last": last + SHIFT}
            )

    def _add_signers(
        self, place: int, company: int, trouble: str, numbers: range
    ) -> None:
        pk = f"({_id('n')} * 2 + {place})"
        first = _one_of(FIRST, _spread("n", len(FIRST), place + 11))
        last = _one_of(LAST, _spread("n", len(LAST), place + 23))
        name = f"{first} || ' ' || {last}"
        gate = {
            "id": pk,
            "public_id": "gen_random_uuid()",
            "trail_id": _id("n"),
            "company_id": str(company),
            "name": name,
            "email": f"lower(replace({name}, ' ', '.')) || n || '@example.com'",
            "phone": f"'+1' || (2000000000 + {_spread('n', 999999999, place + 31)})",
        }
        signer = {
            "id": pk,
            "public_id": "gen_random_uuid()",
            "gate_id": pk,
            "request_id": _id("n"),
            "order": str(place + 1),
        }
        fate = f"CASE WHEN {trouble} THEN 'failed' ELSE 'delivered' END"
        message = {"id": pk, "gate_id": pk, "trail_id": _id("n"), "state": fate}
        pattern = self.pattern.gate
        _multiply(pattern, gate, numbers)
        _multiply(self.pattern, signer, numbers)
        _multiply(Delivery.objects.filter(gate=pattern).latest("pk"), message, numbers)

    def _member(self, name: str, role: str = Membership.Role.PUBLISHER) -> User:
        email = f"{name.replace(' ', '.').lower()}@{self.company.pk}.example.com"
        user = User.objects.create_user(email, None, name=name)
        Membership.objects.create(user=user, company=self.company, role=role)
        return user


@contextmanager
def bulk_loading() -> Iterator[None]:
    """Take indexes and checks away, and bring them back: ten times as fast."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) "
            "FROM pg_index i WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [list(TABLES)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for _name, definition in indexes:
            cursor.execute(definition)


def _multiply(
    pattern: models.Model, changes: Mapping[str, str], numbers: range
) -> None:
    """Insert a copy of a row for each number n; changes are SQL, by column."""
    options = type(pattern)._meta
    table = options.db_table
    columns = [f'"{field.column}"' for field in options.concrete_fields]
    made = {f'"{column}"': sql for column, sql in changes.items()}
    values = [made.get(column, f"p.{column}") for column in columns]
    series = f"generate_series({numbers.start}, {numbers.stop - 1}, {numbers.step})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 -- our own
            f"SELECT {', '.join(values)} FROM {series} n "
            f"JOIN {table} p ON p.id = {pattern.pk}"
        )


def _id(number: str) -> str:
    return f"({number} + {SHIFT})"


def _spread(number: str, over: int, salt: int = 0) -> str:
    """Return SQL for a number below over that looks drawn, but is not."""
    return f"((({number} % {FOREIGN} + {salt}) * 2654435761 % 4294967296) / 7 % {over})"


def _one_of(words: list[str], number: str) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{quoted}])[{number} + 1]"


def _state(hundredth: str) -> str:
    ends = itertools.accumulate(STATES.values())
    whens = [
        f"WHEN {hundredth} < {end} THEN '{state}'"
        for state, end in zip(STATES, ends, strict=True)
    ]
    return f"CASE {' '.join(whens)} END"
