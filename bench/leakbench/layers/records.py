"""Records in text: JSON, forms, XML, CSV, lines of a log.

specification: RFC 8259; WHATWG URL, application/x-www-form-urlencoded; XML 1.0; RFC 4180;
RFC 7515 (the shape of a JWT)
"""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from bench.leakbench.cargo import CannotCarryError, Cargo, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Wrap = Callable[[Cargo, Random, Words], Cargo]


def filler(chance: Random, words: Words) -> tuple[str, str]:
    """Draw a field that says nothing of anybody."""
    return words.pick("fillers_names", chance), words.pick("fillers_values", chance)


def _fields(chance: Random, words: Words, most: int = 4) -> dict[str, str]:
    return dict(filler(chance, words) for _ in range(chance.randrange(most)))


def json_text(data: bytes, *, ascii_only: bool) -> bytes:
    """Give the inside of a JSON string."""
    return json.dumps(data.decode(), ensure_ascii=ascii_only)[1:-1].encode()


def _json(*, slashes: bool = False, array: bool = False) -> Wrap:
    def layer(cargo: Cargo, chance: Random, words: Words) -> Cargo:
        cargo.text()
        ascii_only = chance.random() < 0.5

        def encode(data: bytes) -> bytes:
            text = json_text(data, ascii_only=ascii_only)
            return text.replace(b"/", b"\\/") if slashes else text

        inner = cargo.mapped(encode, "json")
        before, after = _json_surroundings(chance, words, array=array)
        return Cargo(
            before + inner.data + after, inner.low + len(before), inner.high + len(before),
            inner.layers, inner.reachable, inner.beside, inner.headers,
        )  # fmt: skip

    return layer


def _json_surroundings(chance: Random, words: Words, *, array: bool) -> tuple[bytes, bytes]:
    mark = chance.choice((b":", b": "))
    first = b"".join(
        json.dumps(name).encode() + mark + json.dumps(value).encode() + b","
        for name, value in _fields(chance, words).items()
    )
    last = b"".join(
        b"," + json.dumps(name).encode() + mark + json.dumps(value).encode()
        for name, value in _fields(chance, words).items()
    )
    key = chance.choice(GENERIC)
    if array:
        return b'[{"t":1,' + first + b'"' + key + b'"' + mark + b'"', b'"' + last + b"}]"
    return b"{" + first + b'"' + key + b'"' + mark + b'"', b'"' + last + b"}"


GENERIC = (b"data", b"payload", b"d", b"content", b"params", b"body", b"msg", b"p0", b"ext", b"blob")


def _form(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    """Put the bytes into a form field, percent-encoded."""
    inner = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "form")
    first = "".join(f"{name}={value}&" for name, value in _fields(chance, words).items()).encode()
    last = "".join(f"&{name}={value}" for name, value in _fields(chance, words).items()).encode()
    before = first + chance.choice(GENERIC) + b"="
    return Cargo(
        before + inner.data + last, inner.low + len(before), inner.high + len(before),
        inner.layers, inner.reachable, inner.beside, inner.headers,
    )  # fmt: skip


def _xml(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    cargo.text()
    inner = cargo.mapped(lambda data: html.escape(data.decode()).encode(), "xml")
    before, after = b'<?xml version="1.0"?><report><v>3</v><data>', b"</data></report>"
    return Cargo(before + inner.data + after, inner.low + len(before), inner.high + len(before), inner.layers)


def _xml_attribute(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    cargo.text()
    inner = cargo.mapped(lambda data: html.escape(data.decode()).encode(), "xml")
    before, after = b'<device kind="phone" id="', b'"/>'
    return Cargo(before + inner.data + after, inner.low + len(before), inner.high + len(before), inner.layers)


def _cdata(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    if "]]>" in cargo.text():
        raise CannotCarryError("the end mark of CDATA is inside")
    return cargo.framed(b"<m><data><![CDATA[", b"]]></data></m>", "xml")


def _soap(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """SOAP 1.1 with one string parameter."""
    cargo.text()
    inner = cargo.mapped(lambda data: html.escape(data.decode()).encode(), "xml")
    before = (
        b'<v:Envelope xmlns:v="http://schemas.xmlsoap.org/soap/envelope/"><v:Header/><v:Body>'
        b'<UploadData xmlns="http://tempuri.example/"><data>'
    )
    after = b"</data></UploadData></v:Body></v:Envelope>"
    return Cargo(before + inner.data + after, inner.low + len(before), inner.high + len(before), inner.layers)


def line(before: str, after: str, layer: str) -> Wrap:
    """Make a layer that puts fixed text around."""
    return lambda cargo, _chance, _words: cargo.framed(before.encode(), after.encode(), layer)


def _jwt(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Give a signed token: three parts in base64url (RFC 7515 section 3.1)."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=") + b"."
    body = base64.urlsafe_b64encode(cargo.data).rstrip(b"=")
    end = b"." + base64.urlsafe_b64encode(chance.randbytes(32)).rstrip(b"=")
    return cargo.wrapped(head + body + end, (len(head), len(head) + len(body)), "base64")


def _split(count: int) -> Wrap:
    """Make a layer that shares a value out among fields named by number."""

    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        cargo.text()
        step = -(-len(cargo.data) // count)
        pieces = [cargo.data[at : at + step] for at in range(0, len(cargo.data), step)]
        fields = [b'"p%d":"' % (at + 1) + piece + b'"' for at, piece in enumerate(pieces)]
        data = b'{"v":3,' + b",".join(fields) + b"}"
        return cargo.wrapped(data, (data.index(b'"p1":"') + 6, len(data) - 2), "split")

    return layer


def _json_unquoted(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Put JSON that is there already, or a number, into an object."""
    return cargo.framed(b'{"t":17,"data":', b',"z":0}', "json")


LAYERS: dict[str, Wrap] = {
    "json": _json(),
    "json-slashes": _json(slashes=True),
    "json-array": _json(array=True),
    "json-unquoted": _json_unquoted,
    "json-unquoted-text": line('{"t":17,"data":"', '","z":0}', "json"),
    "split-2": _split(2),
    "split-3": _split(3),
    "form": _form,
    "xml": _xml,
    "xml-attribute": _xml_attribute,
    "cdata": _cdata,
    "soap": _soap,
    "csv": line("ts,id,lvl\r\n1549174542,", ",3\r\n", "line"),
    "csv-quoted": line('ts;id;lvl\r\n1549174542;"', '";3\r\n', "line"),
    "log-line": line("02-03 07:15:42.120  1042  1042 I Reg: id=", " done\n", "line"),
    "ini": line("[device]\nos=9\nid=", "\nmode=1\n", "line"),
    "pairs": line("v=3;m=TA;id=", ";o=2;", "line"),
    "bars": line("3|TA-0000|", "|wifi|0", "line"),
    "tabs": line("3\tTA\t", "\twifi\n", "line"),
    "data-url": line("data:application/json;base64,", "", "line"),
    "jwt": _jwt,
    "bare": lambda cargo, _chance, _words: cargo,
}
