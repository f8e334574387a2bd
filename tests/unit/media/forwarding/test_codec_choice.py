from __future__ import annotations

import pytest

from media.forwarding.codec_choice import choose, keys
from media.plan import Codec

VP8 = Codec("VP8", 90_000, 96)
VP9 = Codec("VP9", 90_000, 98, format="0")
BASELINE = Codec("H264", 90_000, 102, format="42e0")
HIGH = Codec("H264", 90_000, 104, format="640c")
ORDER = ("VP8", "H264", "VP9")


@pytest.mark.parametrize(
    ("sections", "chosen"),
    [
        ([], None),
        ([[VP9]], "VP9"),
        ([[VP9, VP8], [VP8, VP9]], "VP8"),
        ([[VP9, VP8], [VP9]], "VP9"),
        ([[BASELINE, HIGH], [BASELINE]], "H264"),
        ([[HIGH], [BASELINE]], None),  # the same name is not the same stream
        ([[HIGH, VP9], [BASELINE, VP9]], "VP9"),
        ([[VP8], []], None),
    ],
)
def test_the_first_all_share(sections: list[list[Codec]], chosen: str | None) -> None:
    assert choose(ORDER, map(keys, sections)) == chosen
