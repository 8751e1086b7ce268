"""What a caller looks for, so that fields which cannot hold it cost next to nothing.

A large record has hundreds of fields and few of them matter.  A field that has no node is one whose name is
not asked for, whose text nothing can be found in, and in which nothing is wrapped; it counts as a field,
and its range is kept in its parent's ``passed``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vitne.decode.unwrap_gates import anything, worth_opening
from vitne.encodings import Sieve
from vitne.encodings._looks import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vitne.encodings import Gated
    from vitne.encodings._json_shapes import Skimmed
    from vitne.model import Limits

_SHORTEST = 5  # bytes of a text in which anything can be found by its looks
_LONG = 12  # digits from which a number can be an identifier by its looks
_LONGEST = 64  # digits from which a number is opened like a text
_RECORDS = frozenset({"json", "xml"})


class Wanted(Protocol):
    """What is looked for in unwrapped bytes."""

    names: Mapping[bytes | None, bool]
    # by the nearest name of a field as it is spelled, escapes included; None stands for no name

    def may_hold(self, text: bytes) -> bool:
        """Say whether anything may be found in a text, or in texts one a line, by its looks alone."""
        ...

    def may_be(self, digits: bytes) -> bool:
        """Say whether anything may be found in a number, or in numbers one a line, by its looks alone."""
        ...

    def places(self, data: bytes) -> Sequence[tuple[int, int]]:
        """Give the ranges in which a known value may stand."""
        ...

    def owned(self, data: bytes) -> Sequence[tuple[int, int]]:
        """Give those of them in which one may stand that counts in what is received, too."""
        ...

    def skims(self, path: str) -> bool:
        """Say whether fields of this message part matter by their names and looks alone."""
        ...

    def answers(self, data: bytes) -> bool:
        """Say whether a field that tells whether a message was accepted may stand in a received record."""
        ...


def skimmed(
    wanted: Wanted,
    encoding: Gated,
    data: bytes,
    *,
    limits: Limits,
    spans: Sequence[tuple[int, int]] | None = None,
) -> Skimmed | None:
    """Give the fields of a record that matter; None where the encoding has to read all of it.

    ``spans`` are the ranges in which a known value may stand, None where that is to be asked.
    """
    skim = getattr(encoding, "skim", None)
    if skim is None:
        return None
    found: Skimmed | None = skim(
        data, limits, _sieve(wanted, wanted.places(data) if spans is None else spans)
    )
    return found


def idle(wanted: Wanted, encoding: Gated, data: bytes) -> bool:
    """Say whether a received record holds nothing of interest: it is searched as a whole all the same."""
    if encoding.name not in _RECORDS or not readable(data) or wanted.answers(data) or wanted.owned(data):
        return False
    plain = getattr(encoding, "plain", None)
    return plain is None or b"\\" not in data or not wanted.owned(plain(data))


def _sieve(wanted: Wanted, spans: Sequence[tuple[int, int]]) -> Sieve:
    may_hold, may_be = wanted.may_hold, wanted.may_be

    def texts(text: bytes) -> bool:
        if b"\\" in text:
            return True
        if len(text) < _SHORTEST:
            return False
        return b"=" in text or b":" in text or worth_opening(text) or may_hold(text)

    def numbers(text: bytes) -> bool:
        if len(text) < _LONG:
            return False
        return len(text) >= _LONGEST or b"e" in text or b"E" in text or may_be(text)

    def nothing(names: Iterable[bytes], strings: list[bytes], digits: list[bytes]) -> bool:
        asked = wanted.names
        named = list(names)
        if any(map(asked.__getitem__, named)) or (not named and asked[None]):
            return False
        text = b"\n".join(strings)
        if b"=" in text or b":" in text or anything(text):
            return False
        long = [number for number in digits if len(number) >= _LONG]
        if max(map(len, long), default=0) >= _LONGEST or may_hold(b"\n".join([*named, text])):
            return False
        number = b"\n".join(long)
        return not (b"e" in number or b"E" in number or may_be(number))

    return Sieve(names=wanted.names, texts=texts, numbers=numbers, spans=spans, nothing=nothing)
