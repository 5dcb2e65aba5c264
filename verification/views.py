"""Doors that belong to no page: health, and a form whose token is gone."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
MAX_SKEW = timedelta(seconds=5)


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and its clock agrees with ours (threat T57)."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_TIMESTAMP")
            moment = cursor.fetchone()[0]
    except DatabaseError:
        logger.exception("The database does not answer.")
        return JsonResponse({"status": "database down"}, status=503)
    if connection.vendor == "postgresql" and abs(timezone.now() - moment) > MAX_SKEW:
        logger.error("The clocks of this host and of the database differ.")
        return JsonResponse({"status": "clock skew"}, status=503)
    return JsonResponse({"status": "ok"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
