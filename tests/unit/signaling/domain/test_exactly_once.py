"""200 lines each way through the room's text, over a network that loses, doubles and overtakes.

The writers and readers here do what docs/protocol.md asks of a client and no more.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling import wire
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import TextAdded, TextLine, Welcomed
from signaling.domain.grants import Role
from signaling.domain.room import Room, RoomLimits

LINES = 200
LOSS = 0.2
DOUBLE = 0.1
REACH_STEPS = 6
"""A message arrives within so many steps, so that later ones overtake it."""


@dataclass
class Client:
    """One person's page: one text under way at a time, and the lines held without a gap."""

    id: str
    connection: int = 0
    ref: int = 1
    unsent: list[str] = field(default_factory=list)
    held: list[TextLine] = field(default_factory=list)

    @property
    def after(self) -> int:
        return len(self.held)

    def take(self, line: TextLine) -> bool:
        """Take a line; True when one before it is missing."""
        if line.seq == self.after + 1:
            self.held.append(line)
        return line.seq > self.after

    def accept(self, line: TextLine) -> None:
        if line.sender == self.id and line.ref == self.ref and self.unsent:
            assert line.body == self.unsent.pop(0), "another text was stored under this ref"
            self.ref += 1


class Wire:
    """Carries messages by a data channel and by Socket.IO; each may lose, double or delay them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = 0
        self._flying: list[tuple[int, Callable[[], None]]] = []

    def carry(self, deliver: Callable[[], None]) -> None:
        if self.chance.random() < LOSS:
            return
        for _ in range(2 if self.chance.random() < DOUBLE else 1):
            self._flying.append((self.now + self.chance.randint(1, REACH_STEPS), deliver))

    def step(self) -> None:
        self.now += 1
        due = [deliver for at, deliver in self._flying if at <= self.now]
        self._flying = [(at, deliver) for at, deliver in self._flying if at > self.now]
        self.chance.shuffle(due)
        for deliver in due:
            deliver()


class Conversation:
    """Two people, their room, and the network between."""

    def __init__(self, seed: int) -> None:
        self.wire = Wire(seed)
        self.room = Room(RoomLimits(), 1e6, 0.0)
        self.clients = [Client("a"), Client("b")]
        for client in self.clients:
            client.unsent = [f"{client.id}{number}" for number in range(1, LINES + 1)]
            self.room.handle(ask.Admit(client.id, client.id, Role.CLIENT, "n", 1e6), 0.0)
            self.connect(client)

    def connect(self, client: Client) -> None:
        """A new connection: what was missed comes with the welcome."""
        client.connection += 1
        name = f"{client.id}-{client.connection}"
        self.room.handle(ask.Connect(client.id, name, client.after, 0), self.wire.now)
        for output in self.room.drain():
            if isinstance(output.fact, Welcomed):
                for line in output.fact.texts:
                    client.take(line)
                while client.ref < output.fact.next_ref:
                    client.unsent.pop(0)
                    client.ref += 1

    def write(self, client: Client) -> None:
        """Send the text under way, for the first time or again, by either carrier."""
        if not client.unsent:
            return
        # A channel outlives the connection beside it: its copies may come after a reconnect.
        by_channel = self.wire.chance.random() < 0.5
        command = ask.WriteText(client.id, client.ref, client.unsent[0], 0)
        sent_over = client.connection

        def arrive() -> None:
            if not by_channel and sent_over != client.connection:
                return
            result = self.room.handle(command, self.wire.now)
            assert isinstance(result, ask.Written)
            self.wire.carry(lambda: client.accept(result.line))
            for output in self.room.drain():
                if isinstance(output.fact, TextAdded):
                    self.spread(output.fact.line)

        self.wire.carry(arrive)

    def spread(self, line: TextLine) -> None:
        for reader in self.clients:

            def arrive(reader: Client = reader) -> None:
                reader.accept(line)
                if reader.take(line):
                    self.replay(reader)

            self.wire.carry(arrive)

    def replay(self, reader: Client) -> None:
        read = self.room.handle(ask.ReadTexts(reader.id, reader.after), self.wire.now)
        assert isinstance(read, ask.Read)
        self.wire.carry(lambda: [reader.take(line) for line in read.lines] and None)

    def run(self) -> None:
        reconnects = sorted(self.wire.chance.sample(range(50, 2_000), 3))
        while any(client.unsent for client in self.clients):
            self.wire.step()
            for client in self.clients:
                if self.wire.now in reconnects:
                    self.connect(client)
                if self.wire.now % 3 == 0:
                    self.write(client)
        for client in self.clients:
            self.connect(client)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_both_hold_every_line_once_and_in_order(seed: int) -> None:
    conversation = Conversation(seed)
    conversation.run()
    for client in conversation.clients:
        assert [line.seq for line in client.held] == list(range(1, 2 * LINES + 1))
        for writer in "ab":
            said = [line.body for line in client.held if line.sender == writer]
            assert said == [f"{writer}{number}" for number in range(1, LINES + 1)]


def talking() -> Room:
    room = Room(RoomLimits(), 1e6, 0.0)
    for who in "ab":
        room.handle(ask.Admit(who, who, Role.CLIENT, "n", 1e6), 0.0)
        room.handle(ask.Connect(who, f"c-{who}", 0, 0), 0.0)
    for ref in (1, 2, 3):
        room.handle(ask.WriteText("a", ref, f"line {ref}", 0), 0.0)
    return room


@pytest.mark.parametrize("ref", [1, 2, 3])
def test_a_replayed_or_rewound_ref_is_answered_as_before(ref: int) -> None:
    room = talking()
    room.drain()
    for body in (f"line {ref}", "something else"):
        written = room.handle(ask.WriteText("a", ref, body, 99), 1.0)
        assert isinstance(written, ask.Written)
        assert (written.line.seq, written.line.body, written.line.at) == (ref, f"line {ref}", 0)
    assert room.drain() == []
    assert room.text_size[0] == 3


@pytest.mark.parametrize("ref", [5, 1_000, 2**53 - 1])
def test_a_ref_too_far_ahead_is_refused(ref: int) -> None:
    with pytest.raises(Refusal) as refused:
        talking().handle(ask.WriteText("a", ref, "x", 0), 1.0)
    assert refused.value.code is Code.TEXT_OUT_OF_ORDER


def test_somebody_else_s_refs_are_their_own() -> None:
    room = talking()
    written = room.handle(ask.WriteText("b", 1, "mine", 0), 1.0)
    assert isinstance(written, ask.Written)
    assert (written.line.sender, written.line.seq) == ("b", 4)


@pytest.mark.parametrize(
    "changed",
    [{"ref": ref} for ref in (0, -1, 2**53, 10**40, 1.5, "1", None, [1])]
    + [{"sender": "b"}, {"seq": 1}, {"at": 0}],
    ids=str,
)
def test_a_forged_text_is_malformed(changed: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        wire.decode_command({"type": "send_text", "ref": 1, "body": "x"} | changed)
    assert refused.value.code is Code.MALFORMED
