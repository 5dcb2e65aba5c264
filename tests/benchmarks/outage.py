"""The press of Text Me while the carrier takes every request and answers none.

For information; the goal is a p99 of at most 500 ms, as nobody waits for the
carrier but a worker.
"""

from __future__ import annotations

from tests.benchmarks import figures, stage
from tests.benchmarks.browser import Browser
from tests.carrier.records import Mode

PRESSES = 100
GOAL = 0.5


def main() -> None:
    carrier = stage.prepare()
    from tests.benchmarks import cast  # noqa: PLC0415 -- needs the settings
    from verification import links  # noqa: PLC0415

    signers = cast.Cast().signers(PRESSES)
    times = []
    with stage.web() as port, stage.worker():
        carrier.set_mode(Mode.TIME_OUT)
        for signer in signers:
            gate, browser = signer.gate, Browser(port)
            token = links.make_token(gate.public_id, gate.link_version)
            browser.open(f"/l/{token}")
            browser.send("/ask/sms")
            times.append(browser.pressed_for)
            browser.close()
        carrier.closing.set()
    p50, p95, p99 = figures.latencies(times)
    met = "met" if p99 <= GOAL else "missed"
    figures.show(
        f"Text Me while the carrier times out ({stage.backend()})",
        figures.LATENCY_HEAD,
        [("press to answer", str(PRESSES), *map(figures.in_ms, (p50, p95, p99)))],
    )
    figures.note(f"goal: p99 of at most {figures.in_ms(GOAL)}: {met}")


if __name__ == "__main__":
    main()
