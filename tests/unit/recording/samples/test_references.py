"""What goes on after a loss, by what descriptors say."""

from __future__ import annotations

from recording.samples.picture import NOWHERE, Place
from recording.samples.references import References


def base(number: int, tl0: int) -> Place:
    return Place(number, 15, tl0 & 0xFF, 0)


def upper(number: int, tl0: int, layer: int = 1, *, alone: bool = False) -> Place:
    return Place(number, 15, tl0 & 0xFF, layer, needs_base_only=alone)


def begun(place: Place) -> References:
    references = References()
    assert references.admit(place, keyframe=True)
    return references


def test_nothing_before_a_keyframe() -> None:
    references = References()
    assert not references.admit(NOWHERE, keyframe=False)
    assert not references.admit(Place(references=()), keyframe=False)
    assert not references.admit(base(0, 0), keyframe=False)
    assert references.admit(NOWHERE, keyframe=True)
    assert references.admit(NOWHERE, keyframe=False)


def test_without_layers_a_loss_waits_for_a_keyframe() -> None:
    references = begun(Place(1))
    references.lose()
    assert not references.admit(Place(3), keyframe=False)
    assert not references.admit(Place(3, tl0=1), keyframe=False)
    assert references.admit(Place(4), keyframe=True)
    assert references.admit(Place(5), keyframe=False)


def test_base_layer_goes_on_where_none_of_it_was_lost() -> None:
    references = begun(base(0, 255))
    references.lose()
    assert references.admit(base(2, 0), keyframe=False)
    # Its upper layers may need what was lost.
    assert not references.admit(upper(3, 0), keyframe=False)
    assert references.admit(base(4, 1), keyframe=False)
    assert not references.admit(upper(5, 0, alone=True), keyframe=False)
    assert references.admit(upper(6, 1, alone=True), keyframe=False)
    assert references.admit(base(7, 2), keyframe=False)
    assert references.admit(upper(8, 2), keyframe=False)
    assert not references.admit(upper(9, 2, layer=2), keyframe=False)


def test_base_layer_that_was_lost_waits_for_a_keyframe() -> None:
    references = begun(base(0, 7))
    references.lose()
    assert not references.admit(base(4, 9), keyframe=False)
    # Not even what its counter would let through a turn later.
    assert not references.admit(base(600, 8), keyframe=False)
    assert not references.admit(upper(5, 9, alone=True), keyframe=False)
    assert references.admit(base(6, 10), keyframe=True)
    assert references.admit(upper(7, 10), keyframe=False)


def test_keyframe_without_counters_forgets_those_before() -> None:
    references = begun(base(0, 7))
    assert references.admit(NOWHERE, keyframe=True)
    references.lose()
    assert not references.admit(base(1, 8), keyframe=False)


def test_switching_point_opens_what_is_above() -> None:
    references = begun(base(0, 0))
    references.lose()
    assert references.admit(Place(1, 15, 1, 0, opens_above=True), keyframe=False)
    assert references.admit(upper(2, 1, layer=2), keyframe=False)


def test_listed_references_must_all_be_here() -> None:
    references = begun(Place(1, references=()))
    assert references.admit(Place(2, references=(1,)), keyframe=False)
    references.lose()
    assert references.admit(Place(4, references=(2, 1)), keyframe=False)
    assert not references.admit(Place(5, references=(4, 3)), keyframe=False)
    assert not references.admit(Place(6, references=(5,)), keyframe=False)
    references.start_over()
    assert not references.admit(Place(7, references=(4,)), keyframe=False)
    assert not references.admit(Place(7, references=()), keyframe=False)


def test_numbers_tell_that_nothing_was_lost() -> None:
    references = begun(Place(0x7FFF))
    assert references.follows(Place(0))
    assert not references.follows(Place(1))
    assert not references.follows(Place(0, 7))
    references.lose()
    assert not references.follows(Place(0))
    assert not begun(NOWHERE).follows(Place(0))
