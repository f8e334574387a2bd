"""Write what a page displayed again, from what the audit says of it, and print it and its digest.

    python reproduce.py row.json

``row.json`` holds ``terms`` (``shown`` of the row of the asking), ``language`` of the row of the
yes, ``at`` (Unix milliseconds of that row) and ``joins``: whether that row is a ``narrow``, of
somebody who came in while it ran. The digest is to be the ``words`` of the row. The copy is that of
the version in the terms, from the file beside this one. Nothing else is needed than Python.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FAR_MS = 300 * 86_400_000
"""Days further away than this are written with their year."""
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]


class Sheet:
    """The sheet in one language, as it was read at one moment."""

    def __init__(self, terms: dict[str, Any], language: str, at: int) -> None:
        kept = json.loads((HERE / f"{terms['version']}.json").read_text(encoding="utf-8"))
        self._copy: dict[str, str] = kept["copy"][language]
        self._terms = terms
        self._is_chinese = language == "zh-CN"
        self._at = at
        self._media: list[str] = terms["media"]
        self._purposes: list[dict[str, Any]] = terms["purposes"]

    def text(self, *, joins: bool) -> str:
        """All that was displayed, line by line."""
        suffix = ".join" if joins else ""
        lines = [self._say(f"title{suffix}"), *self._body()]
        if self._terms["floor_until"] is not None:
            lines.append(self._say("floor", day=self._day(self._terms["floor_until"])))
        lines += [self._say(f"calm{suffix}"), *self._choices(), self._say("no"), self._say("yes")]
        return "\n".join([*lines, self._say("stay_out")] if joins else lines)

    def _body(self) -> list[str]:
        lead = [self._lead()]
        if "text" in self._media:
            lead.append(self._say("what.text"))
        kept = [self._kept(each) for each in self._purposes]
        between = "" if self._is_chinese else " "
        if len(self._purposes) > 1:
            return [between.join(lead), *kept]
        return [between.join([*lead, *kept])]

    def _lead(self) -> str:
        sees, hears = "video" in self._media, "audio" in self._media
        what = "voice" if not sees else "both" if hears else "video"
        names = [each["purpose"] for each in self._purposes]
        if self._terms["asker_role"] != "counsellor" or not names:
            which = "plain"
        elif len(names) > 1:
            which = "several"
        elif names == ["supervision"]:
            which = "supervision.seen" if sees else "supervision.heard"
        else:
            which = "clinical_review" if names == ["clinical_review"] else "plain"
        purposes = self._list([self._say(f"purpose.{each}") for each in names])
        blanks = {"asker": self._terms["asker"], "what": self._say(f"what.{what}")}
        return self._say(f"lead.{which}", **blanks, purposes=purposes)

    def _kept(self, term: dict[str, Any]) -> str:
        how = "seen" if "video" in self._media else "heard"
        how = how if term["listeners"] else "nobody"
        key = f"kept.for.{how}" if len(self._purposes) > 1 else f"kept.{how}"
        purpose = self._say(f"purpose.{term['purpose']}")
        who, day = self._list(term["listeners"]), self._day(term["until"])
        return self._say(key, day=day, who=who, purpose=purpose)

    def _choices(self) -> list[str]:
        lines = []
        for each in self._purposes:
            name = self._say(f"purpose.{each['purpose']}")
            lines += [name[:1].upper() + name[1:], self._say("agree"), self._say("disagree")]
        if {"audio", "video"} <= set(self._media):
            lines += [self._say(key) for key in ("media", "media.audio", "media.audio_video")]
        if "text" in self._media:
            lines.append(self._say("media.text"))
        return lines

    def _say(self, key: str, **blanks: str) -> str:
        words = self._copy[f"rec.{key}"]
        return re.sub(r"\{(\w+)\}", lambda blank: blanks.get(blank[1], blank[0]), words)

    def _list(self, names: list[str]) -> str:
        *before, last = names or [""]
        if not before:
            return last
        if self._is_chinese:
            return f"{'、'.join(before)}和{last}"
        return f"{', '.join(before)}{',' if before[1:] else ''} and {last}"

    def _day(self, ms: int) -> str:
        day = datetime.fromtimestamp(ms / 1000, UTC)
        has_year = ms - self._at > FAR_MS
        if self._is_chinese:
            words = f"{day.month} 月 {day.day} 日"
            return f"{day.year} 年 {words}" if has_year else words
        words = f"{day.day} {MONTHS[day.month - 1]}"
        return f"{words} {day.year}" if has_year else words


def text_of(row: dict[str, Any]) -> str:
    """What was displayed, by what the audit says of it."""
    return Sheet(row["terms"], row["language"], row["at"]).text(joins=row["joins"])


def digest_of(text: str) -> str:
    """SHA-256 of its UTF-8, as hex: ``words`` of the row."""
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    displayed = text_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(f"{displayed}\n\n{digest_of(displayed)}\n")
