"""Requests per second at the BoldSign door: addAuthentication and properties.

Floor: a bare view of the same framework (bare/door.py). Both stand ready on the
same servers and take turns, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.benchmarks import figures, stage
from tests.benchmarks.journeys import make_bare_database

ROUNDS = 4
REQUESTS = 60  # of each operation in each round
CLIENTS = 4
EMAIL = "alexgayle@cubeflakes.com"
BODIES = [
    json.dumps({"authenticationType": kind, "emailId": EMAIL})
    for kind in ("EmailOTP", "IdVerification")
]
OPERATIONS = ("addAuthentication", "properties")


@dataclass
class Side:
    """One of the two: its key, where it listens, what it took.

    Each operation has documents of its own, one for each program: what one
    writes, the other would have to read.
    """

    name: str
    secret: str
    documents: dict[str, list[str]]
    port: int = 0
    seconds: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(OPERATIONS, 0.0)
    )

    def round(self, operation: str) -> None:
        begun = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(
                pool.map(self.client, [operation] * CLIENTS, self.documents[operation])
            )
        self.seconds[operation] += time.perf_counter() - begun

    def client(self, operation: str, document: str) -> None:
        """One program with a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        path = f"/v1/document/{operation}?documentId={document}"
        headers = {"Host": stage.HOST, "X-API-KEY": self.secret}
        headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
        headers |= {"Content-Type": "application/json"}
        for number in range(REQUESTS // CLIENTS):
            if operation == "properties":
                connection.request("GET", path, headers=headers)
            else:
                body = BODIES[number % len(BODIES)]
                connection.request("PATCH", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (self.name, operation, answer.status)
        connection.close()

    def rate(self, operation: str) -> float:
        return ROUNDS * (REQUESTS // CLIENTS) * CLIENTS / self.seconds[operation]


def main() -> None:
    os.environ.update(stage.PUBLIC)
    stage.prepare_django()
    make_bare_database()
    ours, bare = make_ours(), make_bare()
    with (
        stage.web() as ours.port,
        stage.web("tests.benchmarks.bare.door:application") as bare.port,
    ):
        for side in (bare, ours):
            for operation in OPERATIONS:
                side.round(operation)
            side.seconds = dict.fromkeys(OPERATIONS, 0.0)
        for _ in range(ROUNDS):
            for operation in OPERATIONS:
                for side in (bare, ours):
                    side.round(operation)
    figures.show(
        f"The BoldSign door, {CLIENTS} programs at once ({stage.backend()})",
        ("", "per second", "ratio"),
        [row for operation in OPERATIONS for row in rows(operation, ours, bare)],
    )


def rows(operation: str, ours: Side, bare: Side) -> list[tuple[str, ...]]:
    high, low = ours.rate(operation), bare.rate(operation)
    return [
        (f"{operation}, {bare.name}", f"{low:.0f}", "1"),
        (f"{operation}, {ours.name}", f"{high:.0f}", figures.ratio(high, low)),
    ]


def make_ours() -> Side:
    from django.utils import timezone  # noqa: PLC0415 -- needs the settings

    from tests import factories  # noqa: PLC0415
    from verification.models import Gate  # noqa: PLC0415
    from workspace import keys  # noqa: PLC0415
    from workspace.models import ApiKey  # noqa: PLC0415

    company = factories.make_company()
    sender = factories.make_member(company, email=f"pat-{os.getpid()}@example.com")
    documents: dict[str, list[str]] = {operation: [] for operation in OPERATIONS}
    for made in CLIENTS * list(documents.values()):
        document = factories.make_request(company, sender, kinds=("email",))
        made.append(str(document.public_id))
    Gate.objects.filter(signer__request__company=company).update(email=EMAIL)
    member, now = sender.memberships.get(), timezone.now()
    issued = keys.issue(member, name="Bench", scopes=list(ApiKey.Scope), now=now)
    return Side("countersign", issued.secret, documents)


def make_bare() -> Side:
    """Make the floor's rows in a process of its own: it has its own settings."""
    document = "8f59295d-0000-4000-8000-e7dc88cfff2c"
    documents = dict.fromkeys(OPERATIONS, [document] * CLIENTS)
    side = Side("bare view", "secret", documents)
    code = "import sys; from tests.benchmarks.bare import door; "
    code += "door.make_tables(*sys.argv[1:])"
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(  # noqa: S603 -- our own line
        [sys.executable, "-c", code, side.secret, document, EMAIL],
        env=environment,
        cwd=stage.ROOT,
        check=True,
    )
    return side


if __name__ == "__main__":
    main()
