"""The calls that are answered by :mod:`signaling.routes` and :mod:`signaling.people_routes`.

Here they are only described. A test sees that each path that is answered has a row, and each row a
path.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from signaling import rest, rest_people
from signaling.api.call import KEYED, STRANGER, Call
from signaling.domain.errors import Code

CREATED = HTTPStatus.CREATED
SIGNED = (Code.SIGNED_OUT, Code.BUSY)


def rows() -> list[Call]:
    """Return the rows."""
    ended = (Code.NOT_FOUND, Code.ROOM_ENDED)
    token = (
        Code.TOKEN_INVALID, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED, Code.ROOM_ENDED,
        Code.ROOM_FULL,
    )  # fmt: skip
    return [
        Call("POST", "/api/v1/sessions", "Make a session that is not booked here",
             body=rest.CreateSession, answer=rest.Session, status=CREATED, always=KEYED),
        Call("DELETE", "/api/v1/sessions/{id}", "End it", codes=(Code.NOT_FOUND,), always=KEYED),
        Call("POST", "/api/v1/sessions/{id}/tokens", "Mint a token for one person",
             body=rest.MintToken, answer=rest.JoinToken, status=CREATED, codes=ended,
             always=KEYED),
        Call("DELETE", "/api/v1/tokens/{jti}", "Make a token worthless", always=KEYED),
        Call("POST", "/api/v1/seats", "Turn a token into a seat", body=rest.ExchangeToken,
             answer=rest.Seat, status=CREATED, codes=token, always=STRANGER),
        Call("GET", "/api/v1/operator/summary", "Counts", answer=dict[str, Any], always=KEYED),
        Call("GET", "/api/v1/operator/live", "Calls by their line", answer=dict[str, Any],
             always=KEYED),
        Call("GET", "/api/v1/operator/tracks", "Tracks of calls", answer=dict[str, Any],
             codes=(Code.NOT_FOUND,), always=KEYED),
        Call("POST", "/api/v1/sign-in", "Sign in, as staff", body=rest_people.SignIn,
             codes=(Code.SIGN_IN_REFUSED,), always=STRANGER),
        Call("POST", "/api/v1/sign-out", "Go", always=STRANGER),
        Call("POST", "/api/v1/unlock", "The password again", body=rest_people.Unlock,
             codes=(Code.SIGNED_OUT, Code.SIGN_IN_REFUSED), always=STRANGER),
        Call("POST", "/api/v1/links/open", "Open a link, as a client",
             body=rest_people.OpenLink, always=STRANGER,
             codes=(Code.INVITATION_INVALID, Code.PIN_NEEDED, Code.OPEN_ELSEWHERE)),
        Call("POST", "/api/v1/links/password", "Take up an invitation, as staff",
             body=rest_people.ChoosePassword, answer=rest_people.Authenticator, status=CREATED,
             codes=(Code.INVITATION_INVALID, Code.PASSWORD_WEAK), always=STRANGER),
        Call("GET", "/api/v1/me", "Whose browser this is", answer=rest_people.Me,
             always=SIGNED),
    ]  # fmt: skip
