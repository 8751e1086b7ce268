"""Options of encrypted cases: locking and unlocking one, and the identity that opens it for other verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

_MAGIC = b"age-encryption.org/v1"
_NOT_OPENED = {"wipe", "unlock", "lock", "verify"}
"""Verbs that take an encrypted case as it is."""


def add(verbs: Any) -> None:
    """Add the verbs, and the identity to all verbs that read a case."""
    lock = verbs.add_parser(
        "lock", help="encrypt a case in place: a passphrase or a key opens it, nothing else"
    )
    lock.add_argument("case", metavar="CASE", help="a case folder or a bag; it becomes the file CASE.age")
    unlock = verbs.add_parser("unlock", help="write an encrypted case back as a folder")
    unlock.add_argument("case", metavar="CASE.age", help="an encrypted case")
    add_encrypt(lock)
    for name, parser in verbs.choices.items():
        own = {each.dest: each for each in parser._actions}  # noqa: SLF001  (argparse tells them nowhere else)
        if (
            "case" in own
            and not own["case"].option_strings
            and "identity" not in own
            and name not in {"lock", "wipe"}
        ):
            parser.add_argument(
                "--identity",
                metavar="FILE",
                help="age identity that opens an encrypted case, else a passphrase",
            )


def add_encrypt(parser: argparse.ArgumentParser) -> None:
    """Add what a case is encrypted for to a verb that makes or keeps one."""
    parser.add_argument(
        "--encrypt",
        metavar="RECIPIENT",
        action="append",
        default=[],
        help="keep the case as one age file that this recipient (age1...) opens; - asks for a passphrase",
    )


def asks(options: argparse.Namespace) -> bool:
    """Say whether a command is about an encrypted case: one to be opened for it, or one to be made."""
    if options.verb == "scan":
        return bool(options.encrypt)
    case = getattr(options, "case", None)
    return isinstance(case, str) and options.verb not in _NOT_OPENED and is_locked(case)


def is_locked(case: str) -> bool:
    """Say whether there is an age file at a place."""
    import stat
    from pathlib import Path

    try:
        place = Path(case)
        if not stat.S_ISREG(place.stat().st_mode):
            return False
        with place.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except (OSError, ValueError):
        return False
