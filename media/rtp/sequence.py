"""Sequence numbers beyond their 16 bits (RFC 3550 appendix A.1, RFC 1982).

Everything above ``media.rtp`` counts in extended numbers; the 16 bits exist on the wire only.
"""

from __future__ import annotations

from typing import Final

CYCLE: Final = 0x10000
"""Numbers in one turn of the wire's counter. Extended counting starts one turn up, so that a packet
from just before the first still has a positive number."""
_HALF: Final = CYCLE >> 1


def extend(value: int, reference: int) -> int:
    """Return the extended number nearest to ``reference`` whose low 16 bits are ``value``.

    Exactly half a turn away counts as behind, as the sender cannot be that far ahead.
    """
    ahead = (value - reference) & 0xFFFF
    return reference + ahead if ahead < _HALF else reference + ahead - CYCLE


def extend_in(value: int, reference: int, cycle: int) -> int:
    """The same for a counter that wraps at ``cycle``, a power of two."""
    ahead = (value - reference) & cycle - 1
    return reference + ahead if ahead < cycle >> 1 else reference + ahead - cycle
