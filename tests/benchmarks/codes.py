"""From the press of Text Me to the carrier's door: real HTTP, worker, carrier.

Floor: a no-op task on the same broker, from publishing to its first line, in
turn with the codes, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

from tests.benchmarks import figures, stage
from tests.benchmarks.stage import Doorbell

CODES = 80
WARM_UP = 10
APART = 0.03  # seconds, on average: the polls of a broker are met at all phases


def main() -> None:
    carrier = stage.prepare()
    from tests.benchmarks import cast, noop  # noqa: PLC0415 -- need the settings
    from verification import links  # noqa: PLC0415

    signers = cast.Cast().signers(CODES + WARM_UP)
    floor, ours, answers = [], [], []
    nothing = noop.Noop()
    with stage.web() as port, stage.worker("config", "-I", noop.__name__):
        for signer in signers:
            floor.append(nothing.measure())
            pause()
            gate = signer.gate
            url = f"/l/{links.make_token(gate.public_id, gate.link_version)}"
            took, answered = ask(carrier, port, url, gate.phone_e164)
            ours.append(took)
            answers.append(answered)
            pause()
    figures.show(
        f"Code request to carrier call ({stage.backend()})",
        figures.LATENCY_HEAD,
        [
            *figures.latency_rows(
                "countersign: press to carrier",
                ours[WARM_UP:],
                "no-op task: publish to run",
                [took for took in floor[WARM_UP:] if took is not None],
            ),
            (
                "of it: press to answer",
                str(CODES),
                *map(figures.in_ms, figures.latencies(answers[WARM_UP:])),
            ),
        ],
    )
    if nothing.lost:
        figures.note(f"the broker lost {nothing.lost} no-op tasks")


def ask(carrier: Doorbell, port: int, url: str, phone: str) -> tuple[float, float]:
    """Return the seconds until the carrier was called, and until the answer."""
    from tests.benchmarks.browser import Browser  # noqa: PLC0415

    browser = Browser(port)
    browser.open(url)
    begun = datetime.now(UTC)
    browser.send("/ask/sms")
    text = carrier.wait_for_arrival(phone)
    browser.close()
    return (text.accepted_at - begun).total_seconds(), browser.pressed_for


def pause() -> None:
    time.sleep(random.uniform(0, 2 * APART))  # noqa: S311 -- spreads, guards nothing


if __name__ == "__main__":
    main()
