"""The indexes that a search by words is read off, on PostgreSQL.

They need two extensions that a database's owner may create; where the role that
migrates may not, everything works and a search reads every row, until somebody
who may has run `manage.py index_search`. SQLite has neither.
"""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

EXTENSIONS = ("pg_trgm", "btree_gin")
# The expressions are those of signing.searching, or they are not used. Without
# fastupdate: nobody's change or search pays for many others' at once.
INDEXES = {
    "search_titles": (
        "signing_signrequest (company_id, upper(' ' || title) gin_trgm_ops)"
    ),
    "search_people": (
        "verification_gate (company_id, "
        "upper(' ' || name || ' ' || email || ' ' || phone) gin_trgm_ops)"
    ),
}
ADVICE = (
    "Searching the transactions reads every row: PostgreSQL did not let this role "
    f"create the extensions {' and '.join(EXTENSIONS)}. Let a superuser create them "
    "in this database (the package is often called postgresql-contrib), then run "
    "`manage.py index_search`."
)


def has_trigrams(connection: BaseDatabaseWrapper) -> bool:
    """Whether the indexes are there, or can't be."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND relkind = 'i'",
            [list(INDEXES)],
        )
        return bool(cursor.fetchone()[0] == len(INDEXES))


def create(connection: BaseDatabaseWrapper) -> bool:
    """Create extensions and indexes that are missing; False if that is refused."""
    if connection.vendor != "postgresql":
        return True
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for name in EXTENSIONS:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    except DatabaseError:
        return False
    with connection.cursor() as cursor:
        for name, rows in INDEXES.items():
            table, columns = rows.split(" ", 1)
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin {columns}"
                " WITH (fastupdate = off)"
            )
    return True


def drop(connection: BaseDatabaseWrapper) -> None:
    """The extensions stay: something else may use them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in INDEXES:
                cursor.execute(f"DROP INDEX IF EXISTS {name}")
