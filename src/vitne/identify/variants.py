"""Variants: what codecs make of a spelling, as needles; and writing a value again to prove a hit.

A chain of layers goes from the spelling outwards: ``(("sha256", ()), ("hex", (("case", "lower"),)))`` is the
hexadecimal text of the digest of the spelling.  ``write`` applies a chain; every needle is what it gives.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from vitne.encodings._proto_fields import written_varint
from vitne.identify.checks import luhn
from vitne.identify.needles import Layers, Needle
from vitne.identify.spellings import ADDRESSES, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vitne.identify.spellings import Spelling
    from vitne.model import Seed

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
USUAL_HASHES = ("md5", "sha1", "sha256")
HEXADECIMAL = frozenset(
    {"android-id", "gsf-id", "meid", "advertising-id", "oaid", "vendor-id", "install-id", "cell-id"}
)
KEEPS_LETTERS = frozenset({"percent", "utf-16", "json-escapes", "html-numeric"})  # the value's own case shows
CUT_SHORT = (("md5", 16), ("sha1", 16), ("sha256", 16), ("sha256", 20), ("sha256", 32))
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SMALL, _GREAT = bytes(range(97, 123)), bytes(range(65, 91))
CHARSETS = ("gb18030", "big5", "utf-7")
EXCHANGES = {  # name -> what each byte becomes
    "rot13": bytes.maketrans(_SMALL + _GREAT, _SMALL[13:] + _SMALL[:13] + _GREAT[13:] + _GREAT[:13]),
    "atbash": bytes.maketrans(_SMALL + _GREAT, _SMALL[::-1] + _GREAT[::-1]),
    "rot5": bytes.maketrans(b"0123456789", b"5678901234"),
    "rot47": bytes.maketrans(bytes(range(33, 127)), bytes([*range(80, 127), *range(33, 80)])),
}
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
        yield _needle(
            row, spelling, Variant(name=spelling.name, text=spelling.text.encode(), fold=spelling.fold)
        )
    variants = _variants if seed.origin == "subject" else _few_variants
    for spelling in spellings:
        if spelling.coded and len(spelling.text.encode()) >= LEAST_TEXT:
            for variant in variants(spelling, seed.identifier):
                yield _needle(row, spelling, variant)


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One way to write a spelling."""

    name: str  # name of the spelling with its case
    text: bytes  # the spelling in that case
    layers: Layers = ()  # codecs, innermost first
    fold: bool = False  # ASCII letters match in either case


def _variants(spelling: Spelling, identifier: str) -> Iterator[Variant]:
    loose = spelling.fold or spelling.border == "digit"
    for name, cased in spelling.cases():
        text = cased.encode()
        for layers in () if cased.isascii() else _in_charsets(cased):
            yield Variant(name=name, text=text, layers=layers)
        for layers, fold in _encoded():
            fold = fold and (loose or layers[0][0] not in KEEPS_LETTERS)  # noqa: PLW2901
            yield Variant(name=name, text=text, layers=layers, fold=fold)
        for layers, fold in () if spelling.weak else _swapped(text):
            yield Variant(name=name, text=text, layers=layers, fold=fold and loose)
        for layers, fold in () if spelling.weak or not spelling.hashed else _hashed():
            yield Variant(name=name, text=text, layers=layers, fold=fold)
    for layers, fold in _numbers(spelling, identifier):
        yield Variant(name=spelling.name, text=spelling.text.encode(), layers=layers, fold=fold)


def _few_variants(spelling: Spelling, identifier: str) -> Iterator[Variant]:
    """Give the usual digests and the raw bytes alone: a capture may show the addresses of a whole network.

    What is wrapped otherwise is found where it is unwrapped.
    """
    for name, cased in spelling.cases():
        for digest in () if spelling.weak or not spelling.hashed else USUAL_HASHES:
            yield Variant(
                name=name, text=cased.encode(), layers=((digest, ()), _layer("hex", case="lower")), fold=True
            )
    for layers, fold in _numbers(spelling, identifier):
        yield Variant(name=spelling.name, text=spelling.text.encode(), layers=layers, fold=fold)


def _needle(row: int, spelling: Spelling, variant: Variant) -> Needle:
    layers = variant.layers
    return Needle(
        seed=row,
        data=write(variant.text, layers),
        text=variant.text,
        spelling=variant.name,
        layers=layers,
        fold=variant.fold,
        border=spelling.border if not layers or layers[0][0] in SEEN_THROUGH else _token(layers),
        tail=spelling.tail,
        weak=spelling.weak,
    )


SEEN_THROUGH = frozenset(
    {"hex", "utf-16", "base64", "base64url", "percent"}
)  # borders of the value can be seen through these


def _token(layers: Layers) -> Any:
    """Say what may not stand beside a digest or a number: it is a token of its own."""
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
        yield from _hexadecimal(text)


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


