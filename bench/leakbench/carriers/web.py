"""Places in a request of the web.

specification: RFC 9112; RFC 7578; RFC 6265; RFC 7617; RFC 9110 8.4
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from bench.leakbench.cargo import CannotCarryError, Cargo
from bench.leakbench.layers.records import json_text
from bench.leakbench.wire import CLIENT, SERVER, Turn

from ._load import LONGEST_LINE, Load, Way, placed, printable, request_head

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = b'{"resultCode":"0","resultDesc":"Success"}'


def _answer(body: bytes = ANSWER) -> Turn:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return Turn(SERVER, head + body)


def _path(way: Way) -> bytes:
    return b"/" + way.words.pick("paths", way.chance).encode()


def _beside(cargo: Cargo) -> bytes:
    return b"&".join(
        name.encode() + b"=" + quote_from_bytes(value.encode()).encode() for name, value in cargo.beside
    )


def _web(stream: bytes, cargo: Cargo, before: int) -> Load:
    turns = (Turn(CLIENT, stream), _answer())
    return Load("tcp", 80, turns, layers=cargo.layers, **placed(stream, cargo, before))


def query(cargo: Cargo, way: Way) -> Load:
    """Put it into a parameter of the request's target."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "form")
    if len(inside.data) > LONGEST_LINE:
        raise CannotCarryError("longer than a request line")
    said = _beside(cargo)
    start = _path(way) + b"?v=3&" + (said + b"&" if said else b"") + way.name.encode() + b"="
    stream = request_head(way, start + inside.data + b"&e=1", [], method=b"GET")
    return _web(stream, inside, 4 + len(start))


def path(cargo: Cargo, way: Way) -> Load:
    """Put it into a segment of the request's path."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "percent")
    if len(inside.data) > LONGEST_LINE or cargo.beside:
        raise CannotCarryError("longer than a request line")
    start = _path(way) + b"/"
    stream = request_head(way, start + inside.data + b"/x", [], method=b"GET")
    return _web(stream, inside, 4 + len(start))


def header(cargo: Cargo, way: Way) -> Load:
    """Put it into a header field of the sender's own."""
    printable(cargo)
    name = b"X-" + way.name.replace("_", "-").title().encode() + b": "
    target = _path(way) + (b"?" + _beside(cargo) if cargo.beside else b"")
    stream = request_head(way, target, [name + cargo.data], method=b"GET")
    return _web(stream, cargo, stream.index(name) + len(name))


def cookie(cargo: Cargo, way: Way) -> Load:
    """Put it into a cookie."""
    printable(cargo, most=3500)
    if set(b' ",;\\') & set(cargo.data) or cargo.beside:
        raise CannotCarryError("letters that no cookie value may hold")
    name = b"Cookie: lang=nb; " + way.name.encode() + b"="
    stream = request_head(way, _path(way), [name + cargo.data + b"; v=2"], method=b"GET")
    return _web(stream, replace(cargo, layers=(*cargo.layers, "cookie")), stream.index(name) + len(name))


def _post(cargo: Cargo, way: Way, kind: str, *, around: tuple[bytes, bytes] = (b"", b"")) -> Load:
    content = around[0] + cargo.data + around[1]
    extra = [b"Content-Type: " + kind.encode(), b"Content-Length: %d" % len(content)]
    extra += [f"{name}: {value}".encode() for name, value in cargo.headers]
    separate = cargo.beside and not kind.endswith("urlencoded")
    target = _path(way) + (b"?" + _beside(cargo) if separate else b"")
    head = request_head(way, target, extra)
    return _web(head + content, cargo, len(head) + len(around[0]))


def body(cargo: Cargo, way: Way) -> Load:
    """Make it the whole body of a request, its type as unhelpful as many are."""
    kinds = ("application/octet-stream", "text/plain", "application/encrypted-json", "application/x-protobuf")
    return _post(cargo, way, way.chance.choice(kinds))


