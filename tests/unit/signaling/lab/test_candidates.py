"""An answer leads to the laboratory's port, and is otherwise what the gateway said."""

from __future__ import annotations

from signaling.lab.candidates import destination, redirect

HEAD = ["v=0", "a=ice-lite", "a=group:BUNDLE 0 1", "a=x-next-ice:next password"]
UDP6 = "a=candidate:1 1 udp 2113932031 2001:db8::1 3480 typ host"
UDP4 = "a=candidate:2 1 udp 2113931775 192.0.2.1 3480 typ host"
TCP = "a=candidate:3 1 tcp 1518280447 192.0.2.1 3480 typ host tcptype passive"
SECTION = ["a=ice-ufrag:ours", UDP6, UDP4, TCP, "a=end-of-candidates"]
FRONT = ("127.0.0.1", 40000)


def text(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in lines)


ANSWER = text(*HEAD, "m=audio 9 x 111", *SECTION, "m=video 9 x 96", *SECTION)


def test_media_goes_to_the_answer_s_ipv4_address_first() -> None:
    assert destination(ANSWER) == ("192.0.2.1", 3480)
    assert destination(text(*HEAD, UDP6)) == ("2001:db8::1", 3480)
    assert destination(text(*HEAD, TCP)) is None


def test_each_section_names_one_candidate_with_the_best_preference() -> None:
    ours = "a=candidate:1 1 udp 2113932031 127.0.0.1 40000 typ host"
    section = ["a=ice-ufrag:ours", ours, "a=end-of-candidates"]
    expected = text(*HEAD, "m=audio 9 x 111", *section, "m=video 9 x 96", *section)
    assert redirect(ANSWER, FRONT) == expected


def test_what_is_promised_for_a_restart_stays() -> None:
    assert "a=x-next-ice:next password\r\n" in redirect(ANSWER, FRONT)
