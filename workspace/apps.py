from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "workspace"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        from workspace import mails, member_mails, senders  # noqa: PLC0415  needs the models

        mails.register()
        member_mails.register()
        senders.register()
