from __future__ import annotations

from itertools import count

from media.forwarding.drops import DropReason
from media.forwarding.encoding import Media
from media.forwarding.numbers import Numbers
from media.forwarding.publication import Publication
from media.forwarding.subscription import Subscription
from media.forwarding.transport_feedback import TransportFeedback
from media.plan import SlotSection
from media.rtp import rtcp
from media.rtp.packet import parse_header
from tests.support.packets import ALICE, publishing, slot


def publication() -> Publication:
    made = Publication(ALICE, publishing()[1], TransportFeedback(), 0.5, count(1).__next__)
    made.encodings[0].adopt(1000, 100, 1.0)
    return made


def section(*, video: bool = True) -> SlotSection:
    found = slot(0).video if video else slot(0).audio
    assert found is not None
    return found


def attached() -> Subscription:
    subscription = Subscription(section(), b"q", 1.0, Numbers(1))
    subscription.attach(publication())
    return subscription


def media(extended: int, *, epoch: int = 1, payload_type: int = 96) -> Media:
    return payload_type, 0, extended, 0, epoch, b"payload", None, None, None, None


def forward(to: Subscription, given: Media, now: float = 1.0) -> bytes | DropReason | list[bytes]:
    source = to.publication or publication()
    return to.forward(source.encodings[0], given, now)


def number(sent: object) -> int:
    assert isinstance(sent, bytes)
    return parse_header(sent)[2]


def test_without_a_publication_nothing_is_routed_or_reported() -> None:
    subscription = Subscription(section(), b"q", 1.0, Numbers(1))
    assert forward(subscription, media(70_000), 1.0) is DropReason.CODEC
    assert subscription.translate_report(1.0) is None


def test_the_same_publication_again_changes_nothing() -> None:
    subscription = attached()
    before = number(forward(subscription, media(70_000), 1.0))
    subscription.attach(subscription.publication)
    assert number(forward(subscription, media(70_005), 1.0)) == before + 5


def test_what_came_before_is_old() -> None:
    subscription = attached()
    forward(subscription, media(70_000), 1.0)
    forward(subscription, media(70_400, epoch=2), 1.0)
    assert forward(subscription, media(70_399, epoch=2), 1.0) is DropReason.OLD


def test_another_publication_clears_what_may_be_sent_again() -> None:
    subscription = attached()
    sent = number(forward(subscription, media(70_000), 1.0))
    subscription.attach(publication())
    assert subscription.resend(sent, 1.1) is None


def test_retransmissions_have_a_numbering_of_their_own() -> None:
    subscription = attached()
    sent = [number(forward(subscription, media(70_000 + step), 1.0)) for step in range(3)]
    again = [subscription.resend(wanted, 1.1) for wanted in sent]
    numbers = [number(packet) for packet in again]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_voice_keeps_no_history() -> None:
    subscription = Subscription(section(video=False), b"q", 1.0, Numbers(1))
    assert subscription.history is None
    assert subscription.resend(1, 1.0) is None
    subscription.attach(None)


def test_reports_are_told_only_of_what_is_carried_now() -> None:
    subscription = attached()
    source = subscription.publication
    assert source is not None
    source.encodings[0].handle_sender_report(rtcp.SenderReport(1000, 5 << 32, 90, 1, 1), 1.0)
    assert subscription.translate_report(1.0) is None
    sent = forward(subscription, media(70_000), 1.0)
    assert isinstance(sent, bytes)
    told = subscription.translate_report(1.0)
    assert told is not None
    report, name = rtcp.parse(told)
    assert isinstance(report, rtcp.SenderReport)
    assert report.timestamp == parse_header(sent)[3] + 90 & 0xFFFFFFFF
    assert name == rtcp.SourceDescription(section().ssrc, b"q")
    subscription.interrupt()
    assert subscription.translate_report(1.0) is None
