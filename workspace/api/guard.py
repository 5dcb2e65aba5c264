"""Who calls a door: the one way from a header to a key, before any body is read.

Doors answer refusals in their own words; what another company has does not
exist for a key, and its member's rules are the workspace's.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest

from signing.models import SignRequest, Template
from verification import limits
from workspace import access, keys
from workspace.models import ApiKey

Scope = ApiKey.Scope


class UnauthorizedError(Exception):
    """No key, or none that lives."""


class TooManyRequestsError(Exception):
    """This key made all its requests of the hour."""

    def __init__(self, spent: limits.Spent) -> None:
        super().__init__("api-key-hour")
        self.spent = spent


class ScopeError(Exception):
    """The key may not do this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.scope = scope


def admit(request: HttpRequest, secret: str, now: datetime) -> ApiKey:
    """Return the key behind a header's secret, and count this request.

    Leaves key and spent on the request: for the views, and for the headers of
    the answer. Raises UnauthorizedError or TooManyRequestsError.
    """
    key = keys.find(secret, now)
    if key is None:
        raise UnauthorizedError
    spent = keys.charge(key, now)
    facts = vars(request)
    facts["key"], facts["spent"], facts["may_send_files"] = key, spent, True
    if spent.is_refused:
        raise TooManyRequestsError(spent)
    return key


def need(key: ApiKey, scope: Scope) -> None:
    if not key.allows(scope):
        raise ScopeError(scope)


def visible_requests(key: ApiKey) -> QuerySet[SignRequest]:
    """Return what this key's member may see in the workspace, and nothing else."""
    return access.visible_to(key.member)


def visible_templates(key: ApiKey) -> QuerySet[Template]:
    """Return what this key's member may start from: their own and the shared, or
    all of the company's for its admins; also what is archived."""
    rows = Template.objects.of(key.company)
    member = key.member
    return rows if member.is_company_admin else rows.usable_by(member.user)