def _hexadecimal(text: str) -> Iterator[tuple[Layers, bool]]:
    digits = "".join(character for character in text if character.lower() in "0123456789abcdef")
    glued = digits == text
    if not glued or len(digits) % 2 or len(digits) // 2 < LEAST_BINARY:
        return
    raw = _layer("unhex")
    yield (raw,), False
    yield (raw, _layer("reverse")), False
    if len(digits) == 12:
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


def _base64(text: bytes, params: dict[str, Any], *, alphabet: bytes = b"+/") -> bytes:
    """Give the characters that the text alone decides, wherever it begins within a group of three bytes."""
    shift = int(params.get("shift", 0))
    whole = base64.b64encode(b"\0" * shift + text + b"\0\0", altchars=alphabet)
    return whole[-(-shift * 8 // 6) : (shift + len(text)) * 8 // 6]


def _bcd(text: bytes, params: dict[str, Any]) -> bytes:
    digits = text.decode()[int(params.get("skip", 0)) :]
    digits += "F" * (len(digits) % 2)
    pairs = [digits[index : index + 2] for index in range(0, len(digits), 2)]
    return bytes.fromhex("".join(pair[::-1] if params["swapped"] else pair for pair in pairs))


def _varint(text: bytes, _params: dict[str, Any]) -> bytes:
    return written_varint(int(text))


def _hex(text: bytes, params: dict[str, Any]) -> bytes:
    mark = params.get("mark")
    digits = text.hex(mark) if mark else text.hex()[params.get("start", 0) : params.get("end")]
    return (digits.upper() if params.get("case") == "upper" else digits).encode()


def _percent(text: bytes, params: dict[str, Any]) -> bytes:
    if params["all"]:
        return "".join(f"%{byte:02X}" for byte in text).encode()
    quoted = quote(text, safe="").encode()
    return quoted.replace(b"%20", b"+") if params.get("plus") else quoted


def _json_escapes(text: bytes, params: dict[str, Any]) -> bytes:
    if not params["all"]:
        return json.dumps(text.decode())[1:-1].replace("/", "\\/").encode()
    units = text.decode().encode("utf-16-be")
    return "".join(
        f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2)
    ).encode()


def _html(text: bytes, params: dict[str, Any]) -> bytes:
    style = "&#x{:x};" if params["base"] == 16 else "&#{};"
    keep = (
        "" if params["all"] else "".join(map(chr, range(32, 127))).translate({ord(c): None for c in "&<>\"'"})
    )
    return "".join(c if c in keep else style.format(ord(c)) for c in text.decode()).encode()


def _integer(text: bytes, params: dict[str, Any]) -> bytes:
    number, base, out = int(text, params.get("of", 10)), params["base"], ""
    while number:
        number, digit = divmod(number, base)
        out = _DIGITS[digit] + out
    return (out or "0").encode()


def _buvid(digest: bytes, _params: dict[str, Any]) -> bytes:
    """Put three of its digits before a digest; two letters of the kind of value stand before those."""
    digits = digest.hex().upper()
    return f"{digits[2]}{digits[12]}{digits[22]}{digits}".encode()


def _integer_bytes(text: bytes, params: dict[str, Any]) -> bytes:
    return int(text, params.get("of", 10)).to_bytes(params["size"], params["order"])


def _eui64(raw: bytes, _params: dict[str, Any]) -> bytes:
    return bytes([raw[0] ^ 2]) + raw[1:3] + b"\xff\xfe" + raw[3:]


def _digest(name: str) -> Callable[[bytes, dict[str, Any]], bytes]:
    return lambda text, _params: hashlib.new(name, text, usedforsecurity=False).digest()


def _exchange(table: bytes) -> Callable[[bytes, dict[str, Any]], bytes]:
    return lambda text, _params: text.translate(table)


CODECS: dict[str, Callable[[bytes, dict[str, Any]], bytes]] = {
    "hex": _hex,
    "base64": _base64,
    "base64url": lambda text, params: _base64(text, params, alphabet=b"-_"),
    "percent": _percent,
    "charset": lambda text, params: text.decode().encode(params["charset"]),
    "utf-16": lambda text, params: text.decode().encode("utf-16-" + params["order"]),
    "json-escapes": _json_escapes,
    "html-numeric": _html,
    "reverse": lambda text, _params: text[::-1],
    "bcd": _bcd,
    "integer-bytes": _integer_bytes,
    "float64": lambda text, params: struct.pack("<d" if params["order"] == "little" else ">d", int(text)),
    "varint": _varint,
    "integer": _integer,
    "byte-escapes": lambda text, _params: "".join(f"\\x{byte:02x}" for byte in text).encode(),
    "spaced": lambda text, params: params["mark"].join(text.decode()).encode(),
    "buvid": _buvid,
    **{name: _exchange(table) for name, table in EXCHANGES.items()},
    "unhex": lambda text, _params: bytes.fromhex(text.decode()),
    "eui-64": _eui64,
    "guid": lambda raw, _params: raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:],
    **{name: _digest(name) for name in (*HASHES, "sha3_256", "blake2b")},
}