def chunked(cargo: Cargo, way: Way) -> Load:
    """Make it the whole body of a request, in chunks."""
    step = way.chance.choice((37, 256, 1000))
    pieces = [cargo.data[at : at + step] for at in range(0, len(cargo.data), step)]
    head = request_head(
        way, _path(way), [b"Content-Type: application/octet-stream", b"Transfer-Encoding: chunked"]
    )
    stream, starts = head, []
    for piece in pieces:
        stream += b"%x\r\n" % len(piece)
        starts.append(len(stream))
        stream += piece + b"\r\n"
    stream += b"0\r\n\r\n"
    low = starts[cargo.low // step] + cargo.low % step
    high = starts[(cargo.high - 1) // step] + (cargo.high - 1) % step + 1
    turns = (Turn(CLIENT, stream), _answer())
    return Load("tcp", 80, turns, (low, high), (len(head), len(stream)), layers=(*cargo.layers, "chunked"))


def json_body(cargo: Cargo, way: Way) -> Load:
    """Put it into a string of a JSON body."""
    cargo.text()
    inside = cargo.mapped(lambda data: json_text(data, ascii_only=way.chance.random() < 0), "json")
    before = b'{"seq":%d,"' % way.chance.randrange(1000) + way.name.encode() + b'":"'
    return _post(inside, way, "application/json", around=(before, b'","os":"9"}'))


def form_body(cargo: Cargo, way: Way) -> Load:
    """Put it into a field of a form."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "form")
    said = _beside(cargo)
    before = b"v=3&" + (said + b"&" if said else b"") + way.name.encode() + b"="
    return _post(inside, way, "application/x-www-form-urlencoded", around=(before, b"&e=1"))


def multipart(cargo: Cargo, way: Way) -> Load:
    """Make it a part of a multipart body."""
    mark = b"----vb" + way.chance.randbytes(8).hex().encode()
    if mark in cargo.data:
        raise CannotCarryError("the boundary is inside")
    first = b"--" + mark + b'\r\nContent-Disposition: form-data; name="v"\r\n\r\n3\r\n--' + mark
    first += b'\r\nContent-Disposition: form-data; name="' + way.name.encode()
    first += b'"; filename="log.bin"\r\nContent-Type: application/octet-stream\r\n\r\n'
    after = b"\r\n--" + mark + b"--\r\n"
    inside = replace(cargo, layers=(*cargo.layers, "multipart"))
    return _post(inside, way, "multipart/form-data; boundary=" + mark.decode(), around=(first, after))


def agent(cargo: Cargo, way: Way) -> Load:
    """Put it into the User-Agent line."""
    printable(cargo, most=600)
    start = b"GET " + _path(way) + b" HTTP/1.1\r\nHost: " + way.host.encode() + b"\r\nUser-Agent: App/3.1 ("
    return _web(start + cargo.data + b"; 001; LTE)\r\n\r\n", cargo, len(start))


def referer(cargo: Cargo, way: Way) -> Load:
    """Put it into a parameter of the address in the Referer line."""
    inside = cargo.mapped(lambda data: quote_from_bytes(data, safe="").encode(), "form")
    if len(inside.data) > LONGEST_LINE:
        raise CannotCarryError("longer than a header line")
    start = b"GET " + _path(way) + b" HTTP/1.1\r\nHost: " + way.host.encode() + b"\r\nReferer: http://"
    start += way.host.encode() + b"/p?" + way.name.encode() + b"="
    return _web(start + inside.data + b"&x=1\r\n\r\n", inside, len(start))


def basic(cargo: Cargo, way: Way) -> Load:
    """Make it the user of HTTP Basic authentication (RFC 7617)."""
    text = base64.b64encode(cargo.data + b":x7Kq")
    start = b"GET " + _path(way) + b" HTTP/1.1\r\nHost: " + way.host.encode() + b"\r\nAuthorization: Basic "
    place = (cargo.low * 4 // 3, min(-(-cargo.high * 4 // 3), len(text)))
    inside = cargo.wrapped(text, place, "base64")
    return _web(start + text + b"\r\n\r\n", inside, len(start))


def coded(cargo: Cargo, way: Way) -> Load:
    """Make it a body that the head says is compressed; the outermost layer says how."""
    names = {"gzip": "gzip", "zlib": "deflate", "deflate": "deflate", "brotli": "br", "zstd": "zstd"}
    if not cargo.layers or cargo.layers[-1] not in names:
        raise CannotCarryError("no content coding")
    said = (*cargo.headers, ("Content-Encoding", names[cargo.layers[-1]]))
    return _post(replace(cargo, headers=said), way, "application/json")


def json_number(cargo: Cargo, way: Way) -> Load:
    """Make it a number in a JSON body."""
    if not cargo.data.isdigit() or cargo.data.startswith(b"0"):
        raise CannotCarryError("no number")
    before = b'{"seq":1,"' + way.name.encode() + b'":'
    inside = replace(cargo, layers=(*cargo.layers, "json"))
    return _post(inside, way, "application/json", around=(before, b',"os":9}'))


def json_whole(cargo: Cargo, way: Way) -> Load:
    """Send JSON that is there already as the body."""
    json.loads(cargo.text())
    return _post(replace(cargo, layers=(*cargo.layers, "json")), way, "application/json")


CARRIERS: dict[str, Callable[[Cargo, Way], Load]] = {
    "query": query,
    "path": path,
    "header": header,
    "cookie": cookie,
    "json": json_body,
    "form": form_body,
    "multipart": multipart,
    "body": body,
    "chunked": chunked,
    "coded": coded,
    "agent": agent,
    "referer": referer,
    "basic": basic,
    "json-number": json_number,
    "json-whole": json_whole,
}
