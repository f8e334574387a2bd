from __future__ import annotations

import pytest

from media.forwarding.keyframe_requests import MAX_RETRIES, NEVER, KeyframeRequests
from media.forwarding.nack import ECHO_S

# events (time, what) -> times at which a request goes out, looking every 0.1 s for 3 s
TABLE = [
    ([], []),
    ([(0.0, "ask"), (0.1, "key")], [0.0]),
    ([(0.0, "ask"), (0.1, "ask"), (0.2, "ask"), (0.6, "key")], [0.0, 0.5]),  # coalesced, not lost
    ([(0.0, "ask"), (0.1, "ask"), (0.2, "key")], [0.0]),  # a keyframe came meanwhile
    ([(0.0, "ask"), (0.1, "key"), (0.2, "ask"), (0.6, "key")], [0.0, 0.5]),
    ([(0.0, "ask"), (1.2, "key")], [0.0, 1.0]),  # nobody saw one: again
    ([(0.0, "start"), (0.1, "key"), (0.7, "ask"), (0.8, "key")], [0.7]),
    ([(0.2, "start"), (0.3, "ask"), (0.4, "key")], [0.3]),  # its own first keyframe was missed
]


@pytest.mark.parametrize(("events", "sent"), TABLE)
def test_when_requests_go_out(events: list[tuple[float, str]], sent: list[float]) -> None:
    requests = KeyframeRequests(0.5)
    went = []
    for tenth in range(30):
        now = tenth / 10
        for what in [what for at, what in events if at == now]:
            if what == "ask":
                requests.request(now)
            elif what == "start":
                requests.handle_start(now)
            else:
                requests.handle_keyframe()
        if requests.take(now):
            went.append(now)
    assert went == sent


def test_a_request_before_the_source_waits_for_its_first_packets() -> None:
    requests = KeyframeRequests(0.5)
    requests.request(0.0)
    requests.handle_start(1.0)
    assert requests.due == 1.5


def test_retries_are_bounded_as_an_encrypted_keyframe_is_never_seen() -> None:
    requests = KeyframeRequests(0.5)
    requests.request(0.0)
    times = []
    while requests.due != NEVER:
        times.append(requests.due)
        assert requests.take(requests.due)
    assert len(times) == MAX_RETRIES + 1
    assert not requests.waiting
    requests.request(times[-1])
    assert requests.due == times[-1] + 0.5


def test_on_a_long_path_each_request_is_said_twice() -> None:
    requests = KeyframeRequests(0.5)
    requests.request(0.0)
    times = []
    for _ in range(4):
        now = requests.due
        times.append(now)
        assert requests.take(now, ECHO_S)
        requests.request(now + 0.001)  # who asks between the two is answered by the second
    assert times == [0.0, ECHO_S, 0.5, 0.5 + ECHO_S]
    assert requests.sent == 2
    requests.handle_keyframe()
    assert requests.due == NEVER


def test_a_keyframe_after_the_first_saying_spares_the_second() -> None:
    requests = KeyframeRequests(0.5)
    requests.request(0.0)
    assert requests.take(0.0, ECHO_S)
    requests.handle_keyframe()
    assert not requests.take(1.0, ECHO_S)
