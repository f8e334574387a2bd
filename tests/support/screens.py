"""Pages as pictures to look at, and what can be checked of them without eyes."""

from __future__ import annotations

from pathlib import Path

from tests.support.browsers import Person

LANGUAGES = ("zh", "en")
SMALL = {"width": 320, "height": 640}


async def shoot(someone: Person, folder: Path, name: str, *, whole: bool = False) -> None:
    """One picture in each language, of the ``whole`` page or of what fits in the window;
    afterwards the page is Chinese again."""
    for language in reversed(LANGUAGES):
        await someone.page.get_by_test_id(f"lang-{language}").first.click()
        await someone.page.wait_for_function(
            "(language) => document.documentElement.lang.startsWith(language)", arg=language
        )
        # Whatever still moves is shown where it will come to rest.
        picture = folder / f"{name}-{language}.png"
        await someone.page.screenshot(path=picture, animations="disabled", full_page=whole)


async def fits(someone: Person) -> None:
    """Nothing is cut off or scrolls sideways (WCAG 1.4.10)."""
    wide = await someone.page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0
