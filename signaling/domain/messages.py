"""The room's text: one sequence without gaps, each line in it exactly once.

Rule 1: a sender's ``ref`` counts up by one from 1. A repeated one is answered as the first time,
whatever its body says now: the sender did not hear the first answer. One too far ahead is refused,
for the line between would be lost.
Rule 2: nothing is ever dropped from the history, because a page that comes back must find no gap.
A full history therefore refuses new lines (``busy``) instead of forgetting old ones.
"""

from __future__ import annotations

from signaling.domain.errors import Code, Refusal
from signaling.domain.events import TextLine

MAX_BODY_CHARS = 2000
MAX_LINES = 5000
MAX_CHARS = 1_000_000
"""All bodies together. A page that comes back is sent the history in one message of at most some
3 MB; an hour of fast typing is about 5,000 characters."""

_ALLOWED_CONTROLS = "\n\t"
_C0_END, _DELETE, _C1_END = 0x20, 0x7F, 0xA0
_FIRST_SURROGATE, _LAST_SURROGATE = 0xD800, 0xDFFF


def check_body(body: str) -> None:
    """Refuse what is no text: empty, too long, lone surrogates, controls but newline and tab.

    Raises :class:`Refusal` with ``malformed`` or ``too_large``. Nothing is stripped or changed.
    """
    if not body:
        raise Refusal(Code.MALFORMED)
    if len(body) > MAX_BODY_CHARS:
        raise Refusal(Code.TOO_LARGE)
    if any(_is_refused(char) for char in body):
        raise Refusal(Code.MALFORMED)


def _is_refused(char: str) -> bool:
    if char in _ALLOWED_CONTROLS:
        return False
    point = ord(char)
    is_control = point < _C0_END or _DELETE <= point < _C1_END
    is_surrogate = _FIRST_SURROGATE <= point <= _LAST_SURROGATE  # cannot be written as UTF-8
    return is_control or is_surrogate


class TextLog:
    """The lines of one room, in order."""

    def __init__(self, max_lines: int = MAX_LINES, max_chars: int = MAX_CHARS) -> None:
        self._lines: list[TextLine] = []
        self._by_sender: dict[str, list[int]] = {}
        self._chars = 0
        self._max_lines = max_lines
        self._max_chars = max_chars

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def chars(self) -> int:
        """All bodies together."""
        return self._chars

    def next_ref(self, sender: str) -> int:
        """Return the ``ref`` the sender's next line must carry."""
        return len(self._by_sender.get(sender, ())) + 1

    def add(self, sender: str, ref: int, body: str, at: int) -> tuple[TextLine, bool]:
        """Return the line with this ``ref`` and whether it is new.

        Raises :class:`Refusal`: ``malformed``, ``too_large``, ``text_out_of_order`` or ``busy``.
        """
        check_body(body)
        expected = self.next_ref(sender)
        if 1 <= ref < expected:
            return self._lines[self._by_sender[sender][ref - 1] - 1], False
        if ref != expected:
            raise Refusal(Code.TEXT_OUT_OF_ORDER)
        if len(self._lines) >= self._max_lines or self._chars + len(body) > self._max_chars:
            raise Refusal(Code.BUSY)
        line = TextLine(len(self._lines) + 1, sender, ref, body, at)
        self._lines.append(line)
        self._by_sender.setdefault(sender, []).append(line.seq)
        self._chars += len(body)
        return line, True

    def after(self, seq: int) -> tuple[TextLine, ...]:
        """Return the lines with a sequence number above ``seq``."""
        return tuple(self._lines[max(seq, 0) :])
