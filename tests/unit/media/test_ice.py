"""The lite agent: what it answers, what it refuses, and where it sends afterwards."""

from __future__ import annotations

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media.errors import PacketError
from media.ice import (
    AMPLIFICATION,
    REPEAT_S,
    CheckAnswer,
    Credentials,
    IceAgent,
    Path,
    is_answer,
    local_ufrag,
)

OURS = Credentials("ours", "p" * 24)
NEXT = Credentials("next", "q" * 24)
THEIRS = Credentials("theirs", "r" * 24)
HOME: Path = (0, ("192.0.2.7", 5000))
AWAY: Path = (0, ("192.0.2.8", 6000))


def check(
    credentials: Credentials = OURS,
    theirs: str = "theirs",
    *,
    nominate: bool = False,
    controlled: bool = False,
    password: str | None = None,
) -> bytes:
    attributes: dict[str, object] = {"USERNAME": f"{credentials.ufrag}:{theirs}", "PRIORITY": 1}
    attributes["ICE-CONTROLLED" if controlled else "ICE-CONTROLLING"] = 1
    if nominate:
        attributes["USE-CANDIDATE"] = None
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    message.add_message_integrity((password or credentials.password).encode())
    return bytes(message)


def deliver(agent: IceAgent, data: bytes, path: Path) -> CheckAnswer:
    """As the mux does: the fragment first."""
    local_ufrag(data)
    return agent.handle_check(data, path)


@pytest.fixture
def agent() -> IceAgent:
    return IceAgent(OURS, THEIRS)


def test_a_valid_check_is_answered_with_our_integrity_and_the_mapped_address(agent: IceAgent):
    answer = agent.handle_check(check(), HOME)
    response = stun.parse_message(answer.response)
    assert answer.valid
    assert response.message_class is stun.Class.RESPONSE
    assert response.attributes["XOR-MAPPED-ADDRESS"] == HOME[1]
    assert response.check_message_integrity(OURS.password.encode())


def test_the_first_valid_path_serves_until_one_is_nominated(agent: IceAgent):
    assert agent.handle_check(check(), HOME).selected
    assert not agent.handle_check(check(), AWAY).selected
    assert agent.selected == HOME
    assert agent.handle_check(check(nominate=True), AWAY).selected
    assert agent.selected == AWAY


