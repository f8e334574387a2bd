"""The gateway's SDP answer with the laboratory's port in the place of its own.

Everything else of the answer stays as it is: credentials, what the next restart is promised, the
order of preference that rises with each restart.
"""

from __future__ import annotations

import re
from typing import Final

from media.ice import Address

_CANDIDATE: Final = re.compile(
    r"^a=candidate:(?P<name>\S+ \d+) (?P<transport>udp|tcp) (?P<priority>\d+) "
    r"(?P<host>\S+) (?P<port>\d+) typ host"
)


def destination(answer: str) -> Address | None:
    """Where the answer says the gateway takes media: IPv4 before IPv6, None when nowhere by UDP."""
    found = [match for line in answer.splitlines() if (match := _CANDIDATE.match(line))]
    places = [(each["host"], int(each["port"])) for each in found if each["transport"] == "udp"]
    places.sort(key=lambda place: ":" in place[0])
    return places[0] if places else None


def redirect(answer: str, front: Address) -> str:
    """Let each section name one candidate, ``front``, with the preference of its best one by UDP.

    TCP goes away: a byte stream cannot be led past a lossy line one datagram at a time.
    """
    written: list[str] = []
    named = False
    for line in answer.splitlines(keepends=True):
        if line.startswith("m="):
            named = False
        match = _CANDIDATE.match(line)
        if match is None:
            written.append(line)
        elif match["transport"] == "udp" and not named:
            named = True
            host, port = front[:2]
            written.append(
                f"a=candidate:{match['name']} udp {match['priority']} {host} {port} typ host\r\n"
            )
    return "".join(written)
