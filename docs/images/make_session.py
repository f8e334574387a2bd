"""Take the README's picture: a real session in real browsers, with drawn people before the cameras.

Run it from the repository's root, after `make build`: python -m docs.images.make_session
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import av
from playwright.async_api import async_playwright

from tests.support.browsers import DESK, GRANT_AT_ONCE, Person, chromium, person
from tests.support.call import enter, sees_the_other, write
from tests.support.gateway import gateway

HERE = Path(__file__).parent
PICTURE = HERE / "session.png"
SIZE = {"width": 640, "height": 480}
FRAMES = 30
LINES = (
    ("counsellor", "我在这里\uff0c您慢慢来。"),
    ("client", "昨晚没怎么睡\uff0c说话有点慢。"),
    ("counsellor", "没关系\uff0c先坐一会儿也可以。"),
)


async def draw(name: str, folder: Path) -> Path:
    """Render a drawn person and loop the still into what Chromium takes for a camera."""
    still, film = folder / f"{name}.png", folder / f"{name}.mjpeg"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport=SIZE)  # type: ignore[arg-type]  # a plain mapping
        await page.goto((HERE / f"{name}.svg").as_uri())
        await page.screenshot(path=still)
        await browser.close()
    with av.open(str(film), "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = SIZE["width"], SIZE["height"], "yuvj420p"
        stream.options = {"qmin": "2", "qmax": "3"}
        with av.open(str(still)) as drawn:
            frame = next(drawn.decode(video=0)).reformat(format="yuvj420p")
        for place in range(FRAMES):
            frame.pts = place
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return film


def camera(film: Path) -> tuple[str, ...]:
    """The flags of a browser whose camera shows this film."""
    return (GRANT_AT_ONCE, f"--use-file-for-fake-video-capture={film}")


async def main() -> None:
    """Enter as both people, write a few lines, wait for a clear picture, and take it."""
    with tempfile.TemporaryDirectory() as kept:
        films = {name: await draw(name, Path(kept)) for name in ("counsellor", "client")}
        async with (
            gateway() as running,
            person(viewport=DESK, flags=camera(films["counsellor"])) as counsellor,
            person(flags=camera(films["client"])) as client,
        ):
            people: dict[str, Person] = {"counsellor": counsellor, "client": client}
            for name, someone in people.items():
                await someone.page.emulate_media(color_scheme="light")
                await enter(someone, running.links[name])
            for name, line in LINES:
                await write(people[name], line)
            for someone in people.values():
                await sees_the_other(someone, 150)
            # A tap on the picture shows one's own for a moment.
            await counsellor.page.get_by_test_id("remote-video").click()
            await counsellor.page.wait_for_timeout(1500)
            await counsellor.page.screenshot(path=PICTURE)


if __name__ == "__main__":
    asyncio.run(main())
