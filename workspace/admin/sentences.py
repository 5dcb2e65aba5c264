"""A company's own trail in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workspace.models import Membership

SENTENCES: dict[str, Promise] = {
    "setting_changed": gettext_lazy("Setting changed"),
    "member_invited": gettext_lazy("Member invited"),
    "member_role_changed": gettext_lazy("Role changed"),
    "member_deactivated": gettext_lazy("Member deactivated"),
    "member_reactivated": gettext_lazy("Member active again"),
    "second_step_reset": gettext_lazy("Second step reset"),
    "api_key_issued": gettext_lazy("API key made"),
    "api_key_revoked": gettext_lazy("API key revoked"),
    "webhook_added": gettext_lazy("Webhook added"),
    "webhook_paused": gettext_lazy("Webhook paused"),
    "webhook_resumed": gettext_lazy("Webhook told again"),
    "webhook_ended": gettext_lazy("Webhook ended"),
    "sender_added": gettext_lazy("Sender identity added"),
    "sender_asked": gettext_lazy("Sender identity asked again"),
    "sender_approved": gettext_lazy("Sender identity approved"),
    "sender_removed": gettext_lazy("Sender identity removed"),
}


def what(kind: str) -> str:
    return str(SENTENCES.get(kind) or kind.replace("_", " "))


def detail(kind: str, facts: Mapping[str, Any]) -> str:
    if kind == "setting_changed":
        return _("%(setting)s: from %(old)s to %(new)s") % {
            "setting": facts["setting"],
            "old": value(facts["old"]),
            "new": value(facts["new"]),
        }
    if kind == "member_role_changed":
        names = dict(Membership.Role.choices)
        return _("%(member)s: from %(old)s to %(new)s") % {
            "member": facts["member"],
            "old": names.get(facts["old"], facts["old"]),
            "new": names.get(facts["new"], facts["new"]),
        }
    if "name" in facts:
        return f"{facts['name']} ({facts.get('start', '')}…)"
    about = facts.get("member") or facts.get("sender") or facts.get("host")
    return str(about or "")


def value(stored: Any) -> str:
    if isinstance(stored, bool):
        return _("on") if stored else _("off")
    if isinstance(stored, list):
        return ", ".join(map(str, stored)) or _("nothing")
    return str(stored) or _("nothing")
