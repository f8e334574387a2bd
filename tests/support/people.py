"""Names and words that tests use for people, so that a log guard can look for them."""

from __future__ import annotations

from typing import Final

COUNSELLOR_NAME: Final = "李老师-Seeded"
CLIENT_NAME: Final = "来访者-Seeded"
COUNSELLOR_IDENTITY: Final = "seeded-counsellor-7319"
CLIENT_IDENTITY: Final = "seeded-client-4482"
SECRET_TEXT: Final = "昨晚又没睡好 seeded-sentence"

SEEDED: Final = (
    COUNSELLOR_NAME,
    CLIENT_NAME,
    COUNSELLOR_IDENTITY,
    CLIENT_IDENTITY,
    SECRET_TEXT,
    "李老师",
    "来访者",
)
