"""Subjects of very many invented values, which are written in very many spellings."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

from vitne.identify.subject import read_subject
from vitne.identify.values import canonical
from vitne.identify.variants import needles

if TYPE_CHECKING:
    from pathlib import Path

CLOSE = 320
"""Values that are written in about a hundred thousand spellings."""


def _imei(chance: random.Random) -> str:
    digits = f"49015420{chance.randrange(10**6):06d}"
    total = sum(sum(divmod(int(one) * (1 + at % 2), 10)) for at, one in enumerate(digits))
    return digits + str(-total % 10)


def subject_of(count: int, folder: Path) -> tuple[Path, int]:
    """Write a subject file of so many values; give it and in how many spellings they are searched for."""
    chance = random.Random(count)
    made = []
    for number in range(count):
        kind = ("imei", "msisdn", "email-address", "android-id")[number % 4]
        match kind:
            case "imei":
                value = _imei(chance)
            case "msisdn":
                value = f"+474{chance.randrange(10**7):07d}"
            case "email-address":
                value = "".join(chance.choices(string.ascii_lowercase, k=9)) + "@post.example"
            case _:
                value = f"{chance.getrandbits(64):016x}"
        made.append(f'[[known]]\nidentifier = "{kind}"\nvalue = "{value}"\n')
    path = folder / f"subject-{count}.toml"
    path.touch(mode=0o600)
    path.write_text("\n".join(made))
    return path, len(needles(tuple(map(canonical, read_subject(path)[0].seeds))))
