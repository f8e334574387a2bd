from __future__ import annotations

from dataclasses import replace
from itertools import count

from media.forwarding.publication import Publication
from media.forwarding.transport_feedback import TransportFeedback
from tests.support.packets import ALICE, publishing

RIDS = ("q", "h", "f")


def publication(rids: tuple[str, ...] = ()) -> Publication:
    section = replace(publishing()[1], rids=rids)
    return Publication(ALICE, section, TransportFeedback(), 0.5, count(1).__next__)


def test_one_encoding_without_rids_and_one_for_each_with() -> None:
    assert [each.spatial for each in publication().encodings] == [0]
    made = publication(RIDS)
    assert [each.spatial for each in made.encodings] == [0, 1, 2]
    assert made.has_simulcast
    assert all(each.layered for each in made.encodings)


def test_a_new_section_keeps_the_encodings_it_has() -> None:
    made = publication(RIDS)
    before = made.encodings
    made.replace_section(replace(made.section, rids=RIDS[:2]))
    assert made.encodings == before[:2]
    made.replace_section(replace(made.section, rids=RIDS))
    assert made.encodings[:2] == before[:2]
    assert made.encodings[2] is not before[2]


def test_the_earliest_need_of_any_encoding_is_due() -> None:
    made = publication(RIDS)
    assert made.next_deadline() == float("inf")
    made.encodings[1].adopt(12, 5, 1.0)
    made.encodings[1].keyframes.request(3.0)
    assert made.next_deadline() == 3.0
    made.encodings[1].nack.handle_gap(5, 6, 1.0)
    assert made.collect_nack(1.0) == []
    assert len(made.collect_nack(1.1)) == 1


def test_what_is_given_up_a_keyframe_is_to_mend_where_somebody_looks() -> None:
    made = publication()
    (encoding,) = made.encodings
    encoding.adopt(12, 5, 1.0)
    for looked_at, held, asks in ((False, False, False), (True, True, False), (True, False, True)):
        encoding.targets = (("bob", object()),) if looked_at else ()  # type: ignore[assignment]  # who looks is not asked
        made.held = held
        encoding.nack.handle_gap(5, 6, 1.0)
        made.collect_nack(3.0)
        assert encoding.keyframes.waiting is asks
        if looked_at:
            assert encoding.nack.take_given_up() is held  # kept for when its line has room again
