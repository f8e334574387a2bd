"""SDP offers: answered or refused with a fault, never anything else."""

from __future__ import annotations

from media.answer import Local, write_answer
from media.config import MediaConfig
from media.errors import NegotiationError
from media.ice import Credentials
from media.negotiation import plan_media, read_offer

CONFIG = MediaConfig()
LOCAL = Local(Credentials("ours", "p" * 24), "AA:BB", (("192.0.2.1", 3480),))


def one(data: bytes) -> None:
    """What is answered once is answered again as a later offer of the same page."""
    text = data.decode("utf-8", "replace")
    try:
        offer = read_offer(text)
        plan = plan_media(offer, CONFIG)
    except NegotiationError:
        return
    assert write_answer(offer, plan, LOCAL).startswith("v=0")
    again = plan_media(read_offer(text), CONFIG, (offer, plan))
    assert write_answer(offer, again, LOCAL).startswith("v=0")
