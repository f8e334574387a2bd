from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.forwarding.picture_ids import PictureIds
from media.rtp import vp8
from tests.support.packets import vp8 as payload


def picture(number: int, tl0: int, *, wide: bool = True) -> tuple[vp8.Picture, bytes]:
    made = payload(number, tl0=tl0, wide=wide)
    found = vp8.parse(made)
    assert found is not None
    return found, made


def send(ids: PictureIds, epoch: int, number: int, tl0: int, *, wide: bool = True) -> vp8.Picture:
    found, made = picture(number, tl0, wide=wide)
    out = vp8.parse(ids.rewrite(ids.extend(epoch, found), found, made))
    assert out is not None
    return out


def skip(ids: PictureIds, epoch: int, number: int, tl0: int) -> None:
    ids.skip(ids.extend(epoch, picture(number, tl0)[0]))


def test_the_first_source_keeps_its_ids_and_its_gaps() -> None:
    ids = PictureIds()
    assert [send(ids, 1, number, number)[0] for number in (5, 6, 9, 8)] == [5, 6, 9, 8]


def test_another_source_goes_on_from_the_last_sent() -> None:
    ids = PictureIds()
    send(ids, 1, 0x7FFE, 254)
    send(ids, 1, 0x7FFF, 255)
    out = [send(ids, 2, number, number & 0xFF) for number in (500, 501, 503)]
    assert [each[0] for each in out] == [0, 1, 3]
    assert [each[3] for each in out] == [0, 1, 3]


def test_pictures_left_out_close_up_and_late_ones_find_their_place() -> None:
    ids = PictureIds()
    assert send(ids, 1, 10, 1)[0] == 10
    skip(ids, 1, 11, 1)
    skip(ids, 1, 11, 1)  # its second packet
    assert send(ids, 1, 12, 2)[0] == 11
    skip(ids, 1, 13, 2)
    assert send(ids, 1, 14, 3)[0] == 12
    assert send(ids, 1, 12, 2)[0] == 11
    assert ids.was_skipped(ids.extend(1, picture(13, 2)[0]))
    assert not ids.was_skipped(ids.extend(1, picture(14, 3)[0]))


def test_a_picture_that_others_have_passed_stays_a_gap() -> None:
    ids = PictureIds()
    send(ids, 1, 10, 1)
    send(ids, 1, 12, 2)
    skip(ids, 1, 11, 1)
    assert send(ids, 1, 13, 3)[0] == 13


def test_seven_bits_wrap_in_seven_bits() -> None:
    ids = PictureIds()
    send(ids, 1, 126, 0, wide=False)
    send(ids, 1, 127, 0, wide=False)
    assert [send(ids, 2, number, 0, wide=False)[0] for number in (3, 4)] == [0, 1]


def test_without_an_id_there_is_nothing_to_number() -> None:
    bare = vp8.parse(b"\x90\x20\x40rest")
    assert bare is not None
    ids = PictureIds()
    assert ids.extend(1, bare) == -1
    ids.skip(-1)


@given(
    st.lists(st.sampled_from(["send", "skip", "lose", "switch"]), max_size=300),
    st.integers(0, 0x7FFF),
)
def test_whatever_is_left_out_what_goes_is_gapless_but_for_losses(
    steps: list[str], start: int
) -> None:
    ids = PictureIds()
    epoch, number, lost = 1, start, 0
    last = send(ids, epoch, number, number & 0xFF)
    for what in steps:
        number = number * 7 + 3 if what == "switch" else number + 1
        if what == "lose":
            lost += 1
        elif what == "skip":
            skip(ids, epoch, number & 0x7FFF, last[3])
        else:
            if what == "switch":
                epoch, lost = epoch + 1, 0
            out = send(ids, epoch, number & 0x7FFF, number & 0xFF)
            assert out[0] == last[0] + 1 + lost & 0x7FFF
            if what == "switch":
                assert out[3] == last[3] + 1 & 0xFF
            last, lost = out, 0
