"""The video codec a room should use, so that every picture can be shown to everyone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from media.plan import Codec

CodecSet = frozenset[tuple[str, int, str]]
"""Codec keys: name, clock rate and format must all be shared."""


def keys(codecs: Iterable[Codec]) -> CodecSet:
    """Return the keys of what a section speaks."""
    return frozenset(codec.key for codec in codecs)


def choose(order: Sequence[str], sections: Iterable[CodecSet]) -> str | None:
    """Return the first name of ``order`` that all sections share, or None without any section."""
    common: CodecSet | None = None
    for section in sections:
        common = section if common is None else common & section
    names = {name for name, _clock, _format in common or ()}
    return next((name for name in order if name.lower() in names), None)
