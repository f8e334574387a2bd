"""A clinic's back end: makes sessions and mints links with its API key."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

API_KEY = "a-clinics-key-for-tests"
SETTINGS = {"API_KEYS": json.dumps({"clinic": API_KEY})}
"""What a gateway must be started with, for :class:`gateway`'s ``settings``."""
SIGNING_KEYS = {"clinic": "a-signing-key-that-a-clinic-shares"}
"""For a clinic that signs by itself; the gateway's setting of the same name."""
NAMES = {"counsellor": "李老师", "client": "来访者"}


class Clinic:
    """One clinic against one gateway."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the REST API; returns the answer's JSON, or None without a body."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, self._url + path, json=body, headers=headers) as response,
        ):
            assert response.status < 300, await response.text()
            return await response.json() if response.content_type == "application/json" else None

    async def session(self, door: str = "open") -> str:
        """Make a session; returns its id."""
        made: str = (await self.call("POST", "/api/v1/sessions", {"door": door}))["id"]
        return made

    async def token(self, session: str, role: str, **more: Any) -> dict[str, Any]:
        """Mint a token for one person; returns token, jti and link."""
        body = {"role": role, "identity": f"person-{role}", "name": "安", **more}
        answer: dict[str, Any] = await self.call("POST", f"/api/v1/sessions/{session}/tokens", body)
        return answer

    async def links(self, session: str) -> dict[str, str]:
        """The links of a counsellor and a client, named as in a demo session."""
        minted = {role: await self.token(session, role, name=name) for role, name in NAMES.items()}
        return {role: str(each["link"]) for role, each in minted.items()}
