from __future__ import annotations

from django.db import migrations

from signing import trigrams


def create_extensions(apps, schema_editor):
    # Where that is refused, 0015 says what to do.
    trigrams.create_extensions(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("signing", "0012_fill_changed_and_in_trouble")]

    operations = [
        migrations.RunPython(create_extensions, migrations.RunPython.noop),
    ]
