"""Which identity check a browser is at. Asks the one gate function first."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from signing.doors import Entry, again, at_the_gate
from signing.gate import Action, Verdict, judge
from signing.models import Signer
from verification.flows import identity
from verification.models import Factor, IdentityCheck, Visit
from verification.standing import budget_for

P = ParamSpec("P")


def asked(signer: Signer, visit: Visit | None, now: datetime) -> Factor | None:
    """Return the identity factor where it is what is asked of this browser now."""
    judgement = judge(signer, visit, Action.VIEW, now)
    factor: Factor | None = None
    if judgement.verdict == Verdict.GATE:
        factor = judgement.standing.next_factor(Factor.Stage.VIEW)
    elif judgement.is_open and not signer.is_done:
        factor = judgement.standing.next_factor(Factor.Stage.SIGN)
    is_asked = factor is not None and factor.kind == Factor.Kind.IDENTITY
    return factor if is_asked and judgement.standing.visit else None


def at_the_check(
    view: Callable[Concatenate[HttpRequest, Entry, IdentityCheck, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give a view this browser's own check, where it is asked for now.

    Another browser's check, or another gate's, is a 404. One of this browser that
    is over, and one that is asked for no more, lead to what is asked now; one that
    was left lying asks for the link.
    """

    @at_the_gate
    @wraps(view)
    def door(
        request: HttpRequest,
        entry: Entry,
        /,
        check: uuid.UUID,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> HttpResponseBase:
        own = entry.visit.identity_checks.filter(public_id=check).first()
        if own is None:
            raise Http404
        factor = asked(entry.signer, entry.visit, entry.now)
        if factor is None:
            return redirect("signing:page", entry.gate.public_id)
        current = identity.current(entry.visit, factor)
        if current is None or current.pk != own.pk or budget_for(factor).locked_at:
            return redirect("signing:identity", entry.gate.public_id)
        current.gate, current.factor, current.visit = entry.gate, factor, entry.visit
        if current.was_left(entry.now):
            return again(request)
        return view(request, entry, current, *args, **kwargs)

    return door
