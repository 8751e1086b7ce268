r"""Texts in which some bytes are spelled by escapes: %41, \u0041, &#65;, =41.

What was escaped, and how, is kept as the set of spellings met where each escaped thing is always spelled
the same; else as a list of places.  So the captured text can be written again byte for byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitne.model import Limits

_MOST_TURNS = 32  # escaped things that are spelled again one after the other; of more all at once
MOST_PLACES = 4096  # escapes listed by place; with more the text cannot be written again


class Escapes:
    """One way of escaping: what an escape looks like, and what it stands for."""

    def __init__(
        self,
        pattern: re.Pattern[bytes],
        one: Callable[[bytes], bytes],
        quick: Callable[[bytes], bytes | None] | None = None,
    ) -> None:
        self.pattern = pattern  # one escape
        self.one = one  # what an escape stands for
        self._quick = quick  # gives the same as the pattern for most texts, and None for the others

    def decode(self, raw: bytes) -> bytes:
        """Replace every escape by what it stands for."""
        done = self._quick(raw) if self._quick is not None else None
        if done is not None:
            return done
        one = self.one
        known: dict[bytes, bytes] = {}

        def put(match: re.Match[bytes]) -> bytes:
            spelled = match.group()
            stands = known.get(spelled)
            if stands is None:
                stands = known[spelled] = one(spelled)
            return stands

        return self.pattern.sub(put, raw)

    def params(self, raw: bytes, decoded: bytes) -> tuple[tuple[str, Any], ...]:
        """Give what wrap() needs to turn the decoded bytes into the raw ones."""
        spellings = tuple(sorted([spelled.decode("latin-1") for spelled in set(self.pattern.findall(raw))]))
        if not spellings:
            return ()
        if len(spellings) <= MOST_PLACES:
            kept = (("escapes", spellings),)
            if self._spell_all(decoded, spellings) == raw:
                return kept
        places: list[tuple[int, str]] = []
        shift = 0  # raw bytes minus decoded bytes so far
        for match in self.pattern.finditer(raw):
            if len(places) == MOST_PLACES:
                return ()
            spelled = match.group()
            places.append((match.start() - shift, spelled.decode("latin-1")))
            shift += len(spelled) - len(self.one(spelled))
        return (("escapes_at", tuple(places)),)

    def wrap(self, child: Child) -> bytes:
        """Write the child's bytes with the escapes that its params tell."""
        for name, value in child.params:
            if name == "escapes":
                return self._spell_all(child.data, value)
            if name == "escapes_at":
                return self._spell_at(child.data, value)
        return child.data

    def _spell_all(self, decoded: bytes, spellings: tuple[str, ...]) -> bytes:
        known: dict[bytes, bytes] = {}
        for text in spellings:
            spelled = text.encode("latin-1")
            known[self.one(spelled)] = spelled
        known.pop(b"", None)
        if not known:
            return decoded
        turns = _turns(known) if len(known) <= _MOST_TURNS else None
        if turns is not None:
            for stands in turns:
                decoded = decoded.replace(stands, known[stands])
            return decoded
        if all(len(stands) == 1 for stands in known):
            pattern = re.compile(b"[" + b"".join(re.escape(stands) for stands in known) + b"]")
        else:
            longest_first = sorted(known, key=lambda stands: (-len(stands), stands))
            pattern = re.compile(b"|".join(re.escape(stands) for stands in longest_first))
        return pattern.sub(lambda match: known[match.group()], decoded)

    def _spell_at(self, decoded: bytes, places: tuple[tuple[int, str], ...]) -> bytes:
        out = []
        done = 0
        for at, text in places:
            spelled = text.encode("latin-1")
            out += [decoded[done:at], spelled]
            done = at + len(self.one(spelled))
        out.append(decoded[done:])
        return b"".join(out)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes of the parent's data hold bytes [start, end) of the child's data."""
        shift = child.start  # parent position minus child position
        first = None
        for match in self.pattern.finditer(data, child.start, child.end):
            at = match.start() - shift
            width = len(self.one(match.group()))
            if first is None and start < at + width:
                first = match.start() if start >= at else start + shift
            if end <= at:
                break
            shift += match.end() - match.start() - width
            if end < at + width or (end == at + width and width):
                return (start + shift if first is None else first), match.end()
        return (start + shift if first is None else first), end + shift


def _turns(known: dict[bytes, bytes]) -> list[bytes] | None:
    """Give an order in which bytes can be spelled one after the other; none where they need one another."""
    left, turns = set(known), []
    while left:
        for stands in sorted(left):
            if len(stands) == 1 and not any(other in known[stands] for other in left if other != stands):
                break
        else:
            return None
        left.remove(stands)
        turns.append(stands)
    return turns


class Unescaped:
    """A text that is unescaped as a whole: all that encodings of one way of escaping share."""

    readable = True
    exact = True

    def __init__(self, escapes: Escapes, gate: re.Pattern[bytes]) -> None:
        self._escapes = escapes
        self._gate = gate  # what has to stand in a text that is unescaped without being announced

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text unescaped where something in it speaks for this way of escaping."""
        if self._gate.search(data):
            yield from self.unwrap(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole text unescaped."""
        raw = data[: limits.size]
        decoded = self._escapes.decode(raw)
        params = self._escapes.params(raw, decoded)
        yield Child(data=decoded, start=0, end=len(raw), params=params, complete=len(raw) == len(data))

    def wrap(self, child: Child) -> bytes:
        """Escape again what was escaped, as it was."""
        return self._escapes.wrap(child)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes of the text spell bytes [start, end) of the child."""
        return self._escapes.locate(data, child, start, end)
