from __future__ import annotations

from django.db import migrations

# Of what was there before the columns were.
CHANGED = """
UPDATE signing_signrequest SET changed_at = coalesce(
    (SELECT max(at) FROM verification_trailentry
     WHERE verification_trailentry.trail_id = signing_signrequest.trail_id),
    created_at
)
"""
IN_TROUBLE = """
UPDATE signing_signrequest SET attention_since = changed_at
WHERE state = 'sent' AND EXISTS (
    SELECT 1 FROM signing_signer signer
    WHERE signer.request_id = signing_signrequest.id
    AND signer.state NOT IN ('signed', 'declined')
    AND (
        EXISTS (
            SELECT 1 FROM verification_budget budget
            WHERE budget.gate_id = signer.gate_id AND budget.locked_at IS NOT NULL
        )
        OR 'failed' = (
            SELECT delivery.state FROM verification_delivery delivery
            WHERE delivery.gate_id = signer.gate_id AND delivery.kind <> 'locked'
            AND delivery.kind NOT LIKE 'sender!_%' ESCAPE '!'
            ORDER BY delivery.created_at DESC, delivery.id DESC LIMIT 1
        )
    )
)
"""


class Migration(migrations.Migration):
    dependencies = [("signing", "0011_changed_and_in_trouble")]

    operations = [
        migrations.RunSQL(CHANGED, migrations.RunSQL.noop),
        migrations.RunSQL(IN_TROUBLE, migrations.RunSQL.noop),
    ]
