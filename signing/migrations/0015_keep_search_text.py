from __future__ import annotations

import sys

from django.db import migrations

from signing import trigrams

# A row comes with its request and is only changed after that: signers are also
# deleted on the way to deleting their request.
KEEP = """
CREATE FUNCTION search_text_of(wanted bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT upper(concat_ws(' ', '', r.title, (
        SELECT string_agg(concat_ws(' ', g.name, g.email, g.phone), ' ' ORDER BY s.id)
        FROM signing_signer s JOIN verification_gate g ON g.id = s.gate_id
        WHERE s.request_id = r.id
    ))) FROM signing_signrequest r WHERE r.id = wanted
$$;
CREATE FUNCTION keep_search_text_of(wanted bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE signing_searchtext SET text = search_text_of(wanted)
    WHERE request_id = wanted
    AND EXISTS (SELECT 1 FROM signing_signrequest WHERE id = wanted)
$$;
CREATE FUNCTION search_text_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO signing_searchtext (request_id, company_id, text)
    VALUES (NEW.id, NEW.company_id, search_text_of(NEW.id));
    RETURN NULL;
END $$;
CREATE FUNCTION search_text_follows_title() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM keep_search_text_of(NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION search_text_follows_signer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM keep_search_text_of(OLD.request_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM keep_search_text_of(NEW.request_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION search_text_follows_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM keep_search_text_of(request_id) FROM signing_signer WHERE gate_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_text_begins AFTER INSERT ON signing_signrequest
    FOR EACH ROW EXECUTE FUNCTION search_text_begins();
CREATE TRIGGER search_text_follows_title AFTER UPDATE ON signing_signrequest
    FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title)
    EXECUTE FUNCTION search_text_follows_title();
CREATE TRIGGER search_text_follows_signer
    AFTER INSERT OR DELETE OR UPDATE OF request_id, gate_id ON signing_signer
    FOR EACH ROW EXECUTE FUNCTION search_text_follows_signer();
CREATE TRIGGER search_text_follows_person AFTER UPDATE ON verification_gate
    FOR EACH ROW WHEN (
        (OLD.name, OLD.email, OLD.phone) IS DISTINCT FROM (NEW.name, NEW.email, NEW.phone)
    ) EXECUTE FUNCTION search_text_follows_person();
INSERT INTO signing_searchtext (request_id, company_id, text)
SELECT id, company_id, search_text_of(id) FROM signing_signrequest;
-- No index is made on a table whose rows still wait to be checked.
SET CONSTRAINTS ALL IMMEDIATE;
"""
FORGET = """
DROP TRIGGER search_text_follows_person ON verification_gate;
DROP TRIGGER search_text_follows_signer ON signing_signer;
DROP TRIGGER search_text_follows_title ON signing_signrequest;
DROP TRIGGER search_text_begins ON signing_signrequest;
DROP FUNCTION search_text_follows_person;
DROP FUNCTION search_text_follows_signer;
DROP FUNCTION search_text_follows_title;
DROP FUNCTION search_text_begins;
DROP FUNCTION keep_search_text_of;
DROP FUNCTION search_text_of;
DELETE FROM signing_searchtext;
"""


def keep(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(KEEP)
    if not trigrams.create(schema_editor.connection):
        sys.stderr.write(f"\n{trigrams.SLOW} {trigrams.ADVICE}\n")


def forget(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        trigrams.drop(schema_editor.connection)
        schema_editor.execute(FORGET)


class Migration(migrations.Migration):
    dependencies = [
        ("signing", "0014_search_text"),
        ("verification", "0005_identity_rules"),
    ]

    operations = [migrations.RunPython(keep, forget)]
