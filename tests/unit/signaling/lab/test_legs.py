"""A leg is one line for whatever its participant uses, dead or alive."""

from __future__ import annotations

from signaling.domain.grants import Role
from signaling.lab.legs import Lab, Leg
from signaling.lab.settings import Line, Lines


async def test_only_the_demo_session_has_legs() -> None:
    lab = Lab()
    assert lab.leg("demo", Role.CLIENT) is None
    lab.session = "demo"
    assert lab.leg("demo", Role.CLIENT) is lab.legs[Role.CLIENT]
    assert lab.leg("another", Role.CLIENT) is None


async def test_a_leg_that_dies_is_told_of_and_one_that_is_only_bad_is_not() -> None:
    lab = Lab()
    dead: list[Leg] = []
    lab.on_dead(dead.append)
    leg = lab.legs[Role.CLIENT]
    leg.set(Lines(up=Line(loss_percent=20.0, rate_kbps=50.0)))
    assert not dead
    leg.set(Lines(down=Line(rate_kbps=0.0)))
    assert dead == [leg]
    leg.set(Lines())
    assert not leg.is_dead


async def test_a_cut_lasts_its_time_and_outlives_new_settings() -> None:
    leg = Leg(Role.COUNSELLOR, 1)
    leg.cut(25)
    leg.set(Lines(up=Line(delay_ms=100)))
    view = leg.view()
    assert view.is_dead
    assert 0 < view.cut_s <= 25
    assert view.up.delay_ms == 100
    leg.cut(0)
    assert leg.view().cut_s == 0
    assert not leg.is_dead
    leg.close()


async def test_an_answer_without_a_way_by_udp_is_left_as_it_is() -> None:
    assert Leg(Role.CLIENT, 1).answer("v=0\r\n") == "v=0\r\n"
