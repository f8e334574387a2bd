"""Which encoding a packet belongs to (RFC 8843 section 9.2, RFC 8852, RFC 4588 section 5.3).

Rule 1: an SSRC once told stays told; else the mid extension with the rid where there are several
encodings, else a payload type that only one section uses.
Rule 2: what a sender may teach is bounded: an endpoint needs a handful of SSRCs, not a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from media.forwarding.drops import DropReason
from media.forwarding.encoding import Encoding
from media.forwarding.publication import Publication
from media.plan import Extension
from media.rtp import extensions
from media.rtp.packet import Header

MAX_SSRCS: Final = 24
"""Learned beyond the announced ones: a voice and three encodings with RTX, restarted twice."""
MAX_ANNOUNCED: Final = 32
"""Of one section. An offer naming more names them in vain."""


class Demux:
    """The SSRCs of one endpoint. ``active`` is the packet path's table: the live sources."""

    __slots__ = (
        "_by_mid",
        "_by_type",
        "_learned",
        "_mid_id",
        "_primary",
        "_repair",
        "active",
    )

    def __init__(self) -> None:
        self.active: dict[int, Encoding] = {}
        self._primary: dict[int, Encoding] = {}
        self._repair: dict[int, Encoding] = {}
        self._learned: set[int] = set()
        self._by_mid: dict[str, Publication] = {}
        self._by_type: dict[int, Publication] = {}
        self._mid_id = 0

    def replace(self, publications: Iterable[Publication]) -> None:
        """Take the publications of a new plan. What was learned for those that stay is kept."""
        self._by_mid = {publication.section.mid: publication for publication in publications}
        publications = tuple(self._by_mid.values())
        kept = {encoding for publication in publications for encoding in publication.encodings}
        self._learned = {ssrc for ssrc in self._learned if self._known(ssrc) in kept}
        self.active = {ssrc: who for ssrc, who in self.active.items() if who in kept}
        # What an earlier plan announced and nobody used goes, or every offer would add to it.
        used = self._learned | self.active.keys()
        self._primary = {s: who for s, who in self._primary.items() if who in kept and s in used}
        self._repair = {s: who for s, who in self._repair.items() if who in kept and s in used}
        self._mid_id = 0
        counted: dict[int, list[Publication]] = {}
        for publication in publications:
            section = publication.section
            if not publication.has_simulcast:  # there an announced SSRC says nothing of its rid
                self._announce(publication)
            self._mid_id = section.extensions.get(Extension.MID, self._mid_id)
            for payload_type in {c.payload_type for c in section.codecs} | set(
                publication.rtx_types
            ):
                counted.setdefault(payload_type, []).append(publication)
        self._by_type = {kind: who[0] for kind, who in counted.items() if len(who) == 1}

    def _announce(self, publication: Publication) -> None:
        encoding = publication.encodings[0]
        for ssrc, rtx_ssrc in list(publication.section.ssrcs.items())[:MAX_ANNOUNCED]:
            self._primary[ssrc] = encoding
            if rtx_ssrc is not None:
                self._repair[rtx_ssrc] = encoding

    def _known(self, ssrc: int) -> Encoding | None:
        return self._primary.get(ssrc) or self._repair.get(ssrc)

    def resolve(self, packet: bytes, header: Header) -> Encoding | DropReason:
        """Return the encoding of a packet whose SSRC is not active, learning its SSRC.

        Raises :class:`media.errors.PacketError` for a broken extension block.
        """
        ssrc, payload_type = header[4], header[1] & 0x7F
        known = self._known(ssrc)
        if known is not None:
            return known
        elements: dict[int, bytes] = {}
        if header[5] >= 0:
            elements = extensions.parse(packet, header[5], header[6], header[7])
        publication = self._by_header(elements) or self._by_type.get(payload_type)
        found = None if publication is None else _by_rid(publication, elements, payload_type)
        if found is None:
            return DropReason.UNKNOWN_SSRC
        if len(self._learned) >= MAX_SSRCS:
            return DropReason.SSRC_LIMIT
        self._learned.add(ssrc)
        table = self._repair if payload_type in found.rtx_types else self._primary
        table[ssrc] = found
        return found

    def _by_header(self, elements: dict[int, bytes]) -> Publication | None:
        mid = elements.get(self._mid_id) if self._mid_id else None
        return self._by_mid.get(mid.decode("utf-8", "replace")) if mid else None

    def activate(self, encoding: Encoding, before: int | None, ssrc: int) -> None:
        """The encoding's source is ``ssrc`` now, no longer ``before``."""
        if before is not None:
            self.active.pop(before, None)
        self.active[ssrc] = encoding


def _by_rid(
    publication: Publication, elements: dict[int, bytes], payload_type: int
) -> Encoding | None:
    """Return the encoding a packet names; with one encoding there is nothing to name."""
    if not publication.has_simulcast:
        return publication.encodings[0]
    section = publication.section
    is_repair = payload_type in publication.rtx_types
    which = Extension.REPAIRED_RID if is_repair else Extension.RID
    rid = elements.get(section.extensions.get(which, 0), b"").decode("utf-8", "replace")
    return publication.encodings[section.rids.index(rid)] if rid in section.rids else None
