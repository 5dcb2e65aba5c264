"""A program fills fields before the signer comes; the signer may still change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Field, Signer, SignRequest
from verification import trail
from verification.flows import passing
from verification.models import Gate, User

FILLABLE = (Field.Kind.TEXT, Field.Kind.CHECKBOX)
TICKED = frozenset({"yes", "true", "on", "1", "checked", "x"})
LENGTH = 500


def prefill(
    request: SignRequest, values: Mapping[str, str], *, actor: User, now: datetime
) -> list[Field]:
    """Write values into fields, by their tags or ids: all of them, or none.

    A signer who waits for this goes on (seed 003: holdForPrefill). Raises
    RefusedError: not_open, no_such_field, not_fillable, already_done.
    """
    with transaction.atomic():
        locked = SignRequest.objects.select_for_update().get(pk=request.pk)
        if not locked.is_open:
            raise RefusedError("not_open", _("This transaction is over."))
        list(Signer.objects.select_for_update().filter(request=locked).order_by("pk"))
        fields = [
            field
            for name, value in values.items()
            for field in _fill(locked, name, value)
        ]
        Field.objects.bulk_update(fields, ["value"])
        _release(fields, actor, now)
        trail.append(
            locked.trail_id,
            "prefilled",
            now,
            actor=actor_name(actor),
            fields=sorted(values),
        )
    return fields


def as_value(kind: str, written: str) -> str:
    """Return what a field of this kind holds when somebody else writes it.

    Programs tick a box with "on", "true" and the like, and leave it with "off";
    only texts and boxes can be filled in: for others it is "".
    """
    if kind == Field.Kind.CHECKBOX:
        return "yes" if written.strip().lower() in TICKED else ""
    return written[:LENGTH] if kind in FILLABLE else ""


def fillable(signer: Signer) -> QuerySet[Field]:
    """Return the fields of a signer that somebody else may fill in."""
    return signer.fields.filter(kind__in=FILLABLE)


def _release(fields: Iterable[Field], actor: User, now: datetime) -> None:
    """Let those go on who were held for their fields."""
    gates = Gate.objects.filter(signer__fields__in=fields, held_until__gt=now)
    pks = list(gates.values_list("pk", flat=True))
    # All gates before the first trail entry.
    held = Gate.objects.select_for_update(no_key=True).order_by("pk")
    for gate in list(held.filter(pk__in=pks)):
        passing.release(gate, actor=actor_name(actor), now=now)


def _fill(request: SignRequest, name: str, value: str) -> list[Field]:
    """One name may stand on several fields: all show the same."""
    rows = Field.objects.filter(document__request=request).select_related("signer")
    found = [row for row in rows if name in (row.tag, str(row.public_id))]
    if not found:
        raise RefusedError("no_such_field", _("There is no such field."))
    for field in found:
        if field.kind not in FILLABLE:
            raise RefusedError(
                "not_fillable", _("Only texts and checkboxes can be filled in.")
            )
        if field.signer.is_done:
            raise RefusedError("already_done", _("This signer has already signed."))
        field.value = as_value(field.kind, value)
    return found
