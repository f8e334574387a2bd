from __future__ import annotations

import pytest

from media.forwarding.reports import ReceptionStats, SentReports, middle_bits
from media.rtp.rtcp import ReportBlock, SenderReport
from media.rtp.sequence import CYCLE

NTP = 0x1122334455667788


def test_middle_bits() -> None:
    assert middle_bits(NTP) == 0x33445566


def test_counts_loss_since_the_last_block_and_since_the_start() -> None:
    stats = ReceptionStats(CYCLE)
    for number in (0, 1, 2, 4, 5, 6, 7):  # one of eight
        stats.record(CYCLE + number, 0, 90_000, 1.0)
    block = stats.block(7, 1.0)
    assert (block.ssrc, block.highest) == (7, 7)
    assert (block.fraction_lost, block.cumulative_lost) == (256 // 8, 1)
    stats.record(CYCLE + 8, 0, 90_000, 2.0)
    block = stats.block(7, 2.0)
    assert (block.fraction_lost, block.cumulative_lost) == (0, 1)
    assert not stats.has_news


def test_what_comes_late_makes_up_for_loss() -> None:
    stats = ReceptionStats(CYCLE)
    stats.record(CYCLE, 0, 90_000, 1.0)
    stats.record(CYCLE + 2, 0, 90_000, 1.0)
    assert stats.block(7, 1.0).cumulative_lost == 1
    stats.record(CYCLE + 1, 0, 90_000, 1.1)
    block = stats.block(7, 2.0)
    assert (block.fraction_lost, block.cumulative_lost, block.highest) == (0, 0, 2)


def test_what_the_first_packet_overtook_was_expected_too() -> None:
    stats = ReceptionStats(CYCLE + 5)
    for number in (5, 4, 3):
        stats.record(CYCLE + number, 0, 90_000, 1.0)
    assert stats.block(7, 1.0).cumulative_lost == 0


def test_everything_lost_but_the_last_is_no_more_than_255() -> None:
    stats = ReceptionStats(CYCLE)
    stats.record(CYCLE, 0, 90_000, 1.0)
    stats.block(7, 1.0)
    stats.record(CYCLE + 3000, 0, 90_000, 1.0)
    assert stats.block(7, 1.0).fraction_lost == 255


def test_an_even_stream_has_no_jitter_whatever_its_pacing() -> None:
    stats = ReceptionStats(CYCLE)
    for number in range(100):
        picture = number // 4
        stats.record(CYCLE + number, picture * 3000, 90_000, picture / 30 + number % 4 / 1000)
    assert stats.block(7, 9.0).jitter <= 1


@pytest.mark.parametrize("start", [0, 0xFFFF_FF00])
def test_jitter_is_the_mean_deviation_in_clock_units(start: int) -> None:
    stats = ReceptionStats(CYCLE)
    for number in range(500):  # 10 ms early and late by turns: 900 units between neighbours
        at = number / 30 + (0.01 if number % 2 else 0.0)
        stats.record(CYCLE + number, start + number * 3000 & 0xFFFF_FFFF, 90_000, at)
    assert stats.block(7, 99.0).jitter == pytest.approx(900, rel=0.02)


def test_echoes_the_last_sender_report() -> None:
    stats = ReceptionStats(CYCLE)
    stats.record(CYCLE, 0, 90_000, 1.0)
    assert stats.block(7, 1.0).last_sr == stats.block(7, 1.0).delay == 0
    stats.handle_sender_report(SenderReport(7, NTP, 0, 1, 1), 2.0)
    block = stats.block(7, 2.5)
    assert (block.last_sr, block.delay) == (0x33445566, 32_768)


def block(last_sr: int, delay: int) -> ReportBlock:
    return ReportBlock(7, 0, 0, 0, 0, last_sr, delay)


def test_learns_the_round_trip_from_an_echo() -> None:
    sent = SentReports()
    sent.record(NTP, 10.0)
    sent.handle_block(block(0x33445566, 65_536), 11.25)
    assert sent.rtt_s == pytest.approx(0.25)


@pytest.mark.parametrize("echo", [block(0, 0), block(1, 0), block(0x33445566, 10 << 16)])
def test_learns_nothing_from_what_cannot_be(echo: ReportBlock) -> None:
    sent = SentReports()
    sent.record(NTP, 10.0)
    sent.handle_block(echo, 11.0)
    assert sent.rtt_s is None


def test_remembers_a_few_reports_only() -> None:
    sent = SentReports()
    for second in range(50):
        sent.record(second << 32, float(second))
    sent.handle_block(block(0, 0), 50.0)
    assert sent.rtt_s is None
    sent.handle_block(block(49 << 16, 0), 49.5)
    assert sent.rtt_s == 0.5
