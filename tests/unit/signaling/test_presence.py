"""Who lets the other one see that they are there: page by page, and nothing said twice."""

from __future__ import annotations

from uuid import UUID

from signaling.presence import Place, Presence

LI, ZHANG, WU = (UUID(int=number) for number in (1, 2, 3))
THREAD, ANOTHER = UUID(int=10), UUID(int=11)
HERE = Place(THREAD, ZHANG, LI)


def test_somebody_is_there_while_one_of_their_pages_says_so() -> None:
    presence = Presence()
    assert not presence.here(HERE)
    assert presence.show(HERE, "phone")
    assert not presence.show(HERE, "tablet")
    assert not presence.hide(HERE, "phone")
    assert presence.here(HERE)
    assert presence.hide(HERE, "tablet")
    assert not presence.here(HERE)


def test_what_is_said_again_is_no_news() -> None:
    presence = Presence()
    assert not presence.hide(HERE, "phone")
    assert presence.show(HERE, "phone")
    assert not presence.show(HERE, "phone")
    assert presence.hide(HERE, "phone")
    assert not presence.hide(HERE, "phone")


def test_a_page_that_is_gone_is_nowhere_and_others_stay() -> None:
    presence = Presence()
    elsewhere = Place(ANOTHER, ZHANG, WU)
    for place in (HERE, elsewhere):
        presence.show(place, "phone")
    presence.show(HERE, "tablet")
    assert presence.leave("phone") == [elsewhere]
    assert presence.here(HERE)
    assert presence.leave("phone") == []


def test_who_part_are_not_shown_to_each_other_whichever_way() -> None:
    presence = Presence()
    back = Place(THREAD, LI, ZHANG)
    elsewhere = Place(ANOTHER, ZHANG, WU)
    for place in (HERE, back, elsewhere):
        presence.show(place, place.person)
    assert set(presence.part(LI, ZHANG)) == {HERE, back}
    assert not presence.here(HERE)
    assert not presence.here(back)
    assert presence.here(elsewhere)
