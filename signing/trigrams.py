"""The index that a search by words is read off, on PostgreSQL.

It needs two extensions that a database's owner may create; where the role that
migrates may not, everything works and a search reads every row, until somebody
who may has run `manage.py index_search`. SQLite has neither.
"""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

EXTENSIONS = ("pg_trgm", "btree_gin")
INDEX = "search_trigrams"
# Without fastupdate: nobody's change or search pays for many others' at once.
CREATE = f"""
CREATE INDEX IF NOT EXISTS {INDEX} ON signing_searchtext
USING gin (company_id, text gin_trgm_ops) WITH (fastupdate = off)
"""
SLOW = "Searching the transactions reads every row."
ADVICE = (
    f"PostgreSQL did not let this role create the extensions {' and '.join(EXTENSIONS)}. "
    "Let a superuser create them in this database (the package is often called "
    "postgresql-contrib), then run `manage.py index_search`."
)


def create(connection: BaseDatabaseWrapper) -> bool:
    """Create extensions and index where missing; False if that is refused."""
    if not create_extensions(connection):
        return False
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(CREATE)
    return True


def create_extensions(connection: BaseDatabaseWrapper) -> bool:
    if connection.vendor != "postgresql":
        return True
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for name in EXTENSIONS:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    except DatabaseError:
        return False
    return True


def is_missing(connection: BaseDatabaseWrapper) -> bool:
    """Whether there are lines of text that no index finds."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('signing_searchtext') IS NOT NULL "
            "AND to_regclass(%s) IS NULL",
            [INDEX],
        )
        return bool(cursor.fetchone()[0])


def drop(connection: BaseDatabaseWrapper) -> None:
    """The extensions stay: something else may use them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")
