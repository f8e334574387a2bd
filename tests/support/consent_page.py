"""The parts of docs/consent.md that are tables: diagrams, made of them.

``python -m tests.support.consent_page`` writes them anew between their marks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from signaling.domain.consent.artefact import ARTEFACT, OPEN
from signaling.domain.consent.later import LATER
from signaling.domain.consent.table import CONSENT

PAGE: Final = Path(__file__).parents[2] / "docs" / "consent.md"
_BETWEEN: Final = re.compile(r"(<!-- the (\w+) table -->\n).*?(<!-- to here -->)", re.DOTALL)


def diagrams() -> dict[str, str]:
    """The tables, each as a state diagram of Mermaid."""
    consent = [(stage, turn, following) for (stage, turn), following in CONSENT.items()]
    artefact = [
        (stage, turn, back)
        for (stage, turn), following in ARTEFACT.items()
        for back in ([following] if following else sorted(OPEN))
    ]
    later = [(stage, turn, following) for (stage, turn), following in LATER.items() if stage]
    return {
        "consent": _diagram(consent, "off"),
        "artefact": _diagram(artefact, "sealed"),
        "later": _diagram(later, "asked"),
    }


def _diagram(rows: Iterable[tuple[str, str, str]], first: str) -> str:
    """One arrow for all turns between two stages."""
    turns = defaultdict(list)
    for stage, turn, following in rows:
        turns[str(stage), str(following)].append(str(turn))
    arrows = [
        f"  {stage} --> {following}: {', '.join(names)}"
        for (stage, following), names in turns.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"  [*] --> {first}", *arrows, "```", ""])


def page(text: str) -> str:
    """The page with the diagrams of today."""
    drawn = diagrams()
    return _BETWEEN.sub(lambda found: found[1] + drawn[found[2]] + found[3], text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
