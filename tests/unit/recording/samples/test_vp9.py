"""VP9: descriptors of every shape, spatial layers as one superframe, references that are listed."""

from __future__ import annotations

import pytest

from media.errors import PacketError
from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Gap
from recording.samples.picture import Place
from recording.samples.vp9 import Vp9, keyframe_size, parse, superframe
from tests.support.bitstreams import decode, feed, frames, gaps, pictures, vp9_payloads
from tests.support.packets import rtp

START = 2**32
STRUCTURE = bytes((1 << 5 | 0x10 | 0x08,)) + bytes.fromhex("0060004800c00090")
STRUCTURE += bytes((1, 0b000_1_01_00, 2))


def packets(*shown: list[bytes]) -> list[bytes]:
    """One picture's payloads after another's."""
    made: list[bytes] = []
    for number, payloads in enumerate(shown):
        for each, payload in enumerate(payloads, 1):
            made.append(
                rtp(
                    len(made),
                    timestamp=number * 3000,
                    payload=payload,
                    marker=each == len(payloads),
                )
            )
    return made


@pytest.mark.parametrize(
    ("payload", "place", "end"),
    [
        (b"\x0c!", Place(), 1),
        (b"\x8c\x05!", Place(5, 7), 2),
        (b"\x8c\x81\x05!", Place(0x105, 15), 3),
        (b"\xac\x05\x31\x07!", Place(5, 7, 7, 1, opens_above=True), 4),
        (b"\x9c\x05!", Place(5, 7, references=()), 2),
        (b"\xdc\x05\x03\x0c!", Place(5, 7, references=(4, 127)), 4),
        (b"\xfc\x05\x20\x02!", Place(5, 7, -1, 1, references=(4,)), 4),
    ],
)  # fmt: skip
def test_descriptors(payload: bytes, place: Place, end: int) -> None:
    found = parse(payload)
    assert (found.place, found.end, found.spatial) == (place, end, 0)
    assert Vp9().begins(payload)


def test_structure_says_sizes() -> None:
    found = parse(b"\x0e" + STRUCTURE + b"!")
    assert found.sizes == ((96, 72), (192, 144))
    assert parse(b"\x0e\x00!").sizes == ()


@pytest.mark.parametrize(
    "payload",
    [
        b"\x0c", b"\x8c", b"\x8c\x05", b"\x9c\x85", b"\x1c!!!", b"\xdc\x05\x03\x05\x07\x09!",
        b"\x0e\x18\x00\x10!", b"\xac\x05\x31",
    ],
)  # fmt: skip
def test_bad_descriptors(payload: bytes) -> None:
    with pytest.raises(PacketError):
        parse(payload)
    assert not Vp9().begins(payload)


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("10 0 0 0 0 1 0 010010011000001101000010 001 0 0000000010111111 0000000010001111",
         (192, 144)),
        ("10 1 0 0 0 1 0 010010011000001101000010 001 0 000 0000000010111111 0000000010001111",
         (192, 144)),
        ("10 0 1 0 0 1 0 010010011000001101000010 1 001 0 0000000010111111 0000000010001111",
         (192, 144)),
        ("10 1 1 0 0 0 1 0 010010011000001101000010 1 111 0 0000000010111111 0000000010001111",
         (192, 144)),
        ("10 0 0 1 000", None),
        ("10 0 0 0 1 1 0 0", None),
    ],
)  # fmt: skip
def test_keyframes_say_their_size(header: str, size: tuple[int, int] | None) -> None:
    bits = header.replace(" ", "")
    bits += "0" * (-len(bits) % 8)
    assert keyframe_size(int(bits, 2).to_bytes(len(bits) // 8, "big")) == size


@pytest.mark.parametrize("frame", [b"\x40\x00", b"\x82\x49\x83\x43", b""])
def test_what_is_no_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(PacketError):
        keyframe_size(frame)


def test_superframe_is_taken_by_a_decoder_which_shows_the_last() -> None:
    first, second, *_ = pictures("vp9")
    assert superframe([first]) == first
    made = superframe([first, second])
    assert made[-1] >> 5 == 6
    assert decode("vp9", [made])[-1] == decode("vp9", [first, second])[-1]


def layered(number: int, base: bytes, upper: bytes, *, key: bool) -> list[bytes]:
    low = vp9_payloads(
        base, number, layer=bytes((0x00, number & 0xFF)), flags=0 if key else 0x40,
        structure=STRUCTURE if key else b"",
    )  # fmt: skip
    return low + vp9_payloads(upper, number, layer=bytes((0x03, number & 0xFF)), flags=0x40)


def test_spatial_layers_become_one_superframe() -> None:
    sent = pictures("vp9")
    shown = [layered(n, sent[n], sent[n + 1], key=n in {0, 10}) for n in range(0, 20, 2)]
    samples = feed(depacketizer("vp9"), packets(*shown))
    found = frames(samples)
    assert [each.data for each in found] == [superframe(sent[n : n + 2]) for n in range(0, 20, 2)]
    assert found[0].size == (192, 144)
    assert decode("vp9", [found[0].data])[-1] == decode("vp9", sent[:2])[-1]
    assert found[0].data[-1] & 7 == 1


@pytest.mark.parametrize("lost", [0, 1, -1])
def test_picture_without_all_of_its_layers_is_lost(lost: int) -> None:
    sent = pictures("vp9")
    shown = [layered(n, sent[n], sent[n + 1], key=n in {0, 10}) for n in range(0, 20, 2)]
    made = packets(*shown)
    before = len(shown[0])
    del made[before if lost == 0 else before + 1 if lost == 1 else before + len(shown[1]) - 1]
    samples = feed(depacketizer("vp9"), made)
    # The base layer goes on from the keyframe of the next.
    assert gaps(samples) == [Gap(START + 3000, START + 5 * 3000)]


def test_upper_layer_that_begins_twice_or_never_ends_is_refused() -> None:
    codec, sent = Vp9(), pictures("vp9")
    whole = layered(0, sent[0], sent[1], key=True)
    for bad in (whole[1:], whole[:-1], [*whole, *whole], [whole[0], *whole], whole[::-1]):
        with pytest.raises(PacketError):
            codec.build(bad)
    low = vp9_payloads(sent[0], 0, layer=b"\0\0")
    many = [part for each in range(8) for part in vp9_payloads(b"x", 0, layer=bytes((each * 2, 0)))]
    with pytest.raises(PacketError):
        codec.build(low + many)


def test_listed_references_let_pictures_through_after_a_loss() -> None:
    """Flexible mode: two temporal layers, of which the upper one refers to the lower."""
    sent = pictures("vp9", 20)
    shown = []
    for number, frame in enumerate(sent):
        flags = 0x10 if number in {0, 10} else 0x50
        layer = b"\x20" if number % 2 else b"\x00"
        if flags & 0x40:
            layer += bytes(((1 if number % 2 else 2) << 1,))
        shown.append(vp9_payloads(frame, number, layer=layer, flags=flags))
    made = packets(*shown)
    third, first = (sum(map(len, shown[:count])) for count in (3, 4))
    samples = feed(depacketizer("vp9"), made[:third] + made[first:])
    assert gaps(samples) == [Gap(START + 9000, START + 12000)]
    assert len(frames(samples)) == 19
    samples = feed(depacketizer("vp9"), made[:first] + made[first + 1 :])
    # A lower one is lost: what refers to it waits for the keyframe.
    assert gaps(samples) == [Gap(START + 12000, START + 30000)]
