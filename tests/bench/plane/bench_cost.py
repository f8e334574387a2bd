"""CPU a forwarded packet at 50 rooms of two, beside Janus and a plain echo (`make bench-plane`)."""

from __future__ import annotations

import pytest

from tests.bench.plane.rounds import PACKETS_A_PERSON, ROOMS, Measured, believable, check_throughput
from tests.bench.report import janus_libsrtp
from tests.support.figures import Figures, Row, held

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]
OURS = ("ours, compiled", "ours, pure Python")
JANUS, ECHO = "Janus VideoRoom", "plain UDP echo in C"
JANUS_SHARE, ECHO_TIMES = 0.5, 4.0


def test_cost_of_a_forwarded_packet(figures: Figures, fifty: dict[str, Measured]) -> None:
    """The medians; every system with the same cipher, or there is nothing to compare."""
    ciphers = {cipher for each in fifty.values() for cipher in each.ciphers}
    assert ciphers == {"AEAD_AES_256_GCM"}, ciphers
    assert all(fifty[name].ciphers for name in (*OURS, JANUS))
    cost = {name: each.median(lambda w: w.packet_us) for name, each in fifty.items()}
    rows = []
    for name, measured in fifty.items():
        told = f"{cost[name]:.1f} us ({measured.median(lambda w: w.core):.0f} % of the core)"
        others = f", others {measured.others:.0f} %"
        rows.append((f"CPU a packet: {name}", told + others, bars(cost, name)))
    figures.table(
        "50 rooms 1:1, 20,000 packets/s, 1 % loss each way with RTX",
        rows + work(fifty),
        [
            f"All with {', '.join(ciphers)}. Janus as Debian ships it: its libsrtp is "
            f"{janus_libsrtp()}; ours is pylibsrtp's, on OpenSSL.",
            "Janus gives a person two connections, one to send and one to receive; ours gives one.",
        ],
    )
    for name in (*OURS, JANUS):
        check_load(fifty[name])


def bars(cost: dict[str, float], name: str) -> str:
    """Both bars of the issue for ours."""
    if name not in OURS:
        return "(beside it)"
    limits = (
        ("0.5 x Janus", JANUS_SHARE * cost[JANUS]),
        ("4 x echo", ECHO_TIMES * cost[ECHO]),
    )
    return "; ".join(f"<= {what} = {us:.1f} us: {held(cost[name], us)}" for what, us in limits)


def work(fifty: dict[str, Measured]) -> list[Row]:
    """What the repairs and the feedback were: the same for each, or it is not the same load."""
    rows = []
    for name in (*OURS, JANUS):
        outcome = fifty[name].windows[-1].outcome
        numbered = "negotiated" if fifty[name].numbered else "NOT negotiated by receivers"
        told = (
            f"RTX up {outcome.retransmitted}, down {outcome.repaired} of {outcome.asked} asked; "
            f"transport-cc from it {outcome.feedback}, to it {outcome.feedback_sent} ({numbered})"
        )
        rows.append((f"in a window: {name}", told, "both ways"))
    return rows


def check_load(measured: Measured) -> None:
    """Each window had all of the load, with NACK, RTX and feedback at work."""
    check_throughput(measured.windows, 2 * ROOMS * PACKETS_A_PERSON)
    for window in measured.windows:
        outcome = window.outcome
        assert outcome.retransmitted > 0
        assert outcome.repaired > 0
        assert outcome.feedback > 0


def test_the_load_is_not_what_is_measured(figures: Figures, fifty: dict[str, Measured]) -> None:
    """Its share of its core, its lateness, and the echo's delay in the same run."""
    rows = []
    for name, each in fifty.items():
        late = each.median(lambda w: w.outcome.late_p99_ms)
        own = each.median(lambda w: w.outcome.own_core)
        p50 = each.median(lambda w: w.outcome.late_p50_ms)
        told = f"{own:.0f} % of its core; late p50 {p50:.2f} ms, p99 {late:.2f} ms"
        bar = f"<= 60 %: {held(own, 60)}; p99 <= 2 ms: {held(late, 2)}"
        rows.append((f"the load on {name}", told, bar))
    rows.append(("the echo's delay in the same run", fifty[ECHO].delay(), "(kernel and load)"))
    windows = [window for each in fifty.values() for window in each.windows]
    figures.table("The load itself", rows, [believable(windows)])
    assert all(window.outcome.delays for window in windows)
