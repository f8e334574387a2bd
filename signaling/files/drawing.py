"""Draws a picture anew, so that nothing of the file it came in is left but what is seen.

Where it was taken, by what, and whatever was hidden behind its end goes with the old file.
"""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageCms, ImageOps

from signaling.files.documents import NotSent
from signaling.files.kinds import FileType, Found

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS: Final = 50_000_000
"""Of a picture that has to be unpacked whole: 200 MB."""
MOST_OF_A_PHOTO: Final = 2 * (Image.MAX_IMAGE_PIXELS or MOST_PIXELS)
"""A JPEG is unpacked at an eighth where it is that large; above this the library opens nothing."""
LONGEST: Final = 2_048
"""What a picture is brought down to: enough to read a page that was photographed."""
QUALITY: Final = 86


class TooManyPixels(Exception):
    """A picture that would fill the memory."""


def draw(data: bytes) -> tuple[Found, bytes]:
    """Return a picture as a JPEG (sRGB, upright), of a moving one the first.

    Raises :class:`NotSent`, :class:`TooManyPixels`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own bound on pixels; ours follows
            picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
            _check(picture)
            if picture.format == "JPEG":
                picture.draft("RGB", (LONGEST, LONGEST))
            picture.load()
        small = _brought_down(picture)
        drawn = _flat(ImageOps.exif_transpose(_in_srgb(small)))
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except (OSError, ValueError, SyntaxError, ArithmeticError, MemoryError, EOFError, KeyError):
        raise NotSent from None
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Found(FileType.PICTURE, "jpg", drawn.width, drawn.height), out.getvalue()


def _check(picture: Image.Image) -> None:
    most = MOST_OF_A_PHOTO if picture.format == "JPEG" else MOST_PIXELS
    if picture.width * picture.height > most:
        raise TooManyPixels


def _brought_down(picture: Image.Image) -> Image.Image:
    """Small before anything else is done with it: what follows makes copies."""
    if picture.mode not in {"RGB", "RGBA", "L", "LA", "CMYK"}:
        shows_through = "transparency" in picture.info or picture.mode == "PA"
        picture = picture.convert("RGBA" if shows_through else "RGB")
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        there = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        here = ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(picture, there, here, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):  # its colours then are a little off
        return picture
    assert made is not None
    exif = picture.info.get("exif")
    if exif is not None:
        made.info["exif"] = exif
    return made


def _flat(picture: Image.Image) -> Image.Image:
    """On white, where something shows through."""
    if picture.mode not in {"RGBA", "LA"}:
        return picture.convert("RGB")
    above = picture.convert("RGBA")
    white = Image.new("RGBA", above.size, "white")
    return Image.alpha_composite(white, above).convert("RGB")
