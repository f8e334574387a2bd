"""One session to try things out with, and its three links."""

from __future__ import annotations

from typing import Final

from signaling.demo_clinic import DemoClinic
from signaling.domain.grants import Role
from signaling.lab.legs import Lab
from signaling.registry import Registry

HOURS: Final = 12
COUNSELLOR: Final = "李老师"
CLIENT: Final = "来访者"


def links(
    registry: Registry, base_url: str, operator_token: str, lab: Lab | None = None,
    booked: DemoClinic | None = None, secret: str = "",
) -> str:  # fmt: skip
    """Make a session and return what to print: who opens which link.

    The laboratory, where there is one, is for this session. ``booked`` is the clinic with an hour
    to come; ``secret`` lets its counsellor in.
    """
    lifetime = HOURS * 3600
    session = registry.create_session(lifetime)
    rows = [("Counsellor  咨询师", "counsellor", Role.COUNSELLOR, "demo-counsellor", COUNSELLOR)]
    rows += [("Client      来访者", "client", Role.CLIENT, "demo-client", CLIENT)]
    said = [
        f"A demo session is open for {HOURS} hours; open each link in its own browser:",
        "",
    ]
    for title, page, role, identity, name in rows:
        token = registry.mint(session.id, role, identity, name, lifetime).token
        said += [f"  {title}", f"  {base_url}/{page}#{token}", ""]
    if booked is not None:
        said += ["And an hour is booked, with a door, in a clinic that lasts:", ""]
        said += ["  At the desk 咨询师", f"  {base_url}/demo/{secret}", ""]
        said += ["  A visit     来访者", f"  {base_url}/visit#{booked.token}", ""]
    said += ["  Operator    运维", f"  {base_url}/operator#{operator_token}", ""]
    if lab is not None:
        lab.session = session.id
        said += ["  Laboratory  实验室", f"  {base_url}/lab", ""]
    return "\n".join(said)
