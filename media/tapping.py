"""Recording, as an engine has it: orders go to whoever records, sinks to rooms."""

from __future__ import annotations

from media.channel import RecordedFile, RecordOrder, RecordPermit
from media.endpoint import Shell
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from media.plan import Kind
from media.router import Router
from media.sinks import Recorder, Sink


class Tapping(Shell):
    """The rooms of an engine, and what may listen in them."""

    def __init__(self) -> None:
        self._rooms: dict[RoomKey, Router] = {}
        self._recorder: Recorder | None = None

    def flush(self, router: Router) -> None:
        """Carry out a router's outputs."""
        raise NotImplementedError

    # --- recording (MediaPlane), by whoever records -------------------------------------------

    def set_recorder(self, recorder: Recorder) -> None:
        """Have somebody record; without one every order is refused."""
        self._recorder = recorder

    def recorder_numbers(self) -> dict[str, int]:
        """What was recorded since the start, as counters."""
        return {} if self._recorder is None else self._recorder.numbers()

    async def close_recorder(self) -> None:
        """Nothing is recorded any more."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            await recorder.close()

    async def record(self, order: RecordOrder) -> None:
        """Begin to record; see :class:`media.channel.Recording`."""
        if self._recorder is None:
            raise RecordingError(RecordFault.OFF)
        await self._recorder.record(order)

    def permit(self, permit: RecordPermit) -> None:
        """Renew a permit."""
        if self._recorder is not None:
            self._recorder.permit(permit)

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        """End a segment."""
        if self._recorder is None:
            return ()
        return await self._recorder.stop_recording(room, recording, segment, discard=discard)

    # --- what a recorder needs (Taps) ------------------------------------------------------------

    def attach_sink(self, room: RoomKey, endpoint: EndpointId, kind: Kind, sink: Sink) -> None:
        """Listen to a track; see :class:`media.sinks.Taps`."""
        router = self._rooms.get(room)
        if router is None or not router.attach(endpoint, kind, sink, self.now()):
            raise RecordingError(RecordFault.BAD_ORDER)
        self.flush(router)

    def detach_sink(self, room: RoomKey, endpoint: EndpointId, kind: Kind, sink: Sink) -> None:
        """Listen no more."""
        router = self._rooms.get(room)
        if router is not None:
            router.detach(endpoint, kind, sink)

    def ask_keyframe(self, room: RoomKey, endpoint: EndpointId) -> None:
        """Have the endpoint's picture begin anew, soon."""
        router = self._rooms.get(room)
        if router is not None:
            router.request_picture(endpoint, self.now())
            self.flush(router)
