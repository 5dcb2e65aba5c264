"""What company admins do in Django's admin: one site, one scope, deny by default.

Each model's admin derives from base.CompanyModelAdmin, which shows a company
admin the rows of the chosen company only. Verbs live elsewhere: here are doors.
"""

from __future__ import annotations

from workspace.admin import (  # noqa: F401  registers what the site shows
    api_keys,
    company,
    identity_checks,
    members,
    records,
    senders,
    trails,
    webhooks,
)
from workspace.admin.site import site

__all__ = ["site"]
