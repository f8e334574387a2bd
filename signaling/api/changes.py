"""What stays of a client's hours, as rows: for a page, and as a table for a spreadsheet. Pure.

Rule: what the line did is in columns of its own, so that a gap is never taken for a silence.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable

from media.rungs import ORDER
from signaling.api.csv_answer import Csv
from signaling.api.hour_bodies import Kept
from signaling.storage.change_store import Change, LineKept, Moment
from signaling.storage.session_store import Booked

HEAD = (
    "starts_at", "minutes", "stage", "outcome", "met_s", "mood_before", "mood_after",
    "video_s", "voice_s", "text_s", "line_gaps", "line_gap_s", "line_cuts", "line_said",
    *(f"rung_{rung.value}_s" for rung in ORDER),
)  # fmt: skip


def change_of(booked: Booked, change: Change) -> Kept:
    """Return one row."""
    life = booked.life
    met_ms = 0
    if life.begun_at is not None and life.ended_at is not None:
        met_ms = max(0, life.ended_at - life.begun_at)
    return Kept(
        booked.id, booked.starts_at, booked.minutes, life.stage, life.outcome, met_ms // 1000,
        change.moods.get(Moment.BEFORE), change.moods.get(Moment.AFTER), change.line,
        change.said,
    )  # fmt: skip


def csv_of(rows: Iterable[Kept]) -> Csv:
    """Return them as RFC 4180 has it; times are of UTC (RFC 3339)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in rows:
        line = row.line or LineKept()
        starts_at = datetime.datetime.fromtimestamp(row.starts_at / 1000, tz=datetime.UTC)
        writer.writerow(
            (
                starts_at.isoformat(timespec="seconds"), row.minutes, row.stage.value,
                "" if row.outcome is None else row.outcome.value, row.met_s,
                _or_nothing(row.before), _or_nothing(row.after),
                line.video_s, line.voice_s, line.text_s, line.gaps, f"{line.gap_s:.1f}", line.cuts,
                _or_nothing(row.line_said),
                *(line.rungs.get(rung.value, 0) for rung in ORDER),
            )
        )  # fmt: skip
    return Csv(out.getvalue())


def _or_nothing(value: int | str | None) -> int | str:
    return "" if value is None else value
