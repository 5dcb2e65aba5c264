from __future__ import annotations

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION refuse_trail_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'trail entries are append-only';
END $$;
CREATE TRIGGER trail_entries_keep BEFORE UPDATE OR DELETE
    ON verification_trailentry FOR EACH ROW EXECUTE FUNCTION refuse_trail_change();
CREATE TRIGGER trail_entries_stay BEFORE TRUNCATE
    ON verification_trailentry EXECUTE FUNCTION refuse_trail_change();
"""
POSTGRESQL_BACK = """
DROP TRIGGER trail_entries_stay ON verification_trailentry;
DROP TRIGGER trail_entries_keep ON verification_trailentry;
DROP FUNCTION refuse_trail_change();
"""
SQLITE = [
    f"""
    CREATE TRIGGER trail_entries_keep_{verb} BEFORE {verb}
    ON verification_trailentry
    BEGIN SELECT RAISE(ABORT, 'trail entries are append-only'); END
    """
    for verb in ("UPDATE", "DELETE")
]


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER trail_entries_keep_{verb}")


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial")]

    operations = [migrations.RunPython(forbid, allow)]