def test_the_latest_nomination_wins(agent: IceAgent):
    agent.handle_check(check(nominate=True), HOME)
    agent.handle_check(check(nominate=True), AWAY)
    assert agent.handle_check(check(nominate=True), HOME).selected
    assert agent.selected == HOME


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(check(password="wrong" * 5), id="wrong password"),
        pytest.param(check(Credentials("other", "p" * 24)), id="another endpoint's fragment"),
        pytest.param(check(theirs="stranger"), id="peer fragment of another offer"),
        pytest.param(check()[:-1], id="cut"),
        pytest.param(check()[:40], id="without integrity"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_bad_check_changes_nothing_and_is_not_answered(agent: IceAgent, data: bytes):
    with pytest.raises(PacketError):
        deliver(agent, data, HOME)
    assert agent.selected is None


def test_a_peer_that_thinks_it_is_controlled_is_told_to_switch(agent: IceAgent):
    answer = agent.handle_check(check(controlled=True), HOME)
    response = stun.parse_message(answer.response)
    assert not answer.valid
    assert response.message_class is stun.Class.ERROR
    assert response.attributes["ERROR-CODE"][0] == 487
    assert agent.selected is None


def test_a_restart_keeps_the_old_path_until_a_check_names_the_new_credentials(agent: IceAgent):
    agent.handle_check(check(nominate=True), HOME)
    agent.restart(Credentials("theirs2", "s" * 24), NEXT)
    assert agent.ufrags() == ("next", "ours")
    assert agent.handle_check(check(nominate=True), AWAY).valid
    assert agent.selected == HOME  # an old nomination no longer moves anything
    answer = agent.handle_check(check(NEXT, "theirs2"), AWAY)
    assert answer.restarted
    assert agent.selected == AWAY
    # A browser may have given up its new pair: its old one is kept alive, and moves nothing.
    old = agent.handle_check(check(nominate=True), HOME)
    assert (old.valid, old.selected, old.restarted) == (True, False, False)
    assert agent.selected == AWAY
    agent.restart(Credentials("theirs3", "u" * 24), LATER)
    assert agent.ufrags() == ("later", "next")
    with pytest.raises(PacketError):
        agent.handle_check(check(), HOME)


THEIRS_2 = Credentials("theirs2", "s" * 24)
LATER = Credentials("later", "t" * 24)


def test_a_restart_uses_what_the_last_answer_promised_and_promises_anew():
    agent = IceAgent(OURS, THEIRS, NEXT)
    agent.restart(THEIRS_2, LATER)
    assert agent.local == NEXT
    assert agent.promised == LATER
    assert agent.generation == 1
    assert agent.ufrags() == ("next", "ours", "later")


def test_a_check_that_names_the_promised_credentials_is_a_restart():
    agent = IceAgent(OURS, THEIRS, NEXT)
    agent.handle_check(check(nominate=True), HOME)
    answer = deliver(agent, check(NEXT, "theirs2"), AWAY)
    assert (answer.valid, answer.selected, answer.restarted) == (True, True, True)
    assert (agent.local, agent.remote_ufrag, agent.generation) == (NEXT, "theirs2", 1)
    assert agent.selected == AWAY
    assert agent.ufrags() == ("next", "ours")


def test_who_restarts_unasked_again_is_answered_until_its_offer_says_which():
    agent = IceAgent(OURS, THEIRS, NEXT)
    deliver(agent, check(NEXT, "theirs2", nominate=True), HOME)
    answer = deliver(agent, check(NEXT, "theirs3", nominate=True), AWAY)
    assert (answer.valid, answer.selected, answer.restarted) == (True, True, False)
    assert (agent.remote_ufrag, agent.unconfirmed, agent.generation) == ("theirs3", True, 1)
    with pytest.raises(PacketError):
        agent.handle_check(check(NEXT, "theirs4", password="guessed" * 4), HOME)
    agent.confirm(Credentials("theirs3", "u" * 24))
    assert (agent.local, agent.unconfirmed) == (NEXT, False)
    with pytest.raises(PacketError):
        agent.handle_check(check(NEXT, "theirs2"), HOME)


def test_a_promise_is_worth_nothing_without_its_password_or_from_a_second_path():
    agent = IceAgent(OURS, THEIRS, NEXT)
    data = check(nominate=True)
    agent.handle_check(data, HOME)
    with pytest.raises(PacketError):
        agent.handle_check(check(NEXT, password=OURS.password), AWAY)
    with pytest.raises(PacketError):
        agent.handle_check(data, AWAY)
    assert (agent.local, agent.promised, agent.selected) == (OURS, NEXT, HOME)


def test_a_conflict_of_roles_takes_up_no_promise():
    agent = IceAgent(OURS, THEIRS, NEXT)
    assert not agent.handle_check(check(NEXT, controlled=True), AWAY).valid
    assert (agent.local, agent.promised) == (OURS, NEXT)


def test_who_restarted_unasked_is_asked_nothing_before_its_offer_comes():
    agent = IceAgent(OURS, THEIRS, NEXT)
    agent.handle_check(check(NEXT, "theirs2"), HOME)
    assert agent.handle_stray(AWAY, 1000, 1.0) is None
    agent.confirm(THEIRS_2)
    asked = agent.handle_stray(AWAY, 1000, 1.1)
    assert asked is not None
    assert stun.parse_message(asked).check_message_integrity(THEIRS_2.password.encode())


def test_the_fragment_is_read_without_parsing_the_rest():
    assert local_ufrag(check()) == "ours"


@given(st.binary(max_size=200))
def test_no_bytes_escape_the_fragment_reader(data: bytes):
    for candidate in (data, check()[:8] + data, check()[:20] + data):
        try:
            local_ufrag(candidate)
        except PacketError:
            continue


@given(st.integers(0, 107), st.integers(0, 255))
def test_a_flipped_byte_is_refused_or_harmless(position: int, value: int):
    agent = IceAgent(OURS, THEIRS)
    data = bytearray(check())
    position %= len(data)
    changed = data[position] != value
    data[position] = value
    try:
        answer = deliver(agent, bytes(data), HOME)
    except PacketError:
        assert agent.selected is None
    else:
        assert answer.valid
        assert not changed


def answered(data: bytes, password: str = THEIRS.password, *, error: bool = False) -> bytes:
    """A browser's answer to our check."""
    request = stun.parse_message(data)
    response = stun.Message(
        stun.Method.BINDING,
        stun.Class.ERROR if error else stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": ("198.51.100.1", 3480)},
    )
    response.add_message_integrity(password.encode())
    return bytes(response)


def test_a_check_that_was_heard_elsewhere_proves_nothing(agent: IceAgent):
    overheard = check(nominate=True)
    agent.handle_check(overheard, HOME)
    with pytest.raises(PacketError):
        agent.handle_check(overheard, AWAY)
    assert agent.handle_check(overheard, HOME).valid  # a peer may repeat itself
    assert agent.selected == HOME


def test_checks_are_remembered_but_not_for_ever(agent: IceAgent):
    for _ in range(1000):
        agent.handle_check(check(), HOME)
    assert len(agent._paths_of) <= 64


def test_a_stray_is_asked_with_their_credentials_and_selected_when_it_answers(agent: IceAgent):
    agent.handle_check(check(nominate=True), HOME)
    asked = agent.handle_stray(AWAY, 200, 1.0)
    assert asked is not None
    request = stun.parse_message(asked)
    assert request.attributes["USERNAME"] == "theirs:ours"
    assert "ICE-CONTROLLED" in request.attributes
    assert request.check_message_integrity(THEIRS.password.encode())
    assert agent.selected == HOME
    response = answered(asked)
    assert is_answer(response)
    assert agent.handle_answer(response, AWAY)
    assert agent.selected == AWAY
    with pytest.raises(PacketError):
        agent.handle_answer(response, AWAY)  # once is all


@pytest.mark.parametrize("wrong", ["integrity", "path", "transaction"])
def test_an_answer_that_does_not_hold_moves_nothing(agent: IceAgent, wrong: str):
    agent.handle_check(check(nominate=True), HOME)
    asked = agent.handle_stray(AWAY, 200, 1.0)
    assert asked is not None
    response = answered(asked, "wrong" * 5 if wrong == "integrity" else THEIRS.password)
    if wrong == "transaction":
        response = answered(check())
    with pytest.raises(PacketError):
        agent.handle_answer(response, HOME if wrong == "path" else AWAY)
    assert agent.selected == HOME


def test_an_error_as_answer_moves_nothing(agent: IceAgent):
    asked = agent.handle_stray(AWAY, 200, 1.0)
    assert asked is not None
    assert not agent.handle_answer(answered(asked, error=True), AWAY)
    assert agent.selected is None


@given(st.lists(st.tuples(st.integers(1, 1500), st.floats(0, 1)), max_size=60))
def test_never_more_than_three_times_what_came_is_sent_to_a_stray(
    arrivals: list[tuple[int, float]],
):
    agent, now, received, sent, last = IceAgent(OURS, THEIRS), 5.0, 0, 0, None
    for size, pause in arrivals:
        now += pause
        received += size
        asked = agent.handle_stray(AWAY, size, now)
        if asked is not None:
            assert last is None or now - last > REPEAT_S - 1e-6
            last = now
            sent += len(asked)
        assert sent <= AMPLIFICATION * received


def test_of_two_strays_at_once_the_first_is_asked_until_its_time_is_over(agent: IceAgent):
    assert agent.handle_stray(AWAY, 200, 1.0) is not None
    other: Path = (0, ("192.0.2.9", 7000))
    assert agent.handle_stray(other, 200, 1.1) is None
    assert agent.handle_stray(other, 200, 1.0 + REPEAT_S) is not None
