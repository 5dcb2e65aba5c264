"""Wrong guesses per second: charge, compare and record, each step committed.

For information: what one process does alone, and four threads at four gates.
"""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks import figures, stage

GUESSES = 160
THREADS = 4
TRIES = 10  # a gate locks after these


def main() -> None:
    stage.prepare()
    from tests.benchmarks import cast  # noqa: PLC0415 -- needs the settings

    gates = cast.Cast().signers(2 * GUESSES // TRIES)
    asked = [Asked(signer) for signer in gates]
    half = len(asked) // 2
    alone = rate(1, asked[:half])
    together = rate(THREADS, asked[half:])
    figures.show(
        f"Guesses: charge, compare, record ({stage.backend()})",
        ("", "guesses", "per second"),
        [
            ("one at a time", str(GUESSES), f"{alone:.0f}"),
            (f"{THREADS} threads", str(GUESSES), f"{together:.0f}"),
        ],
    )


def rate(threads: int, asked: list[Asked]) -> float:
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        counts = list(pool.map(Asked.guess_all, asked))
    return sum(counts) / (time.perf_counter() - begun)


class Asked:
    """A gate with a live code and all its tries."""

    def __init__(self, signer) -> None:
        from django.utils import timezone  # noqa: PLC0415

        from tests.benchmarks import cast  # noqa: PLC0415
        from verification.flows import asking  # noqa: PLC0415
        from verification.models import Challenge, Gate  # noqa: PLC0415
        from verification.outcomes import Outcome  # noqa: PLC0415

        now = timezone.now()
        self.visit = cast.arrive(signer)
        Gate.objects.filter(pk=signer.gate_id).update(max_tries=TRIES)
        self.visit.gate.refresh_from_db()
        self.factor = signer.gate.factors.get()
        ask = asking.Ask(self.visit, self.factor, "sms", cast.ORIGIN)
        assert asking.ask(ask, uuid.uuid4().hex, now) == Outcome.SENT
        self.challenge = Challenge.objects.get(gate=signer.gate)

    def guess_all(self) -> int:
        from django.db import connections  # noqa: PLC0415
        from django.utils import timezone  # noqa: PLC0415

        from tests.benchmarks import cast  # noqa: PLC0415
        from verification.flows import checking  # noqa: PLC0415
        from verification.flows.trying import Try  # noqa: PLC0415
        from verification.outcomes import Outcome  # noqa: PLC0415

        code = self.challenge.code()
        wrong = str((int(code) + 1) % 10 ** len(code)).zfill(len(code))
        attempt = Try(self.visit, self.factor, wrong, cast.ORIGIN)
        for number in range(1, TRIES + 1):
            key, now = uuid.uuid4().hex, timezone.now()
            outcome = checking.verify(attempt, self.challenge.pk, key, now)
            assert outcome == (Outcome.LOCKED if number == TRIES else Outcome.WRONG)
        connections.close_all()
        return TRIES


if __name__ == "__main__":
    main()
