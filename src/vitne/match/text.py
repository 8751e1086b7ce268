"""A match as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.firmware.text import where
from vitne.model import kind_of
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.match.shape import Joined, Match, Silent

_LONGEST = 240
_SILENT = 25
_LINKS = 3


def text(found: Match, *, everything: bool = False) -> Iterator[str]:
    """Give the lines: what fits, what fits nothing, what was silent, what limits all of it."""
    for image in found.images:
        yield f"firmware  {_safe(image.name)}  sha256 {image.sha256}"
    for name, digest in found.captures:
        yield f"capture   {_safe(name)}  sha256 {digest}"
    if not found.joined:
        yield ""
        yield "The case shows nothing readable that was sent beyond the home network."
    for verdict in ("seen sending and present", "sending from nothing we found"):
        rows = [each for each in found.joined if each.verdict == verdict]
        shown = [each for each in rows if everything or _personal(each)]
        if rows:
            yield ""
            yield verdict.capitalize()
        for each in shown:
            yield from _joined(each, everything=everything)
        if len(rows) > len(shown):
            hosts = ", ".join(each.sending.host for each in rows if each not in shown)
            yield f"  attributes alone (model, version and the like) to: {_safe(hosts)}"
    yield from _silent(found.silent, everything=everything)
    yield ""
    yield from found.notes


def _personal(each: Joined) -> bool:
    """Say whether more than attributes was found in a sending."""
    return any(kind_of(word) != "attribute" for word in each.sending.identifiers)


def _joined(each: Joined, *, everything: bool) -> Iterator[str]:
    sending = each.sending
    app = f", app {sending.app}" if sending.app else ""
    uid = f", user {sending.uid}" if sending.uid is not None else ""
    known = f", known sender {sending.sender}" if sending.sender else ""
    yield f"  {_safe(sending.host)}: {', '.join(sending.identifiers)}{_safe(app)}{uid}{known}"
    yield f"    {sending.messages} messages, first {sending.first}"
    yield f"    {_safe(each.why)}"
    for part in each.parts if everything else each.parts[:1]:
        yield f"    {part.strength}: {_safe(part.unit)}  {_safe(part.path)}"
        for link in part.links:
            yield f"      {link.by} {_safe(link.text)}"
            for spot in link.spots[: 4 if everything else _LINKS]:
                yield f"        {where(spot)}"


def _silent(rows: tuple[Silent, ...], *, everything: bool) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield "Present but never seen sending"
    for each in rows if everything else rows[:_SILENT]:
        wakes = f", woken by {', '.join(each.wakes)}" if each.wakes else ""
        known = f", known sender {', '.join(each.senders)}" if each.senders else ""
        yield f"  {_safe(each.unit)}{known}{wakes}"
        yield f"    {_safe(each.path)}"
        for line in each.because if everything else ():
            yield f"    - {_safe(line)}"
        if each.unreadable:
            hosts = ", ".join(each.unreadable)
            yield f"    cannot tell: unreadable bytes went to hosts that it names: {_safe(hosts)}"
    if len(rows) > _SILENT and not everything:
        yield f"  and {len(rows) - _SILENT} more; --verbose lists them, --json holds all"


def _safe(words: str) -> str:
    return visible(words, _LONGEST)
