from __future__ import annotations

from itertools import count

import pytest

from media.errors import PacketError
from media.forwarding.demux import MAX_ANNOUNCED, MAX_SSRCS, Demux
from media.forwarding.drops import DropReason
from media.forwarding.encoding import Encoding
from media.forwarding.publication import Publication
from media.forwarding.transport_feedback import TransportFeedback
from media.plan import Kind, PublishSection
from media.rtp.packet import parse_header
from tests.support.packets import ALICE, IDS, VP8, publishing, rtp


def made(*sections: PublishSection) -> list[Publication]:
    feedback = TransportFeedback()
    return [Publication(ALICE, s, feedback, 0.5, count(1).__next__) for s in sections]


def demux(publications: list[Publication]) -> Demux:
    table = Demux()
    table.replace(publications)
    return table


def resolve(table: Demux, packet: bytes) -> Encoding | DropReason:
    return table.resolve(packet, parse_header(packet))


def test_announced_ssrcs_lead_and_repair_ssrcs_too() -> None:
    voice, picture = made(*publishing())
    table = demux([voice, picture])
    assert resolve(table, rtp(1, ssrc=1500, payload_type=5)) is voice.encodings[0]
    assert resolve(table, rtp(1, ssrc=1001, payload_type=97)) is picture.encodings[0]


def test_the_mid_leads_before_the_payload_type() -> None:
    first, second = made(
        PublishSection("1", Kind.VIDEO, (VP8,), IDS), PublishSection("2", Kind.VIDEO, (VP8,), IDS)
    )
    table = demux([first, second])
    assert resolve(table, rtp(1, ssrc=7)) is DropReason.UNKNOWN_SSRC  # both use the type
    assert resolve(table, rtp(1, ssrc=7, elements={4: b"2"})) is second.encodings[0]
    assert resolve(table, rtp(2, ssrc=7)) is second.encodings[0]  # once told stays told
    for mid in (b"3", b"\xff"):
        assert resolve(table, rtp(1, ssrc=8, elements={4: mid})) is DropReason.UNKNOWN_SSRC


def test_a_broken_block_is_refused() -> None:
    packet = b"\x90" + rtp(1, ssrc=7)[1:12] + b"\xbe\xde\x00\x01\x4f\x00\x00\x00"
    with pytest.raises(PacketError):
        resolve(demux(made(*publishing(announce=False))), packet)


def test_what_is_learned_is_bounded_and_kept_with_its_section() -> None:
    voice, picture = made(*publishing(announce=False))
    table = demux([voice, picture])
    for ssrc in range(MAX_SSRCS):
        assert resolve(table, rtp(1, ssrc=ssrc)) is picture.encodings[0]
    assert resolve(table, rtp(1, ssrc=99)) is DropReason.SSRC_LIMIT
    table.replace([voice, picture])
    assert resolve(table, rtp(1, ssrc=3)) is picture.encodings[0]
    assert resolve(table, rtp(1, ssrc=99)) is DropReason.SSRC_LIMIT
    table.replace([voice])
    assert resolve(table, rtp(1, ssrc=3)) is DropReason.UNKNOWN_SSRC


def test_announcements_are_bounded_and_do_not_pile_up() -> None:
    (picture,) = made(
        PublishSection("v", Kind.VIDEO, (VP8,), ssrcs={n: None for n in range(2 * MAX_ANNOUNCED)})
    )
    table = demux([picture])
    assert len(table._primary) == MAX_ANNOUNCED
    for offer in range(1, 20):
        first = 1000 * offer
        picture.replace_section(
            PublishSection(
                "v", Kind.VIDEO, (VP8,), ssrcs={n: n + 500 for n in range(first, first + 9)}
            )
        )
        table.replace([picture])
    assert len(table._primary) == len(table._repair) == 9


def test_activation_replaces_the_ssrc_before() -> None:
    voice, picture = made(*publishing())
    table = demux([voice, picture])
    table.activate(picture.encodings[0], None, 1000)
    table.activate(picture.encodings[0], 1000, 2000)
    assert table.active == {2000: picture.encodings[0]}
    table.replace([voice])
    assert table.active == {}
