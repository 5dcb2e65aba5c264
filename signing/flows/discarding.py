"""A draft or template is thrown away: it was never sent, so no signer knows of it."""

from __future__ import annotations

from django.db import transaction

from signing.flows.drafts import hold
from signing.flows.uploads import remove_document
from signing.models import SignRequest
from verification.models import Gate, Trail


def discard(draft: SignRequest) -> None:
    """Delete a draft or template with its documents, signers and files.

    Raises drafts.StaleError when it was sent meanwhile: what was sent is
    recalled, never deleted.
    """
    with transaction.atomic():
        hold(draft)
        for document in draft.documents.all():
            remove_document(document)
        gates = list(draft.signers.values_list("gate_id", flat=True))
        draft.signers.all().delete()
        Gate.objects.filter(pk__in=gates).delete()
        trail_id = draft.trail_id
        draft.delete()
        Trail.objects.filter(pk=trail_id).delete()
