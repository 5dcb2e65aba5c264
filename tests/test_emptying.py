"""Between two tests the tables are emptied, whoever is still reading or writing."""

from __future__ import annotations

import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from signing.models import Company

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
_written: list[str] = []


def write_late(_request: HttpRequest) -> HttpResponse:
    time.sleep(0.2)
    _written.append(Company.objects.create(name="Northwind").name)
    return HttpResponse()


urlpatterns = [path("late", write_late)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the file.")
def test_a_request_that_is_still_reading_ends_before_the_tables_are_emptied() -> None:
    Company.objects.create(name="Northwind")
    began = threading.Event()
    answers: list[int] = []

    def read_every_table_slowly() -> None:
        with transaction.atomic():
            for model in reversed(apps.get_models()):
                answers.append(model._base_manager.count())
                began.set()
                time.sleep(0.005)
        connection.close()

    request = threading.Thread(target=read_every_table_slowly)
    request.start()
    assert began.wait(30)
    call_command("flush", interactive=False, verbosity=0)
    request.join()

    assert len(answers) == len(apps.get_models())
    assert not Company.objects.exists()


def test_what_is_written_after_its_browser_has_left_is_emptied_too(
    live_server, settings
) -> None:
    settings.ROOT_URLCONF = __name__
    _written.clear()
    url = urlsplit(live_server.url)
    with socket.create_connection((url.hostname, url.port)) as browser:
        browser.sendall(b"GET /late HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    call_command("flush", interactive=False, verbosity=0)

    assert _written == ["Northwind"]
    assert not Company.objects.exists()
