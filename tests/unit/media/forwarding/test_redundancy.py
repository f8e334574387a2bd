from __future__ import annotations

import pytest

from media.forwarding.drops import DropReason
from media.forwarding.encoding import Media
from media.forwarding.history import History
from media.forwarding.redundancy import Redundancy, Route, has_copy, routes
from media.plan import Codec
from tests.support.packets import OPUS, RED, VP8, red_payload

FIREFOX_OPUS = Codec("opus", 48000, 109)
BARE: Route = (109, 48000, 111)

ROUTES = [
    ([OPUS], [OPUS], {111: (111, 48000, 0)}),
    ([RED, OPUS], [RED, OPUS], {63: (63, 48000, 0), 111: (111, 48000, 0)}),
    ([RED, OPUS], [FIREFOX_OPUS], {63: BARE, 111: (109, 48000, 0)}),
    # RED heads name the type inside: it cannot pass where that is another
    ([RED, OPUS], [RED, FIREFOX_OPUS], {63: BARE, 111: (109, 48000, 0)}),
    ([RED, OPUS], [VP8], {}),
    ([RED], [RED, OPUS], {}),
    ([OPUS], [], {}),
]


@pytest.mark.parametrize(("theirs", "ours", "found"), ROUTES)
def test_which_way_each_type_goes(
    theirs: list[Codec], ours: list[Codec], found: dict[int, Route]
) -> None:
    assert routes(theirs, ours) == found


def test_for_want_of_room_the_redundancy_stays_behind() -> None:
    bare = {63: (111, 48000, 111), 111: (111, 48000, 0)}
    assert routes([RED, OPUS], [RED, OPUS], lean=True) == bare
    assert routes([OPUS], [OPUS], lean=True) == {111: (111, 48000, 0)}


def media(
    extended: int, *older: bytes, epoch: int = 1, flags: int = 0, padding: bytes = b""
) -> Media:
    """Voice number ``extended``, with what came before it as its redundancy, oldest first."""
    blocks = [(960 * (len(older) - index), block) for index, block in enumerate(older)]
    payload = red_payload(b"voice%d" % extended, blocks) + padding
    return 63, flags, extended, extended * 960, epoch, payload, b"\x30", None, b"capture", None


def unpacked(redundancy: Redundancy, given: Media) -> list[tuple[int, int, bytes]] | DropReason:
    found = redundancy.unpack(given, BARE)
    if isinstance(found, DropReason):
        return found
    return [(each[2], each[3], each[5]) for each in found]


def test_the_primary_block_alone_goes_on_with_what_was_said_of_it() -> None:
    found = Redundancy().unpack(media(70_000, b"old", flags=0x80), BARE)
    assert found == [
        (109, 0x80, 70_000, 70_000 * 960, 1, b"voice70000", b"\x30", None, b"capture", None)
    ]


def test_padding_is_no_voice() -> None:
    given = media(70_000, flags=0x2000, padding=b"\0\0\x03")
    assert unpacked(Redundancy(), given) == [(70_000, 70_000 * 960, b"voice70000")]


def test_what_was_lost_is_taken_from_the_next_and_not_sent_twice() -> None:
    redundancy = Redundancy()
    unpacked(redundancy, media(100))
    assert unpacked(redundancy, media(103, b"v101", b"v102")) == [
        (101, 101 * 960, b"v101"),
        (102, 102 * 960, b"v102"),
        (103, 103 * 960, b"voice103"),
    ]
    assert unpacked(redundancy, media(102, b"v101")) is DropReason.DUPLICATE
    assert unpacked(redundancy, media(104, b"v103")) == [(104, 104 * 960, b"voice104")]


def test_what_no_block_has_stays_lost() -> None:
    redundancy = Redundancy()
    unpacked(redundancy, media(100))
    assert unpacked(redundancy, media(104, b"v103")) == [
        (103, 103 * 960, b"v103"),
        (104, 104 * 960, b"voice104"),
    ]
    late = unpacked(redundancy, media(102))
    assert late == [(102, 102 * 960, b"voice102")]


def test_an_empty_block_or_one_of_another_type_repairs_nothing() -> None:
    redundancy = Redundancy()
    unpacked(redundancy, media(100))
    assert unpacked(redundancy, media(102, b"")) == [(102, 102 * 960, b"voice102")]
    other = list(media(104))
    other[5] = red_payload(b"x", [(960, b"v")], payload_type=9)
    assert redundancy.unpack(tuple(other), BARE) is DropReason.RED  # type: ignore[arg-type]  # a list's tuple has no length


def test_another_numbering_begins_without_a_past() -> None:
    redundancy = Redundancy()
    unpacked(redundancy, media(100))
    assert unpacked(redundancy, media(50_000, b"old", epoch=2)) == [
        (50_000, 50_000 * 960, b"voice50000")
    ]
    redundancy.clear()
    assert unpacked(redundancy, media(50_002, b"old", epoch=2)) == [
        (50_002, 50_002 * 960, b"voice50002")
    ]


def test_what_is_no_red_is_dropped() -> None:
    broken: Media = (63, 0, 5, 0, 1, b"\xff\xff", None, None, None, None)
    assert Redundancy().unpack(broken, BARE) is DropReason.RED


def test_memory_of_what_was_recovered_is_bounded() -> None:
    redundancy = Redundancy()
    for number in range(0, 5000, 2):
        unpacked(redundancy, media(number, b"before"))
    assert len(redundancy._recovered) < 64


def test_a_packet_whose_copy_came_with_the_next_is_not_sent_again() -> None:
    history = History(1.0, 64)
    red, bare = bytes([0x80, RED.payload_type]), bytes([0x80, OPUS.payload_type])
    for number, packet in ((100, red), (101, red), (102, bare)):
        history.add(number, packet + bytes(20), 0.0)
    found = [has_copy(history, [RED, OPUS], number) for number in (99, 100, 101, 102)]
    assert found == [True, True, False, False]
    assert not has_copy(history, [OPUS], 100)
    assert not has_copy(None, [RED, OPUS], 100)
