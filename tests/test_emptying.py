"""Between two tests the tables are emptied, whoever is still reading them."""

from __future__ import annotations

import threading
import time

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from signing.models import Company

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


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
    assert began.wait(10)
    call_command("flush", interactive=False, verbosity=0)
    request.join()

    assert len(answers) == len(apps.get_models())
    assert not Company.objects.exists()
