"""Looks at the gateway a few times a minute, for what its operator is told.

Readings go into :mod:`signaling.alerts` and :mod:`signaling.capacity`.

Rule 1: a look that fails is left out: nothing here may disturb a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import media.ids
from media.channel import MediaPlane
from media.stats import EngineStats
from signaling import logs
from signaling.alerts import EVERY_S, Alerts
from signaling.capacity import Bounds, Capacity, House
from signaling.config import Config
from signaling.live import levels
from signaling.metrics import Metrics
from signaling.registry import Registry

QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")
"""What a container may use of the machine (Linux, cgroup v2): a quota and a period, or "max"."""
DESCRIPTORS: Final = Path("/dev/fd")
"""The open files of this process, on Linux and BSD."""


class HouseWatch:
    """One gateway's alerts and capacity."""

    def __init__(
        self, config: Config, registry: Registry, metrics: Metrics, sockets: Callable[[], int]
    ) -> None:
        self._registry = registry
        self._metrics = metrics
        self._sockets = sockets
        self._media_ready: Callable[[], bool] = lambda: True
        self._alerts = Alerts()
        self._capacity = Capacity(bounds_of(config))
        self._task: asyncio.Task[None] | None = None

    def set_media_ready(self, ready: Callable[[], bool]) -> None:
        """Ask this whether a media process takes calls."""
        self._media_ready = ready

    def start(self, media_plane: MediaPlane) -> None:
        """Look from now on."""
        self._task = asyncio.create_task(self._look_on(media_plane), name="house-watch")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def show(self, now: float) -> dict[str, Any]:
        """Return what the operator's page is told."""
        return {"alerts": self._alerts.show(now), "capacity": self._capacity.show()}

    async def _look_on(self, media_plane: MediaPlane) -> None:
        while True:
            try:
                self._take(await media_plane.stats(), asyncio.get_running_loop().time())
            except Exception as error:  # a bug here costs a figure, not a call
                logs.fault("watch_fault", error)
            await asyncio.sleep(EVERY_S)

    def _take(self, stats: EngineStats, now: float) -> None:
        found = levels(self._registry.people(now))
        self._metrics.quality.sessions(found)
        self._alerts.handle_reading(self._metrics.reading(stats), now)
        media_s = {
            (each.index, each.restarts): each.cpu_s for each in stats.workers if each.up
        }  # fmt: skip
        house = House(
            signaling_s=time.process_time(),
            media_s=media_s,
            endpoints=stats.endpoints,
            sessions=sum(found.values()),
            sockets=self._sockets(),
            descriptors=_open_files(),
            media_ready=self._media_ready(),
        )
        self._capacity.handle_reading(house, now)


def bounds_of(config: Config) -> Bounds:
    """Return what this gateway may use, by its settings and by the machine's."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Bounds(
        cores=cores(),
        max_endpoints=config.media.max_endpoints * max(1, config.media_workers),
        max_sessions=config.limits.max_sessions,
        max_sockets=config.limits.max_sockets,
        max_descriptors=None if soft == resource.RLIM_INFINITY else soft,
        compiled=not media.ids.__file__.endswith(".py"),
    )


def cores(quota: Path = QUOTA) -> float:
    """Return how many cores this process may use: those it may run on, within its quota."""
    try:
        mine = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        mine = os.cpu_count() or 1
    try:
        given, _, period = quota.read_text(encoding="ascii").partition(" ")
        return min(float(mine), int(given) / int(period))
    except (OSError, ValueError, ZeroDivisionError):  # no such file, or "max"
        return float(mine)


def _open_files() -> int | None:
    try:
        return sum(1 for _ in DESCRIPTORS.iterdir())
    except OSError:
        return None
