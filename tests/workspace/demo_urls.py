"""The addresses of an installation that runs as the demo."""

from __future__ import annotations

from django.urls import include, path

from config import urls

urlpatterns = [path("", include("workspace.demo.urls")), *urls.urlpatterns]
