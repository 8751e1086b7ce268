"""Answers kept in a case: each raw answer with the question, the time and its digest; and the facts in them.

Layout: ``lookups/answers.jsonl`` holds one row a question in the order asked, ``lookups/raw/DIGEST`` the
bytes of an answer as received.  A row whose bytes are gone or changed is left out and told.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from vitne.lookups.dns import dns_facts
from vitne.lookups.rdap import rdap_facts
from vitne.lookups.tls import certificate_facts
from vitne.lookups.whois import whois_facts
from vitne.model import Malformed, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model.attribution import Fact

FOLDER = "lookups"
_MOST = 4 << 20
Way = Literal["rdap", "whois", "dns", "certificate"]


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question that was sent, and what came back."""

    way: Way
    subject: str  # domain, host or address that was asked about
    server: str  # who was asked: URL, or host and port
    asked_at: str  # RFC 3339, UTC
    status: str  # "answered", or why not: "timeout", "429", "not found", …
    sha256: str = ""  # digest of the raw answer, "" without one
    size: int = 0  # bytes of it
    redirects: tuple[str, ...] = ()  # servers that sent the question on


def keep(folder: Path, answer: Answer, raw: bytes) -> Answer:
    """Write an answer down at once, so that an interruption loses none; raises StoreError."""
    digest = hashlib.sha256(raw).hexdigest() if raw else ""
    answer = msgspec.structs.replace(answer, sha256=digest, size=len(raw))
    place = folder / FOLDER
    try:
        (place / "raw").mkdir(parents=True, exist_ok=True)
        if raw:
            (place / "raw" / digest).write_bytes(raw)
        with (place / "answers.jsonl").open("ab") as stream:
            stream.write(msgspec.json.encode(answer) + b"\n")
    except OSError as error:
        raise StoreError(f"an answer cannot be kept ({error.strerror})", where=str(place)) from error
    return answer


def read_answers(folder: Path) -> list[tuple[Answer, bytes]]:
    """Give the answers of a case with their bytes; raises StoreError where a row is none."""
    place = folder / FOLDER / "answers.jsonl"
    if not place.is_file():
        return []
    out = []
    decoder = msgspec.json.Decoder(Answer)
    try:
        for line in place.read_bytes().splitlines():
            answer = decoder.decode(line)
            raw = _raw(folder, answer)
            if raw is not None:
                out.append((answer, raw))
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(
            f"the answers of this case cannot be read ({type(error).__name__})",
            where=str(place),
            next_step="take the folder away and ask again with: vitne attribute CASE --online",
        ) from error
    return out


def _raw(folder: Path, answer: Answer) -> bytes | None:
    """Give the bytes of an answer, None where they are not what was kept."""
    if not answer.sha256:
        return b""
    place = folder / FOLDER / "raw" / Path(answer.sha256).name
    if not place.is_file() or place.stat().st_size > _MOST:
        return None
    raw = place.read_bytes()
    return raw if hashlib.sha256(raw).hexdigest() == answer.sha256 else None


_READERS = {"rdap": rdap_facts, "whois": whois_facts, "dns": dns_facts, "certificate": certificate_facts}


def facts_of(answers: Iterable[tuple[Answer, bytes]]) -> dict[str, list[Fact]]:
    """Give the facts in answers by what was asked about; the latest answer of one server stands."""
    latest: dict[tuple[str, str, str], tuple[Answer, bytes]] = {}
    for answer, raw in answers:
        if answer.status == "answered" and raw:
            latest[answer.way, answer.subject, answer.server] = (answer, raw)
    out: dict[str, list[Fact]] = {}
    for (way, subject, server), (answer, raw) in latest.items():
        source = f"{way} {server}"
        try:
            facts = list(_READERS[way](raw, subject))
        except Malformed:
            continue
        out.setdefault(subject, []).extend(
            msgspec.structs.replace(
                fact, source=source, date=answer.asked_at[:10], place=f"sha256 {answer.sha256[:16]}"
            )
            for fact in facts
        )
    return out
