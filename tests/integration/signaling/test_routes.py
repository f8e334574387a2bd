"""REST as a clinic's back end, a page and an operator use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from media.ids import EndpointId, RoomKey
from media.stats import RoomTracks, TrackPage, TrackStats
from signaling.domain.grants import Role
from tests.support.page import API_SECRET, BASE, OPERATOR_TOKEN, House, house
from tests.support.people import CLIENT_IDENTITY, CLIENT_NAME, SECRET_TEXT, SEEDED

pytestmark = pytest.mark.integration

KEY = {"Authorization": f"Bearer clinic:{API_SECRET}"}
MINT = {"role": "client", "identity": CLIENT_IDENTITY, "name": CLIENT_NAME}


@pytest.fixture
async def place() -> AsyncIterator[House]:
    async with house() as running:
        yield running


async def call(place: House, method: str, path: str, **options: Any) -> tuple[int, Any]:
    async with place.http.request(method, path, **options) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.status >= 400:
            assert answer.content_type == "application/problem+json"
        body = await answer.json(content_type=None) if answer.status != 204 else None
        return answer.status, body


async def test_clinic_makes_a_session_mints_revokes_and_ends(place: House) -> None:
    status, session = await call(place, "POST", "/api/v1/sessions", json={}, headers=KEY)
    assert status == 201
    tokens = f"/api/v1/sessions/{session['id']}/tokens"
    status, minted = await call(place, "POST", tokens, json=MINT, headers=KEY)
    assert status == 201
    assert minted["link"] == f"{place.app.url}/client#{minted['token']}"
    assert minted["expires_at"] <= session["expires_at"]

    exchange = {"token": minted["token"]}
    status, seat = await call(place, "POST", "/api/v1/seats", json=exchange)
    assert (status, seat["role"], seat["name"]) == (201, "client", CLIENT_NAME)
    page = await place.enter(seat["seat"])

    status, _ = await call(place, "DELETE", f"/api/v1/tokens/{minted['jti']}", headers=KEY)
    assert status == 204
    assert await page.closed() == "revoked"
    status, problem = await call(place, "POST", "/api/v1/seats", json=exchange)
    assert (status, problem["code"]) == (401, "token_revoked")

    ending = f"/api/v1/sessions/{session['id']}"
    assert (await call(place, "DELETE", ending, headers=KEY))[0] == 204
    status, problem = await call(place, "POST", tokens, json=MINT, headers=KEY)
    assert (status, problem["code"]) == (410, "room_ended")


async def test_ending_a_session_tells_who_is_there(place: House) -> None:
    page = await place.page(Role.COUNSELLOR)
    path = f"/api/v1/sessions/{place.session}"
    assert (await call(place, "DELETE", path, headers=KEY))[0] == 204
    assert await page.closed() == "session_ended"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {API_SECRET}"},
        {"Authorization": f"Bearer other:{API_SECRET}"},
        {"Authorization": f"Bearer {OPERATOR_TOKEN}"},
    ],
)
async def test_unknown_keys_open_nothing(place: House, headers: dict[str, str]) -> None:
    for method, path in (
        ("POST", "/api/v1/sessions"),
        ("DELETE", f"/api/v1/sessions/{place.session}"),
        ("POST", f"/api/v1/sessions/{place.session}/tokens"),
        ("DELETE", "/api/v1/tokens/x"),
    ):
        status, problem = await call(place, method, path, json={}, headers=headers)
        assert (status, problem["code"]) == (401, "key_invalid")


async def test_secret_alone_is_enough(place: House) -> None:
    headers = {"Authorization": f"Bearer {API_SECRET}"}
    assert (await call(place, "POST", "/api/v1/sessions", json={}, headers=headers))[0] == 201


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/v1/sessions", b"{", 400, "malformed"),
        ("/api/v1/sessions", b'{"expires_in_s": 1}', 400, "malformed"),
        ("/api/v1/sessions", b'{"other": 1}', 400, "malformed"),
        ("/api/v1/sessions", b"\xff", 400, "malformed"),
        ("/api/v1/sessions", b"[" * 60_000, 400, "malformed"),
        ("/api/v1/sessions", b" " * 70_000, 413, "too_large"),
        ("/api/v1/sessions/unknown/tokens", None, 404, "not_found"),
    ],
)
async def test_bad_bodies_are_refused(
    place: House, path: str, body: bytes | None, status: int, code: str
) -> None:
    options: dict[str, Any] = {"json": MINT} if body is None else {"data": body}
    got, problem = await call(place, "POST", path, headers=KEY, **options)
    assert (got, problem["code"], problem["status"]) == (status, code, status)


def _foreign() -> str:
    return jwt.encode({"sub": "x"}, "f" * 40, algorithm="HS256", headers={"kid": "k1"})


@pytest.mark.parametrize(
    "token", ["x" * 40, _foreign(), "eyJhbGciOiJub25lIn0.e30.", "静" * 40], ids=lambda t: t[:8]
)
async def test_foreign_tokens_are_refused(place: House, token: str) -> None:
    status, problem = await call(place, "POST", "/api/v1/seats", json={"token": token})
    assert (status, problem["code"]) == (401, "token_invalid")
    assert place.session not in str(problem)


async def test_exchange_is_for_own_pages(place: House) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        body = {"token": place.token()}
        status, problem = await call(place, "POST", "/api/v1/seats", json=body, headers=headers)
        assert (status, problem["code"]) == (403, "origin_refused")
    own = {"Origin": place.app.url, "Sec-Fetch-Site": "same-origin"}
    body = {"token": place.token()}
    assert (await call(place, "POST", "/api/v1/seats", json=body, headers=own))[0] == 201


async def test_exchange_has_a_limit_for_each_address() -> None:
    async with house(limits={"exchanges_burst": 2, "exchanges_per_s": 0.001}) as place:
        body = {"token": "x" * 40}
        said = [await call(place, "POST", "/api/v1/seats", json=body) for _ in range(3)]
        assert [problem["code"] for _, problem in said] == ["token_invalid"] * 2 + ["rate_limited"]
        assert said[-1][0] == 429


async def test_full_room_is_refused() -> None:
    async with house(limits={"max_participants": 2}) as place:
        for person in range(2):
            body = {"token": place.token(identity=f"{CLIENT_IDENTITY}-{person}")}
            assert (await call(place, "POST", "/api/v1/seats", json=body))[0] == 201
        body = {"token": place.token(identity="one-more")}
        status, problem = await call(place, "POST", "/api/v1/seats", json=body)
        assert (status, problem["code"]) == (409, "room_full")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/assets/..%2f..%2fpyproject.toml", 404),
        ("GET", "/assets/nothing.js", 404),
        ("GET", "/api/v1/sessions", 405),
        ("PUT", "/client", 405),
    ],
)
async def test_unknown_places_are_calm(place: House, method: str, path: str, status: int) -> None:
    assert (await call(place, method, path))[0] == status


async def test_health_and_readiness(place: House) -> None:
    async with place.http.get("/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")
    async with place.http.get("/readyz") as answer:
        assert answer.status == 200
    place.app.registry.stopping = True
    status, problem = await call(place, "GET", "/readyz")
    assert (status, problem["code"]) == (503, "busy")
    place.app.registry.stopping = False


async def test_operator_sees_counts_and_nobody(place: House) -> None:
    page = await place.page()
    await page.ask("report_join", phases={"total": 900})
    headers = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
    status, summary = await call(place, "GET", "/api/v1/operator/summary", headers=headers)
    assert status == 200
    assert summary["rooms"] == 1
    assert summary["people"]["present"] == 1
    assert summary["links"]["none"] == 1
    assert summary["join_seconds"]["client"] == {"count": 1, "p50": 0.9, "p95": 0.9}
    assert not [word for word in SEEDED if word in str(summary)]
    assert place.session not in str(summary)
    status, problem = await call(place, "GET", "/api/v1/operator/summary", headers=KEY)
    assert (status, problem["code"]) == (401, "key_invalid")
    await page.close()


async def test_operator_sees_tracks_of_calls_and_nobody(place: House) -> None:
    endpoint = EndpointId("the-endpoint")
    rows = [
        RoomTracks(RoomKey(key), (TrackStats(endpoint, endpoint, "0", "audio", packets=7),))
        for key in ("room-a", "room-b")
    ]
    place.media.pages = {
        "": TrackPage((rows[0],), more=True),
        "room-a": TrackPage((rows[1],)),
    }
    headers = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
    path = "/api/v1/operator/tracks"
    status, first = await call(place, "GET", path, headers=headers)
    assert status == 200
    assert first["rooms"][0]["tracks"][0]["packets"] == 7
    options = {"headers": headers, "params": {"after": first["next"]}}
    _, second = await call(place, "GET", path, **options)
    assert place.media.asked_after == ["", "room-a"]
    assert second["next"] is None
    codes = [page["rooms"][0]["call"] for page in (first, second)]
    assert len(set(codes)) == 2
    assert not [word for word in ("room-a", "room-b", endpoint) if word in str((first, second))]

    for after in ("room-a", "x" * 5000, "静"):
        options = {"headers": headers, "params": {"after": after}}
        status, problem = await call(place, "GET", path, **options)
        assert (status, problem["code"]) == (404, "not_found")
    for wrong in (KEY, {}):
        status, problem = await call(place, "GET", path, headers=wrong)
        assert (status, problem["code"]) == (401, "key_invalid")


async def test_metrics_know_nobody(place: House) -> None:
    page = await place.page()
    await page.ask("send_text", ref=1, body=SECRET_TEXT)
    await page.ask("send_text", ref=5, body=SECRET_TEXT)
    await call(place, "POST", "/api/v1/seats", json={"token": "x" * 40})
    async with place.http.get("/metrics") as answer:
        text = await answer.text()
    assert 'quietroom_participants{presence="present"} 1.0' in text
    assert 'quietroom_refusals_total{code="text_out_of_order",where="command"} 1.0' in text
    assert '{reason="token_invalid",result="refused",role="unknown"} 1.0' in text
    assert 'quietroom_texts_total{path="socket"} 1.0' in text
    assert "quietroom_sockets 1.0" in text
    personal = [*SEEDED, place.session, page.welcome["you"], page.welcome["seat"], "127.0.0.1"]
    assert not [word for word in personal if word in text]
    await page.close()


async def test_metrics_can_have_a_port_of_their_own() -> None:
    async with house(metrics_port=0) as place:
        async with place.http.get("/metrics") as answer:
            assert answer.status == 404
        assert place.app.metrics_address is not None
        port = place.app.metrics_address[1]
        async with place.http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.status == 200
            assert "quietroom_rooms" in await answer.text()


async def test_metrics_can_be_off() -> None:
    async with house(metrics=False) as place, place.http.get("/metrics") as answer:
        assert answer.status == 404


async def test_only_listed_origins_may_embed() -> None:
    allowed = ["https://clinic.example"]
    async with house(frame_ancestors=allowed) as place, place.http.get("/healthz") as answer:
        policy = answer.headers["Content-Security-Policy"]
        async with place.http.get("/operator") as answer:
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors https://clinic.example" in policy
    assert "unsafe" not in policy
    async with house() as place, place.http.get("/healthz") as answer:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in answer.headers


async def test_hostile_host_header_adds_nothing_to_the_policy(place: House) -> None:
    headers = {"Host": "a;script-src *"}
    async with place.http.get("/healthz", headers=headers) as answer:
        assert "*" not in answer.headers.get("Content-Security-Policy", "")


async def test_token_of_an_unknown_session_opens_it_after_a_restart(place: House) -> None:
    token = place.token()
    async with house() as other:
        assert BASE["signing_keys"] == dict(other.app.config.signing_keys)
        status, seat = await call(other, "POST", "/api/v1/seats", json={"token": token})
        assert status == 201
        page = await other.enter(seat["seat"])
        await page.close()
