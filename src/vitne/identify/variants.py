"""Variants: what codecs make of a spelling, as needles; and writing a value again to prove a hit.

A chain of layers goes from the spelling outwards: ``(("sha256", ()), ("hex", (("case", "lower"),)))`` is the
hexadecimal text of the digest of the spelling.  ``write`` applies a chain; every needle is what it gives.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from vitne.identify.chains import Chains
from vitne.identify.checks import luhn
from vitne.identify.codecs import CODECS, EXCHANGES, HASHES
from vitne.identify.needles import Border, Layers, Needle
from vitne.identify.spellings import ADDRESSES, spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.identify.spellings import Spelling
    from vitne.model import Seed

USUAL_HASHES = ("md5", "sha1", "sha256")
HEXADECIMAL = frozenset(
    {"android-id", "gsf-id", "meid", "advertising-id", "oaid", "vendor-id", "install-id", "cell-id"}
)
KEEPS_LETTERS = frozenset({"percent", "utf-16", "json-escapes", "html-numeric"})  # the value's own case shows
CUT_SHORT = (("md5", 16), ("sha1", 16), ("sha256", 16), ("sha256", 20), ("sha256", 32))
CHARSETS = ("gb18030", "big5", "utf-7")
LEAST_BINARY = 5  # bytes: fewer turn up by chance
LEAST_TEXT = 4  # bytes of a spelling that is worth encoding
LEAST_INTEGER = 1 << 40


def write(text: bytes, layers: Layers) -> bytes:
    """Write a spelling through a chain of codecs; KeyError for an unknown one, ValueError if it cannot."""
    for codec, params in layers:
        text = CODECS[codec](text, dict(params))
    return text


def needles(seeds: Sequence[Seed]) -> list[Needle]:
    """Make the needles of all seeds; within one seed no two find the same bytes."""
    found: list[Needle] = []
    for row, seed in enumerate(seeds):
        unique: dict[tuple[bytes, int], Needle] = {}
        for needle in _of(row, seed):
            if len(needle.data) >= 3:
                key = needle.data.lower() if needle.fold else needle.data
                unique.setdefault((key, needle.tail), needle)
        found.extend(unique.values())
    return found


def _of(row: int, seed: Seed) -> Iterator[Needle]:
    spellings = spell(seed)
    for spelling in spellings:
        text = spelling.text.encode()
        yield _needle(row, spelling, Variant(spelling.name, text, (), spelling.fold, text, None))
    variants = _variants if seed.origin == "subject" else _few_variants
    for spelling in spellings:
        if spelling.coded and len(spelling.text.encode()) >= LEAST_TEXT:
            for variant in variants(spelling, seed.identifier):
                yield _needle(row, spelling, variant)


class Variant(NamedTuple):
    """One way to write a spelling."""

    name: str  # name of the spelling with its case
    text: bytes  # the spelling in that case
    layers: Layers  # codecs, innermost first
    fold: bool  # ASCII letters match in either case
    data: bytes  # the text through the codecs
    border: Border | None  # what may not stand beside it; None where the spelling says so


def _variants(spelling: Spelling, identifier: str) -> Iterator[Variant]:
    loose = spelling.fold or spelling.border == "digit"
    strong = not spelling.weak
    encoded, hashed = _prepared()
    for name, cased in spelling.cases():
        text = cased.encode()
        for layers in () if cased.isascii() else _in_charsets(cased):
            yield _variant(name, text, layers, fold=False)
        for data, layers, (fold, keeps, border) in encoded.written(text):
            yield Variant(name, text, layers, fold and (loose or not keeps), data, border)
        for layers, fold in _swapped(text) if strong else ():
            yield _variant(name, text, layers, fold=fold and loose)
        for data, layers, (fold, _, border) in hashed.written(text) if strong and spelling.hashed else ():
            yield Variant(name, text, layers, fold, data, border)
    yield from _in_numbers(spelling, identifier)


def _in_numbers(spelling: Spelling, identifier: str) -> Iterator[Variant]:
    text = spelling.text.encode()
    for layers, fold in _numbers(spelling, identifier):
        yield _variant(spelling.name, text, layers, fold=fold)


def _variant(name: str, text: bytes, layers: Layers, *, fold: bool) -> Variant:
    return Variant(name, text, layers, fold, write(text, layers), _token(layers))


_Word = tuple[bool, bool, "Border | None"]


@cache
def _prepared() -> tuple[Chains[_Word], Chains[_Word]]:
    """Prepare the chains of every text, each with whether letters fold, are kept, and what its border is."""

    def told(chains: Iterator[tuple[Layers, bool]]) -> Chains[_Word]:
        words = ((layers, (fold, layers[0][0] in KEEPS_LETTERS, _token(layers))) for layers, fold in chains)
        return Chains(words, CODECS)

    return told(_encoded()), told(_hashed())


def _few_variants(spelling: Spelling, identifier: str) -> Iterator[Variant]:
    """Give the usual digests and the raw bytes alone: a capture may show the addresses of a whole network.

    What is wrapped otherwise is found where it is unwrapped.
    """
    for name, cased in spelling.cases():
        text = cased.encode()
        for digest in () if spelling.weak or not spelling.hashed else USUAL_HASHES:
            layers = ((digest, ()), _layer("hex", case="lower"))
            yield _variant(name, text, layers, fold=True)
    yield from _in_numbers(spelling, identifier)


def _needle(row: int, spelling: Spelling, variant: Variant) -> Needle:
    return Needle(
        seed=row,
        data=variant.data,
        text=variant.text,
        spelling=variant.name,
        layers=variant.layers,
        fold=variant.fold,
        border=variant.border or spelling.border,
        tail=spelling.tail,
        weak=spelling.weak,
    )


SEEN_THROUGH = frozenset(
    {"hex", "utf-16", "base64", "base64url", "percent"}
)  # borders of the value can be seen through these


def _token(layers: Layers) -> Border | None:
    """Say what may not stand beside a digest or a number: it is a token of its own; None for a text."""
    if not layers or layers[0][0] in SEEN_THROUGH:
        return None
    if layers[-1][0] == "hex":
        return "hex"
    return "word" if layers[-1][0] == "integer" or ("whole", True) in layers[-1][1] else "none"


def _layer(codec: str, **params: Any) -> tuple[str, tuple[tuple[str, Any], ...]]:
    return codec, tuple(params.items())


def _encoded() -> Iterator[tuple[Layers, bool]]:
    """Give the chains for a text as it stands, and whether letters fold."""
    yield (_layer("hex", case="lower"),), True
    for shift in range(3):
        yield (_layer("base64", shift=shift),), False
        yield (_layer("base64url", shift=shift),), False
    yield (_layer("percent", all=True),), True
    for plus in (False, True):
        yield (_layer("percent", all=False, plus=plus),), True
    for order in ("le", "be"):
        yield (_layer("utf-16", order=order),), True
    for all_of in (True, False):
        yield (_layer("json-escapes", all=all_of),), True
        yield (_layer("html-numeric", all=all_of, base=10),), True
    yield (_layer("html-numeric", all=True, base=16),), True
    yield (_layer("byte-escapes"),), True
    yield (_layer("spaced", mark="-"),), True


def _in_charsets(text: str) -> Iterator[Layers]:
    """Give the chains for a text of other letters than ASCII in the sets that senders use beside UTF-8."""
    for charset in CHARSETS:
        try:
            written = text.encode(charset)
        except UnicodeEncodeError:
            continue
        if len(written) >= LEAST_BINARY and charset != "utf-7":
            yield (_layer("charset", charset=charset),)
            yield (_layer("charset", charset=charset), _layer("percent", all=True))
            yield (_layer("charset", charset=charset), _layer("percent", all=False, plus=False))
        elif charset == "utf-7":
            yield (_layer("charset", charset=charset),)


def _swapped(text: bytes) -> Iterator[tuple[Layers, bool]]:
    """Give the chains that hide a text from simple filters: backwards, and letters or digits exchanged."""
    yield (_layer("reverse"),), True
    for name, table in EXCHANGES.items():
        if text.translate(table) != text:
            yield (_layer(name),), name != "rot47"


def _hashed() -> Iterator[tuple[Layers, bool]]:
    """Give the chains for digests: hexadecimal, base64, raw; half an MD5 is a habit of some senders."""
    for name in HASHES:
        digest = (name, ())
        yield (digest, _layer("hex", case="lower")), True
        yield (digest, _layer("base64", shift=0)), False
        yield (digest, _layer("base64url", shift=0)), False
        yield (digest,), False
    yield (("md5", ()), _layer("hex", case="lower", start=8, end=24)), True
    for name, end in CUT_SHORT:
        yield ((name, ()), _layer("hex", case="lower", end=end)), True
    for name in ("md5", "sha1", "sha256"):
        once = ((name, ()), _layer("hex", case="lower"))
        yield (*once, *once), True
        yield ((name, ()), _layer("hex", case="lower", mark=":")), True
    for name in ("sha3_256", "blake2b"):
        yield ((name, ()), _layer("hex", case="lower")), True
    yield (("md5", ()), _layer("buvid")), True


def _numbers(spelling: Spelling, identifier: str) -> Iterator[tuple[Layers, bool]]:
    """Give the chains that write digits as numbers: BCD, integers, and raw bytes of hexadecimal spellings."""
    text = spelling.text
    if luhn.only_digits(text) and spelling.border == "digit" and not spelling.weak:
        yield from _decimal(text)
    elif spelling.border == "hex" and (identifier in HEXADECIMAL or identifier in ADDRESSES):
        yield from _hexadecimal(text, address=identifier != "cell-id")


def _decimal(text: str) -> Iterator[tuple[Layers, bool]]:
    if (len(text) + 1) // 2 >= LEAST_BINARY:
        for swapped in (False, True):
            yield (_layer("bcd", swapped=swapped),), False
        yield (_layer("bcd", swapped=True), _layer("hex", case="lower")), True
        if len(text) % 2:  # TS 24.008 10.5.1.4: the first digit shares its byte with type and parity
            yield (_layer("bcd", swapped=True, skip=1),), False
    number = int(text)
    if not LEAST_INTEGER <= number < 1 << 64:
        return
    for order in ("little", "big"):
        yield (_layer("integer-bytes", order=order, size=8),), False
        if number < 1 << 53:
            yield (_layer("float64", order=order),), False
    yield (_layer("varint"),), False
    for base in (16, 36):
        yield (_layer("integer", base=base),), True


def _hexadecimal(text: str, *, address: bool = True) -> Iterator[tuple[Layers, bool]]:
    digits = "".join(character for character in text if character.lower() in "0123456789abcdef")
    glued = digits == text
    if not glued or len(digits) % 2 or len(digits) // 2 < LEAST_BINARY:
        return
    raw = _layer("unhex")
    yield (raw,), False
    yield (raw, _layer("reverse")), False
    if len(digits) == 12 and address:
        yield (raw, _layer("eui-64")), False
        yield (_layer("integer", base=10, of=16),), False
        yield (raw, _layer("base64", shift=0, whole=True)), False
        # eight bytes of either order hold the six as they are or reversed: no needles of their own
    if len(digits) == 32:
        yield (raw, _layer("guid")), False
    for shift in range(3):
        if len(digits) >= 16:
            yield (raw, _layer("base64", shift=shift)), False
            yield (raw, _layer("base64url", shift=shift)), False
    for name in ("md5", "sha1", "sha256"):
        yield (raw, (name, ()), _layer("hex", case="lower")), True
