"""CPU a forwarded packet at 50 rooms of two, beside Janus and a plain echo (`make bench-plane`)."""

from __future__ import annotations

import pytest

from tests.bench.plane.rounds import (
    LATE_MS,
    OWN_CORE,
    PACKETS_A_PERSON,
    ROOMS,
    SATURATED,
    Measured,
    alternate,
    believable,
    check_throughput,
    in_network,
)
from tests.bench.plane.systems import echo, ours, peer_janus
from tests.bench.report import janus_libsrtp
from tests.support.figures import Figures, Row, held

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]
OURS = ("ours, compiled", "ours, pure Python")
JANUS, ECHO = "Janus VideoRoom", "plain UDP echo in C"
JANUS_SHARE, ECHO_TIMES = 0.5, 4.0
FEW = 25


def test_cost_of_a_forwarded_packet(figures: Figures, fifty: dict[str, Measured]) -> None:
    """The medians; every system with the same cipher, or there is nothing to compare."""
    assert all(fifty[name].ciphers for name in (*OURS, JANUS))
    figures.table(
        "50 rooms 1:1, 20,000 packets/s, 1 % loss each way with RTX",
        costs(fifty, ROOMS) + work(fifty),
        [
            f"All with {', '.join(ciphers(fifty))}. Janus as Debian ships it: its libsrtp is "
            f"{janus_libsrtp()}; ours is pylibsrtp's, on OpenSSL.",
            "Janus gives a person two connections, one to send and one to receive; ours gives one.",
            "SATURATED: the core was not enough. Such a figure is what a core has to give for a "
            "packet and no more, however much one would need: see the table with fewer rooms.",
        ],
    )
    for name in (*OURS, JANUS):
        check_load(fifty[name])


def test_cost_where_all_have_enough(figures: Figures) -> None:
    """The same with half the rooms, a load that leaves Janus some of its core."""
    found = in_network(_measure_few)
    windows = [window for each in found.values() for window in each.windows]
    figures.table(
        f"{FEW} rooms 1:1, {FEW * 400:,} packets/s, the rest as above",
        costs(found, FEW),
        [believable(windows)],
    )
    assert ciphers(found)
    check_throughput(windows, 2 * FEW * PACKETS_A_PERSON)


async def _measure_few(host: str) -> dict[str, Measured]:
    return await alternate({
        OURS[0]: (lambda: ours(host, native=True), FEW, 2),
        JANUS: (lambda: peer_janus(host), FEW, 2),
        ECHO: (lambda: echo(host), FEW, 2),
    })  # fmt: skip


def ciphers(found: dict[str, Measured]) -> set[str]:
    """The one cipher of all who have one."""
    used = {cipher for each in found.values() for cipher in each.ciphers}
    assert used == {"AEAD_AES_256_GCM"}, used
    return used


def costs(found: dict[str, Measured], rooms: int) -> list[Row]:
    """CPU a packet, a row for each."""
    cost = {name: each.median(lambda w: w.packet_us) for name, each in found.items()}
    rows = []
    for name, measured in found.items():
        core = measured.median(lambda w: w.core)
        told = f"{cost[name]:.1f} us ({core:.0f} % of the core)"
        if core >= SATURATED:
            share = measured.median(lambda w: w.carried(2 * rooms * PACKETS_A_PERSON))
            told += f", SATURATED, {min(1.0, share):.0%} came through"
        told += f", others {measured.others:.0f} %"
        rows.append((f"CPU a packet: {name}", told, bars(cost, name)))
    return rows


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
        bar = f"<= {OWN_CORE:.0f} %: {held(own, OWN_CORE)}; p99 <= 2 ms: {held(late, LATE_MS)}"
        rows.append((f"the load on {name}", told, bar))
    rows.append(("the echo's delay in the same run", fifty[ECHO].delay(), "(kernel and load)"))
    windows = [window for each in fifty.values() for window in each.windows]
    figures.table("The load itself", rows, [believable(windows)])
    assert all(window.outcome.delays for window in windows)
