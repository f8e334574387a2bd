"""The one notion of time: monotonic seconds, read by shells and passed down as ``now``."""

from __future__ import annotations

from typing import TypeAlias

Instant: TypeAlias = float
"""Monotonic seconds, as ``loop.time()`` gives them. Only differences mean anything."""
