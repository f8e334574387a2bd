"""Offers of real browsers, and offers that lie."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from aiortc import sdp
from hypothesis import given
from hypothesis import strategies as st

from media.answer import GENERATION_STEP, Local, write_answer
from media.config import MediaConfig
from media.errors import NegotiationError, OfferFault
from media.ice import Credentials
from media.negotiation import plan_media, read_offer
from media.plan import Extension, Kind

OFFERS = Path(__file__).parents[2] / "support" / "offers"
CHROMIUM = (OFFERS / "chromium.sdp").read_bytes().decode()
FIREFOX = (OFFERS / "firefox.sdp").read_bytes().decode()
LOCAL = Local(Credentials("ours", "p" * 24), "AA:BB", (("192.0.2.1", 3480),))
CONFIG = MediaConfig()
browsers = pytest.mark.parametrize("text", [CHROMIUM, FIREFOX], ids=["chromium", "firefox"])


@browsers
def test_a_browsers_offer_becomes_two_publications_and_three_slots(text: str):
    plan = plan_media(read_offer(text), CONFIG)
    assert [section.kind for section in plan.publishing] == [Kind.AUDIO, Kind.VIDEO]
    assert [(slot.audio is not None, slot.video is not None) for slot in plan.slots] == [
        (True, True)
    ] * 3
    voice, picture = plan.publishing
    assert [codec.name for codec in voice.codecs] == (
        ["red", "opus"] if text is CHROMIUM else ["opus"]
    )
    assert not voice.nack
    assert not picture.rids
    assert picture.codecs[0].name == "VP8"
    assert picture.codecs[0].rtx_payload_type is not None
    assert picture.nack
    assert picture.transport_cc
    assert len(set(picture.ssrcs.values()) - {None}) == 1


@browsers
def test_the_answer_is_lite_passive_and_mirrors_every_section(text: str):
    offer = read_offer(text)
    answer = write_answer(offer, plan_media(offer, CONFIG), LOCAL)
    parsed = sdp.SessionDescription.parse(answer)
    assert "a=ice-lite\r\n" in answer
    assert [m.rtp.muxId for m in parsed.media] == [m.rtp.muxId for m in offer.description.media]
    assert [m.direction for m in parsed.media] == ["recvonly"] * 2 + ["sendonly"] * 6 + [None]
    for media in parsed.media:
        assert media.ice.usernameFragment == "ours"
        assert media.dtls.fingerprints[0].value == "AA:BB"
        assert [(c.ip, c.port) for c in media.ice_candidates] == [("192.0.2.1", 3480)]
    assert "goog-remb" not in answer  # never REMB and transport-cc for one stream


@browsers
def test_a_restart_is_promised_and_its_candidates_outrank(text: str):
    offer = read_offer(text)
    plan = plan_media(offer, CONFIG)
    addresses = tuple((f"192.0.2.{number}", 3480) for number in range(100))
    ranks = []
    for generation in (0, 1, 2, 127, 1000):
        local = Local(
            Credentials("ours", "p" * 24), "AA:BB", addresses, tcp=True,
            promised=Credentials("next", "q" * 24), generation=generation,
        )  # fmt: skip
        answer = write_answer(offer, plan, local)
        assert answer.partition("m=")[0].endswith(f"a=x-next-ice:next {'q' * 24}\r\n")
        candidates = sdp.SessionDescription.parse(answer).media[0].ice_candidates
        assert len({each.priority for each in candidates}) == 2 * GENERATION_STEP
        ranks.append([each.priority for each in candidates if each.protocol == "udp"])
    # The browsers' own host candidates are above all of ours (126 << 24 and 0x7E00 << 8 at least).
    assert max(max(each) for each in ranks) < (126 << 24) | (0x7E00 << 8)
    assert all(max(before) < min(after) for before, after in pairwise(ranks[:4]))
    assert ranks[3] == ranks[4]
    assert "x-next-ice" not in write_answer(offer, plan, LOCAL)


@browsers
def test_a_slots_voice_and_picture_share_a_clock_and_no_stream_and_primary_comes_first(text: str):
    offer = read_offer(text)
    plan = plan_media(offer, CONFIG)
    media = sdp.SessionDescription.parse(write_answer(offer, plan, LOCAL)).media
    by_mid = {each.rtp.muxId: each for each in media}
    for slot in plan.slots:
        assert slot.audio and slot.video
        voice, picture = by_mid[slot.audio.mid], by_mid[slot.video.mid]
        assert voice.msid.split()[0] != picture.msid.split()[0], "voice waits for no picture"
        assert {each.cname for each in voice.ssrc + picture.ssrc} == {voice.ssrc[0].cname}
        assert [each.ssrc for each in picture.ssrc] == [slot.video.ssrc, slot.video.rtx_ssrc]


SENDS_NUMBERS = (
    "a=extmap:{} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)


@browsers
def test_subscribers_are_asked_for_transport_cc_and_never_for_remb(text: str):
    offer = read_offer(text)
    plan = plan_media(offer, CONFIG)
    answer = write_answer(offer, plan, LOCAL)
    for slot in plan.slots:
        for section in (slot.audio, slot.video):
            assert section and section.transport_cc
            ident = section.extensions[Extension.TRANSPORT_CC]
            lines = section_of(answer, section.mid)
            assert SENDS_NUMBERS.format(ident) in lines
            for codec in section.codecs:
                assert f"a=rtcp-fb:{codec.payload_type} transport-cc" in lines
            assert not [line for line in lines if "remb" in line or "abs-send-time" in line]


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"a=extmap:3 \S+\r\n", id="no extension"),
        pytest.param(r"a=rtcp-fb:\d+ transport-cc\r\n", id="no feedback"),
    ],
)
def test_without_either_half_of_it_there_is_no_transport_cc(pattern: str):
    text = re.sub(pattern, "", CHROMIUM)
    for slot in plan_media(read_offer(text), CONFIG).slots:
        for section in (slot.audio, slot.video):
            assert section and not section.transport_cc
            assert Extension.TRANSPORT_CC not in section.extensions
            assert Extension.ABS_SEND_TIME in section.extensions
            lines = section_of(answered(text), section.mid)
            assert not [line for line in lines if "transport" in line]


def test_feedback_offered_for_every_codec_at_once_counts():
    text = re.sub(r"a=rtcp-fb:\d+ transport-cc\r\n", "", CHROMIUM)
    text = re.sub(r"(a=mid:[23]\r\n)", r"\1a=rtcp-fb:* transport-cc\r\n", text)
    slot = plan_media(read_offer(text), CONFIG).slots[0]
    assert slot.audio and slot.audio.transport_cc
    assert slot.video and slot.video.transport_cc


def test_a_picture_that_rtx_does_not_repair_has_no_numbers():
    text = re.sub(r"a=fmtp:97 apt=96\r\n", "", CHROMIUM)
    slot = plan_media(read_offer(text), CONFIG).slots[0]
    assert slot.video and not slot.video.transport_cc
    assert slot.audio and slot.audio.transport_cc


def test_no_ssrc_is_given_twice():
    plan = plan_media(read_offer(CHROMIUM), CONFIG)
    ours = [
        ssrc
        for slot in plan.slots
        for section in (slot.audio, slot.video)
        if section
        for ssrc in (section.ssrc, section.rtx_ssrc)
        if ssrc is not None
    ]
    assert len(ours) == len(set(ours)) == 9


@browsers
def test_an_ice_restart_keeps_the_ssrcs_of_slots(text: str):
    first = read_offer(text)
    plan = plan_media(first, CONFIG)
    again = read_offer(re.sub(r"a=ice-ufrag:\S+", "a=ice-ufrag:fresh", text))
    assert plan_media(again, CONFIG, (first, plan)).slots == plan.slots
    assert again.remote_ufrag == "fresh"


def answered(text: str) -> str:
    offer = read_offer(text)
    return write_answer(offer, plan_media(offer, CONFIG), LOCAL)


def section_of(answer: str, mid: str) -> list[str]:
    parts = [part for part in re.split(r"(?=^m=)", answer, flags=re.MULTILINE)]
    return next(part.splitlines() for part in parts if f"a=mid:{mid}\r\n" in part)


def test_red_leads_the_answer_and_keeps_its_parameters():
    lines = section_of(answered(CHROMIUM), "0")
    assert lines[0].split()[3:] == ["63", "111"]
    assert "a=fmtp:63 111/111" in lines
    assert "a=rtpmap:63 red/48000/2" in lines


@pytest.mark.parametrize("line", ["red/8000", "red/90000"])
def test_red_of_another_clock_is_not_taken(line: str):
    text = CHROMIUM.replace("red/48000/2", line)
    assert [codec.name for codec in plan_media(read_offer(text), CONFIG).publishing[0].codecs] == [
        "opus"
    ]


def test_red_without_opus_is_no_codec():
    with pytest.raises(NegotiationError) as caught:
        plan_media(read_offer(CHROMIUM.replace("opus/48000", "foo/48000")), CONFIG)
    assert caught.value.fault is OfferFault.NO_COMMON_CODEC


def test_nack_for_voice_is_answered_where_it_is_offered():
    text = CHROMIUM.replace(
        "a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack"
    )
    plan = plan_media(read_offer(text), CONFIG)
    assert plan.publishing[0].nack
    assert all(slot.audio and slot.audio.nack for slot in plan.slots)
    assert "a=rtcp-fb:111 nack" in section_of(answered(text), "0")
    assert "a=rtcp-fb:111 nack" not in section_of(answered(CHROMIUM), "0")


CAPTURE = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"


def test_capture_times_are_agreed_both_ways_where_offered():
    text = CHROMIUM.replace("a=extmap:4 ", f"a=extmap:9 {CAPTURE}\r\na=extmap:4 ")
    plan = plan_media(read_offer(text), CONFIG)
    assert plan.publishing[0].extensions[Extension.ABS_CAPTURE_TIME] == 9
    slot = plan.slots[0]
    assert slot.video
    assert slot.video.extensions[Extension.ABS_CAPTURE_TIME] == 9
    assert f"a=extmap:9 {CAPTURE}" in section_of(answered(text), "1")


def simulcast(rids: str = "q;h;f", lines: str = "q h f", text: str = CHROMIUM) -> str:
    added = "".join(f"a=rid:{rid} send\r\n" for rid in lines.split())
    return text.replace("a=mid:1\r\n", f"a=mid:1\r\n{added}a=simulcast:send {rids}\r\n")


@pytest.mark.parametrize(
    ("rids", "lines", "taken"),
    [
        ("q;h;f", "q h f", ("q", "h", "f")),
        ("lo;hi", "lo hi", ("lo", "hi")),
        ("q;~h,x;f", "q h x f", ("q", "h", "f")),
        ("a;b;c;d", "a b c d", ("a", "b", "c")),
        ("f", "f", ()),
        ("q;h;f", "q h", ()),  # one is not described
        ("q;q", "q", ()),
        ("q;h!", "q h!", ()),
        ("q;" + "h" * 17, "q " + "h" * 17, ()),
    ],
)
def test_simulcast_is_taken_as_offered(rids: str, lines: str, taken: tuple[str, ...]):
    text = simulcast(rids, lines)
    assert plan_media(read_offer(text), CONFIG).publishing[1].rids == taken
    answer = section_of(answered(text), "1")
    assert [line for line in answer if line.startswith("a=rid:")] == [
        f"a=rid:{rid} recv" for rid in taken
    ]
    assert (f"a=simulcast:recv {';'.join(taken)}" in answer) is bool(taken)


def test_without_the_rid_extension_there_is_no_simulcast():
    text = re.sub(r"a=extmap:10 .*\r\n", "", simulcast())
    assert plan_media(read_offer(text), CONFIG).publishing[1].rids == ()


def without(pattern: str, text: str = CHROMIUM) -> str:
    return re.sub(pattern, "", text)


def sections(text: str, count: int) -> str:
    head, *media = re.split(r"(?=^m=)", text, flags=re.MULTILINE)
    return head + media[-1] * count


LIES = {
    "empty": ("", OfferFault.MALFORMED),
    "not SDP": ("hello", OfferFault.MALFORMED),
    "binary": ("\x00\xff" * 50, OfferFault.MALFORMED),
    "huge": ("v=0\r\n" * 20_000, OfferFault.TOO_LARGE),
    "100 sections": (sections(CHROMIUM, 100), OfferFault.TOO_MANY_SECTIONS),
    "one mid twice": (sections(CHROMIUM, 2), OfferFault.MALFORMED),
    "no mid": (without(r"a=mid:\S+\r\n"), OfferFault.MALFORMED),
    "no fingerprint": (without(r"a=fingerprint:.*\r\n"), OfferFault.NO_FINGERPRINT),
    "weak fingerprint": (
        re.sub(r"a=fingerprint:sha-256 \S+", "a=fingerprint:md5 AA:BB", CHROMIUM),
        OfferFault.NO_FINGERPRINT,
    ),
    "wants us to be the client": (
        CHROMIUM.replace("a=setup:actpass", "a=setup:passive"),
        OfferFault.NO_FINGERPRINT,
    ),
    "no credentials": (without(r"a=ice-ufrag:\S+\r\n"), OfferFault.NO_ICE_CREDENTIALS),
    "endless password": (
        re.sub(r"a=ice-pwd:\S+", "a=ice-pwd:" + "x" * 300, CHROMIUM),
        OfferFault.NO_ICE_CREDENTIALS,
    ),
    "not bundled": (without(r"a=group:BUNDLE.*\r\n"), OfferFault.NOT_BUNDLED),
    "unknown voice codec": (
        CHROMIUM.replace("opus/48000", "foo/48000"),
        OfferFault.NO_COMMON_CODEC,
    ),
    "unknown picture codecs": (
        re.sub(r"(VP8|VP9|H264|AV1)/90000", "bar/90000", CHROMIUM),
        OfferFault.NO_COMMON_CODEC,
    ),
    "payload type of no codec": (
        re.sub(r"a=fmtp:\d+", "a=fmtp:77", CHROMIUM),
        OfferFault.MALFORMED,
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_offer_that_lies_is_refused_by_name(lie: str):
    text, fault = LIES[lie]
    with pytest.raises(NegotiationError) as caught:
        plan_media(read_offer(text), CONFIG)
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda t: t.replace("a=mid:7", "a=mid:77"), id="another mid"),
        pytest.param(lambda t: t.replace("a=recvonly", "a=sendrecv"), id="another direction"),
        pytest.param(
            lambda t: re.sub(r"(a=fingerprint:sha-256 )..", r"\g<1>00", t), id="another fingerprint"
        ),
    ],
)
def test_only_ice_may_change_in_a_later_offer(change):
    first = read_offer(CHROMIUM)
    plan = plan_media(first, CONFIG)
    changed = change(CHROMIUM).replace("BUNDLE 0 1 2 3 4 5 6 7 8", "BUNDLE 0 1 2 3 4 5 6 7 77 8")
    with pytest.raises(NegotiationError) as caught:
        plan_media(read_offer(changed), CONFIG, (first, plan))
    assert caught.value.fault is OfferFault.CHANGED


LINES = CHROMIUM.split("\r\n")


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=12), st.text(max_size=40))
def test_a_mangled_offer_is_answered_or_refused_never_an_escape(removed: list[int], noise: str):
    lines = [line for index, line in enumerate(LINES) if index not in set(removed)]
    lines.insert(len(removed) * 7 % len(lines), "a=" + noise)
    try:
        offer = read_offer("\r\n".join(lines))
        plan = plan_media(offer, CONFIG)
    except NegotiationError:
        return
    assert write_answer(offer, plan, LOCAL).startswith("v=0\r\n")
