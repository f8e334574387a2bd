from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import PacketError
from media.rtp import transport_cc
from tests.support.arrivals import Facts, Ticks, arrivals, facts


def round_trip(said: Facts) -> Facts:
    built = transport_cc.build(arrivals(*said))
    assert len(built) % 4 == 0
    return facts(transport_cc.parse(built))


@pytest.mark.parametrize(
    "ticks",
    [
        (0,),
        (0, 10, 265),  # small deltas
        (5, 400, 300),  # a large one, and one back in time
        (0,) + (None,) * 40 + (1,),  # a long run of lost ones
        tuple(range(40)),
        (0, None) * 20,  # one-bit vectors
        (0, None, 1000, None, 1001, 1002, None, 1003, 5000, None, None, 5001),  # two-bit vectors
        (0,) + (None,) * 9000 + (1,),  # longer than one run-length chunk
    ],
)
def test_round_trip_of_each_chunk(ticks: Ticks) -> None:
    said = (0xFFF0, 77, 200, ticks)
    assert round_trip(said) == said


def test_a_run_takes_one_chunk() -> None:
    assert len(transport_cc.build(arrivals(0, 0, 0, tuple(range(200))))) == 8 + 2 + 200 + 2


def test_reference_and_number_wrap() -> None:
    assert round_trip((0x1_0001, (1 << 24) + 5, 257, (0,))) == (1, 5, 1, (0,))


@st.composite
def messages(draw: st.DrawFn) -> Facts:
    ticks: list[int | None] = []
    last = 0
    for delta in draw(st.lists(st.none() | st.integers(-0x8000, 0x7FFF), min_size=1)):
        if delta is None:
            ticks.append(None)
        else:
            last += delta
            ticks.append(last)
    return (
        draw(st.integers(0, 0xFFFF)),
        draw(st.integers(0, (1 << 24) - 1)),
        draw(st.integers(0, 255)),
        tuple(ticks),
    )


@given(messages())
def test_round_trip(said: Facts) -> None:
    assert round_trip(said) == said


@pytest.mark.parametrize(
    "information",
    [
        b"",
        struct.pack("!HHI", 1, 0, 0),  # no packet
        struct.pack("!HHI", 1, 3, 0),  # no chunk
        struct.pack("!HHIH", 1, 3, 0, 0x2000),  # a run of no length
        struct.pack("!HHIH", 1, 3, 0, 0x2003),  # no delta
        struct.pack("!HHIHB", 1, 1, 0, 0x4001, 0),  # half a large delta
        struct.pack("!HHIH", 1, 1, 0, 0x6001),  # the reserved status
    ],
)
def test_refuses_what_contradicts_itself(information: bytes) -> None:
    with pytest.raises(PacketError):
        transport_cc.parse(information)


@given(st.binary(max_size=100))
def test_arbitrary_bytes_parse_or_are_refused(information: bytes) -> None:
    try:
        found = transport_cc.parse(information)
    except PacketError:
        return
    assert len(found.ticks) <= 0xFFFF


def test_what_a_message_costs_is_known_before_it_is_read() -> None:
    information = transport_cc.build(arrivals(65_535, 3, 0, (None,) * 9000 + (4,)))
    assert transport_cc.parse_head(information) == (65_535, 9001)
    for short in (b"", information[:7], bytes(8)):
        with pytest.raises(PacketError):
            transport_cc.parse_head(short)
