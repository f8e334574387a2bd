"""What every HTTP answer has in common: its headers, its errors, and whose pages may ask."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from signaling import logs, rest, wire
from signaling.config import Config
from signaling.domain.errors import Code, Refusal
from signaling.keys.master import MasterError
from signaling.keys.sealing import SealError
from signaling.limits import BucketsByKey
from signaling.storage.database import StorageAway

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUS: Final[dict[Code, HTTPStatus]] = {
    Code.MALFORMED: HTTPStatus.BAD_REQUEST,
    Code.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.ORIGIN_REFUSED: HTTPStatus.FORBIDDEN,
    Code.TOKEN_INVALID: HTTPStatus.UNAUTHORIZED,
    Code.TOKEN_EXPIRED: HTTPStatus.UNAUTHORIZED,
    Code.TOKEN_REVOKED: HTTPStatus.UNAUTHORIZED,
    Code.KEY_INVALID: HTTPStatus.UNAUTHORIZED,
    Code.SIGN_IN_REFUSED: HTTPStatus.UNAUTHORIZED,
    Code.SIGNED_OUT: HTTPStatus.UNAUTHORIZED,
    Code.LOCKED: HTTPStatus.LOCKED,
    Code.PIN_NEEDED: HTTPStatus.UNAUTHORIZED,
    Code.INVITATION_INVALID: HTTPStatus.UNAUTHORIZED,
    Code.PASSWORD_WEAK: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.OPEN_ELSEWHERE: HTTPStatus.CONFLICT,
    Code.TAKEN: HTTPStatus.CONFLICT,
    Code.NOT_NOW: HTTPStatus.CONFLICT,
    Code.PLACE_UNCONFIRMED: HTTPStatus.CONFLICT,
    Code.FILE_REFUSED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.ROOM_ENDED: HTTPStatus.GONE,
    Code.ROOM_FULL: HTTPStatus.CONFLICT,
    Code.TEXT_OUT_OF_ORDER: HTTPStatus.CONFLICT,
    Code.HAND_TAKEN: HTTPStatus.CONFLICT,
}
_CALM_TITLES: Final[dict[Code, str]] = {
    Code.NOT_FOUND: "There is nothing here.",
    Code.BUSY: "Not just now; please try again in a moment.",
}
ALONE: Final = frozenset({"/operator", "/lab", "/desk", "/staff"})
"""Where those who work here look there is nothing to embed."""
_HOST: Final = re.compile(r"^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$")
_PERMISSIONS: Final = ", ".join(
    [
        "camera=(self)",
        "microphone=(self)",
        "display-capture=(self)",
        "autoplay=(self)",
        "screen-wake-lock=(self)",
        "geolocation=()",
        "payment=()",
        "usb=()",
    ]
)


def problem(code: Code, status: HTTPStatus | None = None) -> web.Response:
    """Return an error body (RFC 9457) that says no more than its code."""
    status = status or STATUS.get(code, HTTPStatus.BAD_REQUEST)
    title = _CALM_TITLES.get(code, status.phrase)
    body = wire.to_json(rest.Problem(title=title, status=status.value, code=code))
    return web.Response(body=body, status=status.value, content_type="application/problem+json")


def is_own_origin(request: web.Request, config: Config) -> bool:
    """Whether the page that asks is ours. Browsers name their origin; other programs need not.

    A browser cannot be made to lie about Host or Origin by a page, so comparing the two is enough.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}
    if origin == config.public_url:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.netloc == request.host


class OwnPages:
    """Lets only pages of ours ask, and each address so often."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._buckets = BucketsByKey(config.limits.exchanges)

    def check_origin(self, request: web.Request) -> None:
        """Raises :class:`Refusal` with ``origin_refused``."""
        if not is_own_origin(request, self._config):
            raise Refusal(Code.ORIGIN_REFUSED)

    def check(self, request: web.Request) -> None:
        """Raises :class:`Refusal` with ``origin_refused`` or ``rate_limited``."""
        self.check_origin(request)
        self.take(request)

    def take(self, request: web.Request) -> None:
        """Raises :class:`Refusal` with ``rate_limited``."""
        # The address is a key in memory for as long as its bucket lives, and is written nowhere.
        if not self._buckets.take(request.remote or "", asyncio.get_running_loop().time()):
            raise Refusal(Code.RATE_LIMITED)


def security_headers(request: web.Request, config: Config, *, tls: bool) -> dict[str, str]:
    """Return the headers every answer carries."""
    sockets = f" ws://{request.host} wss://{request.host}" if _HOST.match(request.host) else ""
    embeddable = [] if request.path in ALONE else config.frame_ancestors
    ancestors = " ".join(embeddable) or "'none'"
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"connect-src 'self'{sockets}",  # Safari before 15.4 does not count ws: as 'self'
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {ancestors}",
    ]
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    if tls:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def middleware(config: Config, *, tls: bool, refused: Callable[[Code], None]) -> Middleware:
    """Return the outermost layer: errors become problems, and every answer gets its headers."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except Refusal as refusal:
            refused(refusal.code)
            response = problem(refusal.code)
        except web.HTTPException as error:
            response = _calm(error)
        except (StorageAway, MasterError, SealError) as error:
            # Erased in this moment; or out of reach: nothing was done, and is tried again.
            code = Code.NOT_FOUND if isinstance(error, SealError) else Code.BUSY
            refused(code)
            response = problem(code)
        except (ConnectionError, TimeoutError):
            raise  # the peer is gone; there is nobody to answer
        except Exception as error:  # a bug must show a stranger nothing of itself
            logs.fault("request_fault", error)
            response = problem(Code.BUSY, HTTPStatus.INTERNAL_SERVER_ERROR)
        if not response.prepared:
            _dress(response, security_headers(request, config, tls=tls))
        return response

    return around


def _calm(error: web.HTTPException) -> web.Response:
    if error.status < HTTPStatus.BAD_REQUEST:  # a redirect
        return web.Response(status=error.status, headers={"Location": error.headers["Location"]})
    codes = {
        HTTPStatus.NOT_FOUND: Code.NOT_FOUND,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Code.TOO_LARGE,
        HTTPStatus.METHOD_NOT_ALLOWED: Code.NOT_ALLOWED,
    }
    status = HTTPStatus(error.status)
    answer = problem(codes.get(status, Code.MALFORMED), status)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def _dress(response: web.StreamResponse, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if "Server" not in response.headers:
        response.headers["Server"] = "quietroom"  # instead of the library's name and version
