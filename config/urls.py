from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from verification import views
from workspace.admin import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.health, name="health"),
    path("language", set_language, name="language"),
    path("hooks/", include("verification.hooks_urls")),
    path("workspace/", include("workspace.urls")),
    path("admin/", site.urls),
    path("", include("workspace.api.own.urls")),
    path("", include("workspace.api.boldsign.urls")),
    path("", include("workspace.api.box.urls")),
    path("", include("signing.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("workspace.demo.urls")))
else:
    home = RedirectView.as_view(pattern_name="workspace:requests")
    urlpatterns.append(path("", home, name="home"))
