from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.requests import Utf8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
application.request_class = Utf8Request


def refuse_a_public_demo() -> None:
    """A web server runs no system checks, and the demo shows every code."""
    from verification.checks import check_demo  # noqa: PLC0415  needs the settings

    if found := check_demo(None):
        raise ImproperlyConfigured("\n".join(str(one.msg) for one in found))


refuse_a_public_demo()
