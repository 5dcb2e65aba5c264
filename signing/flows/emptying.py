"""What somebody left in a signer's place, gone before another person comes to it."""

from __future__ import annotations

from signing.models import Field, Signer


def forget_work(signer: Signer) -> None:
    """Remove signatures and what was filled in, unless nobody has come yet: then
    it is the sender's. Call it in the transaction that replaces the link."""
    signer.signatures.all().delete()
    has_viewed = signer.state == Signer.State.VIEWED
    if has_viewed or signer.gate.visits.exists():
        Field.objects.filter(signer=signer).update(value="")
    row = Signer.objects.filter(pk=signer.pk)
    row.update(
        viewed_at=None,
        consented_at=None,
        consent_version=None,
        consent_language="",
    )
    if has_viewed:
        row.update(state=Signer.State.INVITED)
