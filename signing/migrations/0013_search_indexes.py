from __future__ import annotations

import sys

from django.db import migrations

from signing import trigrams


def create(apps, schema_editor):
    if not trigrams.create(schema_editor.connection):
        sys.stderr.write(f"\n{trigrams.ADVICE}\n")


def drop(apps, schema_editor):
    trigrams.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("signing", "0012_fill_changed_and_in_trouble")]

    operations = [migrations.RunPython(create, drop)]
