from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "workspace"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        from signing import accounts as at_the_gate  # noqa: PLC0415  needs the models
        from workspace import (  # noqa: PLC0415  needs the models
            accounts,
            attention,
            mails,
            member_mails,
            senders,
        )
        from workspace.webhooks import flows as webhooks  # noqa: PLC0415  needs the models

        mails.register()
        attention.register()
        at_the_gate.register(accounts)
        member_mails.register()
        senders.register()
        webhooks.register()
