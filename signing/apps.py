from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SigningConfig(AppConfig):
    name = "signing"
    verbose_name = _("Signing")

    def ready(self) -> None:
        from signing import checks, messages  # noqa: F401, PLC0415  needs the models
        from signing.flows import device_notices, noting  # noqa: PLC0415
        from verification import trail  # noqa: PLC0415

        messages.register()
        trail.listen(noting.note)
        trail.listen(device_notices.note)
