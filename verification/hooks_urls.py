from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from verification import identity_hooks, webhooks

app_name = "hooks"
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "twilio/<int:delivery_id>/<str:mac>/status",
        webhooks.twilio_status,
        name="twilio-status",
    ),
    path(
        "twilio/<int:delivery_id>/<str:mac>/answer",
        webhooks.twilio_answer,
        name="twilio-answer",
    ),
    path("stripe", identity_hooks.stripe, name="stripe"),
]
# Without its secret, anymail would believe anybody.
if getattr(settings, "ANYMAIL", {}).get("WEBHOOK_SECRET"):
    urlpatterns.append(path("mail/", include("anymail.urls")))
