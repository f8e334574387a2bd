"""Pictures are drawn anew: what is seen stays, and nothing else."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from signaling.files.documents import NotSent
from signaling.files.drawing import LONGEST, TooManyPixels, draw
from tests.support import samples


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_comes_out_as_one_of_its_size(kind: str) -> None:
    found, data = draw(samples.picture(kind))
    assert (found.width, found.height) == (64, 48)
    assert opened(data).format == "JPEG"
    colour = opened(data).getpixel((32, 24))
    assert isinstance(colour, tuple)
    red, green, blue = colour
    assert abs(red - 180) < 12 and abs(green - 90) < 12 and abs(blue - 40) < 12


def test_where_and_by_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    given = samples.picture("JPEG", exif=True)
    assert b"SeededCameraMaker" in given
    found, data = draw(given)
    assert b"SeededCameraMaker" not in data
    assert not opened(data).getexif()
    assert (found.width, found.height) == (48, 64)


def test_what_hides_behind_its_end_is_gone() -> None:
    hidden = b"PK\x03\x04<script>alert(1)</script>"
    _, data = draw(samples.picture("GIF") + hidden)
    assert hidden not in data


def test_a_large_one_is_brought_down() -> None:
    found, _ = draw(samples.picture("JPEG", (6_000, 1_500)))
    assert (found.width, found.height) == (LONGEST, LONGEST // 4)


def test_what_shows_through_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(draw(out.getvalue())[1]).getpixel((4, 4)) == (255, 255, 255)


def test_one_that_would_fill_the_memory_is_not_unpacked() -> None:
    with pytest.raises(TooManyPixels):
        draw(samples.picture_bomb())


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n",
        samples.picture("PNG")[:60],
        samples.picture("JPEG")[:300],
        samples.PDF,
        samples.SVG,
        b"\x00\x00\x01\x00" + b"\0" * 60,  # an icon: a format that is not asked for
    ],
)
def test_what_is_no_picture_or_half_of_one_is_refused(data: bytes) -> None:
    with pytest.raises(NotSent):
        draw(data)
