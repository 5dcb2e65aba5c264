"""Every operation of every door, called with what nobody would think of.

Schemathesis reads the doors' OpenAPI documents and makes the calls; whatever it
sends, there is no fault of ours (5xx) and nothing that the document does not say.
FUZZ_CALLS is how many calls are made in all, FUZZ_SEED which ones; -rP shows what
was answered how often.
"""

from __future__ import annotations

import itertools
import logging
import os
import sys
import traceback
from collections import Counter
from functools import cache
from random import Random

import hypothesis
import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from config.wsgi import application
from tests import factories
from tests.workspace.api import boldsign
from tests.workspace.api.fuzzing import Belongings, aim
from workspace.api import docs

CALLS = int(os.environ.get("FUZZ_CALLS", "600"))
SEED = int(os.environ.get("FUZZ_SEED", "4"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
# Of an operation's calls, those that try the edges of each member in turn; the
# others are made by chance.
AT_EDGES = 0.3
# A transaction is revoked by one call and not there to be read by the next.
FRESH_EVERY = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("papers_looked_at_once", "plenty", "one_connection"),
]


@pytest.fixture
def plenty(settings):
    settings.API_REQUESTS_PER_HOUR = 10**9
    settings.LIMIT_FACTOR = 10**6
    # Schemathesis calls a WSGI application so.
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]


@pytest.fixture
def one_connection():
    """As Django's own test client: nothing is closed between two calls."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@cache
def published(name: str) -> dict:
    return Client().get(reverse("api-schema", args=[name])).json()


class Faults(logging.Handler):
    """Keeps the last exception that a door wrote down."""

    last = ""

    def emit(self, record):
        if record.exc_info:
            lines = traceback.format_exception(record.exc_info[1])
            self.last = "".join(lines[-6:])


class Attack:
    """Calls one door with Pat's key, and notes what should not have been."""

    def __init__(self, name: str) -> None:
        company = factories.make_company(
            alternative_codes_on=True, generate_in_resend=True
        )
        pat = factories.make_member(company)
        self.pat, self.secret = pat, boldsign.make_key(pat)
        others = [factories.make_member(company), factories.make_mal()]
        for one in others:
            boldsign.make_key(one)
        self.others = [Belongings(one).grow() for one in others]
        self.schema = schemathesis.openapi.from_dict(published(name))
        self.schema.app = application
        self.schema.config.generation.update(with_security_parameters=False)
        self.answers: Counter[int] = Counter()
        self.found: dict[str, str] = {}
        self.faults = Faults()

    def fresh(self) -> None:
        self.own = Belongings(self.pat).grow()

    def run(self, calls: int) -> None:
        operations = [one.ok() for one in self.schema.get_all_operations()]
        each = max(calls // len(operations), 4)
        for operation in operations:
            edges = self.at_edges(operation, int(each * AT_EDGES))
            self.by_chance(operation, each - edges)

    def at_edges(self, operation, most: int) -> int:
        """Try each member's limits, other methods, other bodies; return how many."""
        cases = self.schema.iter_coverage_cases(
            operation,
            generation_modes=MODES,
            generation_config=self.schema.config.generation,
        )
        chance, made = Random(SEED), 0  # noqa: S311  to be repeated
        for case in itertools.islice(cases, most):
            self.call(case, chance)
            made += 1
        return made

    def by_chance(self, operation, calls: int) -> None:
        some = st.one_of(*(operation.as_strategy(mode) for mode in MODES))

        @hypothesis.seed(SEED)
        @hypothesis.settings(
            max_examples=calls,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=some, number=st.integers(0, 2**32))
        def call(case, number):
            self.call(case, Random(number))  # noqa: S311

        call()

    def call(self, case, chance: Random) -> None:
        if self.answers.total() % FRESH_EVERY == 0:
            self.fresh()
        aim(case, self.own, self.others, chance)
        self.faults.last = ""
        response = case.call(headers=self.header())
        self.answers[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                self.note(case, response, failure)

    def header(self) -> dict[str, str]:
        return {"X-API-KEY": self.secret, "Authorization": f"Bearer {self.secret}"}

    def note(self, case, response, failure) -> None:
        where = f"{case.method} {case.operation.path}: {failure.title}"
        kind = f"{where} {response.status_code} {self.faults.last[-200:]}"
        self.found.setdefault(
            kind,
            f"{where}\n{failure.message}\n{case.as_curl_command()[:2000]}\n"
            f"{response.status_code} {response.text[:500]}\n{self.faults.last}",
        )


def share(name: str) -> int:
    """How many of the calls a door gets: by its operations."""
    sizes = {one: sum(map(len, published(one)["paths"].values())) for one in docs.DOORS}
    return CALLS * sizes[name] // sum(sizes.values())


@pytest.mark.parametrize("name", docs.DOORS)
def test_nothing_breaks_a_door_or_is_undocumented(name):
    attack = Attack(name)
    logger = logging.getLogger()
    logger.addHandler(attack.faults)
    try:
        attack.run(share(name))
    finally:
        logger.removeHandler(attack.faults)
    answers = sorted(attack.answers.items())
    sys.stdout.write(f"{name}: {attack.answers.total()} calls, {dict(answers)}\n")
    if attack.found:
        pytest.fail("\n\n".join(attack.found.values()), pytrace=False)
    assert attack.answers.total() >= share(name) * 0.9
    assert sum(attack.answers[status] for status in (200, 201, 202, 204)) > 0
