"""Base64 in its dialects: standard and URL-safe, padded or not, in one line or wrapped.

summary: three bytes as four letters, in any wrapping
specification: RFC 4648 sections 4 and 5; RFC 2045 section 6.8

Lines are joined before decoding, never decoded one by one: a value may straddle a line end.  Base64 has no
end mark: a cut-off text cannot be told from a whole one, but where a letter or two are left over.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Any

from vitne.encodings._base64_lines import Lines
from vitne.encodings._looks import media, packed, readable
from vitne.encodings._outcomes import structured
from vitne.encodings._proto_fields import plausible
from vitne.kernel.letters import may_begin_inside
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_TOKEN = re.compile(rb"[A-Za-z0-9+/_-]{16,}+(?:\r?\n[A-Za-z0-9+/_-]++)*+(?:(?:\r?\n)?=){0,2}(?:\r?\n)?")
_WHOLE = re.compile(
    rb"[ \t\r\n]*+[A-Za-z0-9+/_-]{4,}+(?:[ \t]*+\r?\n[ \t]*+[A-Za-z0-9+/_-]++)*+"
    rb"(?:(?:\r?\n)?=){0,2}+[\x00 \t\r\n]*+"
)
_SPACED = re.compile(rb"[A-Za-z0-9+/_-]++(?: [A-Za-z0-9+/_-]++)++={0,2}[ \r\n]*+")
_NARROW, _WIDE = 16, 128  # letters of a line behind which a space may stand for its end
_BODY = re.compile(rb"[A-Za-z0-9+/_-]")
_URL_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_STANDARD_TO_URL = bytes.maketrans(b"+/", b"-_")
_ENDS = b"\x00 \t\r\n"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_SHORT = 24  # letters of a word of which only the whole is read
_SPACE = re.compile(rb"[\x00 \t\r\n]")
_DIGIT, _UPPER, _LOWER = re.compile(rb"[0-9+/_-]"), re.compile(rb"[A-Z]"), re.compile(rb"[a-z]")
_SURELY_LONG = 4096  # letters from which a token is read without a look at its kinds of letters
_LONGEST_KNOWN = 256  # letters of a token that is kept in mind
_MOST_KNOWN = 4096  # tokens kept in mind
_LEAST_TEXT = 6  # bytes of a text that a whole word stands for
_PROBE = 48  # letters decoded to see whether a run begins at a place
_IDENTIFIERS = frozenset({16, 20})  # bytes of identifiers and digests: even bytes that tell nothing
_SHORTEST_RANDOM = 32  # decoded bytes from which unreadable contents count as base64


class Base64:
    """Tokens that decode to something: text, a known format, or many even bytes."""

    name = "base64"
    summary = "three bytes as four letters, in any wrapping"
    specification = "RFC 4648 sections 4 and 5; RFC 2045 section 6.8"
    family: Family = "text"
    order = 40
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the tokens of the data, joined over line ends of equal width."""
        if len(data) < _SHORT and _says_nothing(data):
            return
        if _BODY.match(data) and (_WHOLE.fullmatch(data) or _spaced(data)):
            child = self._read(data, 0, len(data), limits)
            if child is None or not readable(child.data):
                child = self._inside(data, 0, len(data), limits) or child
            if child and _worth(data, child, whole=True):
                yield child
                return
            if _SPACE.search(data) is None:
                return  # one token, and what is asked of a token was asked of it
        yield from self._tokens(data, limits)

    def _tokens(self, data: bytes, limits: Limits) -> Iterator[Child]:
        count = 0
        nothing: set[bytes] = set()  # tokens in which nothing was found: patterns repeat by the ten thousand
        for match in _TOKEN.finditer(data):
            if count >= limits.children:
                return
            if (token := match.group()) in nothing:
                continue
            before = count
            for child in self._token(data, match, limits):
                count += 1
                yield child
            if count == before and len(token) <= _LONGEST_KNOWN and len(nothing) < _MOST_KNOWN:
                nothing.add(token)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where other letters are in them."""
        if not _WHOLE.fullmatch(data) and not _spaced(data):
            raise Malformed("letters outside the base64 alphabet", at=0)
        child = self._read(data, 0, len(data), limits)
        if child is None:
            raise Malformed("not base64: both alphabets, or too short", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write the contents in the alphabet, padding and lines of the captured text."""
        known = dict(child.params)
        text = binascii.b2a_base64(child.data, newline=False)
        padding = len(text) - len(text := text.rstrip(b"="))
        if known.get("alphabet") == "url":
            text = text.translate(_STANDARD_TO_URL)
        if "last" in known:
            text = text[:-1] + known["last"].encode("latin-1")
        padding = known.get("padding", padding)
        return Lines.of(child.params).join(text + b"=" * padding)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which letters hold bytes [start, end) of the contents."""
        del data
        lines = Lines.of(child.params)
        if start >= end:
            at = min(child.start + lines.position(start * 8 // 6), child.end)  # no line follows the last
            return at, at
        first, last = start * 8 // 6, (end * 8 - 1) // 6
        return child.start + lines.position(first), child.start + lines.position(last) + 1

    def _token(self, data: bytes, match: re.Match[bytes], limits: Limits) -> Iterator[Child]:
        start, end = match.span()
        spans = [(start, end)]
        if b"\n" in match.group() and not Lines.split(match.group())[1].uniform:
            spans = [one.span() for one in re.finditer(rb"[A-Za-z0-9+/_-]{16,}={0,2}", data[start:end])]
            spans = [(start + a, start + b) for a, b in spans][: limits.children]
        for a, b in spans:
            child = self._read(data, a, b, limits) if _may_hold(data, a, b) else None
            if child is None or not _telling(child.data):
                child = self._inside(data, a, b, limits) or child
            if child and _worth(data, child, whole=False):
                yield child

    def _inside(self, data: bytes, start: int, end: int, limits: Limits) -> Child | None:
        """Look behind slashes and at other starts, for runs that nothing delimits: a short probe first."""
        if end - start < _SHORT or not may_begin_inside(data, start, end):
            return None
        begins = [*range(start + 1, start + 4)]
        slash = data.find(b"/", start, start + 256)
        while slash >= 0 and len(begins) < 19:
            begins.append(slash + 1)
            slash = data.find(b"/", slash + 1, start + 256)
        for begin in sorted(set(begins)):
            slash = data.find(b"/", begin, end)
            probe = min(begin + _PROBE, end)
            if not _begins(data[begin:probe]) and not (0 <= slash < probe and _begins(data[begin:slash])):
                continue
            for stop in (end, slash if slash >= 0 else end):
                child = self._read(data, begin, stop, limits)
                if child and _telling(child.data):
                    return child
        return None

    def _read(self, data: bytes, start: int, end: int, limits: Limits) -> Child | None:
        most = limits.size // 3 * 4
        stop = min(end, start + most + most // 2)
        letters, lines = Lines.split(data[start:stop])
        text = letters.rstrip(b"=")
        params: list[tuple[str, Any]] = []
        complete = stop == end
        if not complete or len(text) > most:
            text, complete = text[: min(most, len(text) // 4 * 4)], False
            letters = text
        elif len(text) % 4 == 1:
            text, complete = text[:-1], False
            letters = text
        url = b"-" in text or b"_" in text
        if url and (b"+" in text or b"/" in text):
            return None
        if url:
            params.append(("alphabet", "url"))
            text = text.translate(_URL_TO_STANDARD)
        if len(text) < 2:
            return None
        decoded = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
        padding = len(letters) - len(text)
        if padding != -len(text) % 4:
            params.append(("padding", padding))
        if len(text) % 4:
            last = binascii.b2a_base64(decoded[-(len(decoded) % 3) :], newline=False).rstrip(b"=")[-1]
            if last != text[-1]:
                params.append(("last", letters[len(text) - 1 : len(text)].decode("latin-1")))
        params += lines.params(len(letters), whole=complete)
        if not complete:
            stop = start + lines.position(len(letters) - 1) + 1
        return Child(data=decoded, start=start, end=stop, params=tuple(params), complete=complete)


def _says_nothing(word: bytes) -> bool:
    """Say whether a short word of one or two kinds of letters is no base64: what comes out says nothing."""
    if word.translate(None, _LETTERS) or _mixed(word):
        return False
    text = word.translate(_URL_TO_STANDARD)
    text = text[: len(text) - (len(text) % 4 == 1)]
    decoded = binascii.a2b_base64(text + b"=" * (-len(text) % 4)) if text else b""
    return not packed(decoded) and (len(decoded) < _LEAST_TEXT or not readable(decoded))


def _spaced(data: bytes) -> bool:
    """Say whether lines of equal width are joined by spaces, as forms and headers leave them."""
    width = data.find(b" ", 0, _WIDE + 1)
    if width < _NARROW or width % 4 or _SPACED.fullmatch(data) is None:
        return False
    return Lines.split(data)[1].uniform


def _begins(text: bytes) -> bool:
    """Say whether the first letters of a run, line ends and all, decode to what speaks for itself."""
    letters = text.translate(None, _ENDS).split(b"=")[0]
    if b"-" in letters or b"_" in letters:
        if b"+" in letters or b"/" in letters:
            return False
        letters = letters.translate(_URL_TO_STANDARD)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return len(letters) >= 2 and _telling(binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)))


def _may_hold(data: bytes, start: int, end: int) -> bool:
    """Say whether a token may be base64 from its first letter: what is not mixed has to begin telling."""
    if end - start > _SURELY_LONG or _mixed(data[start:end]):
        return True
    return _begins(data[start:end])


def _mixed(token: bytes) -> bool:
    return (
        _DIGIT.search(token) is not None
        and _UPPER.search(token) is not None
        and _LOWER.search(token) is not None
    )


def _telling(decoded: bytes) -> bool:
    """Say whether what came out speaks for itself: text, or a compressed stream."""
    return packed(decoded) or (len(decoded) >= 12 and readable(decoded))


def _worth(data: bytes, child: Child, *, whole: bool) -> bool:
    """Say whether what came out is something, and not the chance reading of a word."""
    decoded = child.data
    if _telling(decoded) or (whole and len(decoded) >= _LEAST_TEXT and readable(decoded)):
        return True
    token = data[child.start : child.end]
    if not _mixed(token):
        return False
    if token.count(b"/") > 2 + len(token) // 16 or token.count(b"-") > 2 + len(token) // 16:
        return False
    if len(decoded) >= _SHORTEST_RANDOM or media(decoded) or plausible(decoded):
        return True
    return whole and len(decoded) not in _IDENTIFIERS and structured(decoded)


encoding = Base64()
