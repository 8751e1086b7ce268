"""Plain conversations: what is passed over changes nothing of what is found, counted or told."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from random import Random
from typing import TYPE_CHECKING, Any

import brotli
import msgspec
import pytest

from tests.pipeline.talk import IMEI, OK, OTHER_HOST, PHONE, SERVER_HOST, TABLET, Talk, get, post
from vitne.lab.wire import CLIENT, SERVER
from vitne.model import Seed, Subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.document import document
from vitne.pipeline.messagework import MessageWork

if TYPE_CHECKING:
    from pathlib import Path

ROUTER = SERVER_HOST.mac.replace(":", "")
AGENT = "User-Agent: Mozilla/5.0 (Linux; Android 12; XY-1 Build/AB1.2)\r\n"
SUBJECT = Subject(
    seeds=(
        Seed(identifier="imei", value=IMEI, name="phone"),
        Seed(identifier="free-text", value="Zaphod", name="word"),
        Seed(
            identifier="location",
            value="59.9139,10.7522",
            name="home",
            latitude=59.9139,
            longitude=10.7522,
            radius_m=500,
        ),
    )
)


def answer(body: bytes, kind: str = "text/plain") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def told(path: Path, *, shortcuts: bool, subject: Subject = SUBJECT) -> dict[str, Any]:
    result = run_scan([path], Options(subject=subject, jobs=1, shortcuts=shortcuts))
    whole: dict[str, Any] = msgspec.to_builtins(document(result))
    return whole | {"sent": [msgspec.to_builtins(row) for row in result.transmissions]}


def requests(rng: Random) -> list[bytes]:
    rows = [
        {"k": rng.randrange(1000), "f": rng.random(), "t": f"item {n}"} for n in range(rng.randint(1, 30))
    ]
    number = str(rng.randrange(10**9))
    some = [
        get(f"/p/{number}?q={number}&s={rng.randbytes(6).hex()}", more=AGENT),
        get(f"/p?imei={IMEI}"),
        get(f"/p?e={base64.b64encode(b'id=' + IMEI.encode()).decode()}"),
        get("/p?lat=59.9139&lon=10.7522"),
        get("/p", more="X-Lat: 59.9139\r\nX-Lon: 10.7522\r\n"),
        get("/?name=Zaphod%20B", more=f"Cookie: a={number}; uid={rng.randbytes(16).hex()}\r\n"),
        get("/", more="Accept: */*\r\nX-Id: kari.nordmann@post.example\r\n"),
        get("/", host=rng.choice(["", "bad host", "h.example:8080", "x.example"])),
        post(json.dumps({"rows": rows}).encode()),
        post(json.dumps({"rows": rows, "imei": IMEI}).encode()),
        post(json.dumps({"a": base64.b64encode(IMEI.encode() * 2).decode()}).encode()),
        post(b'{"lat":59.9139,"lon":10.7522}'),
        post(b'{"text":"\\u005aaphod"}'),
        post(f"event=open&n={number}&deviceId=".encode(), kind="application/x-www-form-urlencoded"),
        post(f"a=b&mail=kari@post.example&n={number}".encode(), kind="application/x-www-form-urlencoded"),
        post(gzip.compress(b'{"id":"' + IMEI.encode() + b'"}', mtime=0), more="Content-Encoding: gzip\r\n"),
        post(rng.randbytes(rng.randint(1, 400)), kind="application/octet-stream"),
        post(b'{"a":1}', kind="application/encrypted-json"),
        post(b'{"a":1', more="X-Requested-With: app\r\n"),
        post(b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=", kind="application/x-www-form-urlencoded"),
        get("/", more=f"Cookie: a={number[:2]}; theme=dark;seen={number}\r\n"),
        get("/", more=f"Cookie: a={number}; sid={rng.randbytes(5).hex()}\r\n"),
        get("/", more=f"Cookie: a=1; lat=59.9139; lon=10.7522; n={number}\r\n"),
        get("/", more=f"Cookie: a={rng.choice([IMEI, '59.9139,10.7522', 'Zaphod', number])}\r\n"),
        packed(json.dumps({"rows": rows}).encode(), rng),
        packed(json.dumps({"rows": rows, rng.choice(["id", "imei"]): IMEI}).encode(), rng),
        packed(b'{"lat":59.9139,"lon":10.7522}', rng),
        packed(b"a=1&n=" + number.encode(), rng, kind="application/x-www-form-urlencoded"),
        packed(b"a=1&n=Zaphod", rng, kind="application/x-www-form-urlencoded"),
        packed(b"<a>Zaphod</a>", rng, kind="text/xml"),
    ]
    return rng.choices(some, k=rng.randint(1, 5))


def packed(body: bytes, rng: Random, kind: str = "application/json") -> bytes:
    """Make a request whose body is in one of several codings, now and then broken."""
    name, coded = rng.choice(
        [
            ("gzip", gzip.compress(body, mtime=0)),
            ("deflate", zlib.compress(body)),
            ("br", brotli.compress(body)),
        ]
    )
    broken = rng.choice([coded, coded, coded, coded[:-3], coded + b"\0more", body])
    if rng.random() < 0.3:
        head = f"POST / HTTP/1.1\r\nHost: h.example\r\nContent-Type: {kind}\r\nContent-Encoding: {name}\r\n"
        return head.encode() + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (
            len(broken),
            broken,
        )
    return post(broken, kind=kind, more=f"Content-Encoding: {name}\r\n")


def answers(rng: Random) -> bytes:
    text = json.dumps({"id": IMEI if rng.random() < 0.2 else "none", "n": rng.random()}).encode()
    packed = gzip.compress(text, mtime=0)
    return rng.choice(
        [
            OK,
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text)
            + text,
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(text)
            + text
            + b"\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno gzip!!",
            b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n" + rng.randbytes(300),
            b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
            answer(bytes.fromhex(ROUTER) + rng.choice([b"", IMEI.encode(), rng.randbytes(40)])),
            answer(f"<p>{ROUTER} {IMEI[:-2]}</p>".encode(), "text/html"),
            answer(b"59.9139,10.7522" if rng.random() < 0.3 else b"59.9139", "text/html"),
            answer(hashlib.sha256(IMEI.encode()).hexdigest()[: rng.choice([16, 32, 64])].encode()),
            answer(b'{"resultCode":%d}' % rng.randrange(2), "application/json"),
        ]
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_same_is_told_with_and_without_passing_over(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    talk = Talk(seed)
    for _ in range(40):
        turns: list[tuple[int, bytes]] = []
        for request in requests(rng):
            turns += [(CLIENT, request), (SERVER, answers(rng))]
        if rng.random() < 0.1:
            turns.pop()
        near, far = rng.choice([(PHONE, SERVER_HOST), (TABLET, SERVER_HOST), (TABLET, PHONE)])
        talk.tcp(turns, phone=near, server=far, cuts=rng.choice([(), (3, 50), (200,)]))
    path = talk.write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert len(slow["findings"]) > 20
    assert len(slow["sent"]) > 60


def test_the_same_is_told_where_nothing_is_known_of_the_owner(tmp_path: Path) -> None:
    rng = Random(99)
    talk = Talk(99)
    for _ in range(60):
        talk.tcp([turn for request in requests(rng) for turn in ((CLIENT, request), (SERVER, answers(rng)))])
    path = talk.write(tmp_path / "c.pcap")
    assert told(path, shortcuts=True, subject=Subject()) == told(path, shortcuts=False, subject=Subject())


def test_messages_that_hold_nothing_are_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk()
    for number in range(50):
        talk.ask(get(f"/p/{number}?q={number}", more="Accept: */*\r\n"))
        talk.ask(post(b'{"rows":[{"k":%d,"f":0.25}]}' % number))
    talk.ask(post(b'{"imei":"%s"}' % IMEI.encode()))
    path = talk.write(tmp_path / "c.pcap")
    made: list[str] = []
    whole = MessageWork.__init__

    def counted(self: MessageWork, *given: Any, **named: Any) -> None:
        whole(self, *given, **named)
        made.append(self.message.kind)

    monkeypatch.setattr(MessageWork, "__init__", counted)
    result = run_scan([path], Options(subject=SUBJECT, jobs=1))
    assert [finding.identifier for finding in result.findings] == ["imei"]
    assert len(result.transmissions) == 101
    assert made.count("request") < 10  # the first of each kind, and the one with the number


FORM = "application/x-www-form-urlencoded"
DNS = (
    bytes.fromhex("123481800001000100000000")
    + b"\x01x\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x00\x00\x04\xc6\x33\x64\x15"
)


FLAT = "Iab;FCVSV9.0;FPSNSYN1;M00101;FSIM1O00101;"
HARD: dict[str, tuple[list[bytes], list[bytes], str]] = {
    # name: requests, answers, what has to be there: one of the lists of a document
    "a value at the end of a body, another request behind it": (
        [post(b"a=b&n=ZaphodBeeblebrox", kind=FORM), get("/x")],
        [OK, OK],
        "findings",
    ),
    "a value at the end of an answer, another behind it": (
        [get("/x"), get("/y")],
        [answer(b"hello ZaphodBeeblebrox"), OK],
        "findings",
    ),
    "names told in an answer": (
        [get("/dns-query")],
        [answer(DNS, "application/dns-message")],
        "sent",
    ),
    "an answer that claims to be encrypted": (
        [get("/")],
        [answer(b'{"resultCode":0}', "application/encrypted+json")],
        "oddities",
    ),
    "a flat record in a header": (
        [get("/", more=f"Content-Type: text/xml\r\nX-R: {FLAT}\r\n")],
        [OK],
        "findings",
    ),
    "a form of more fields than are read": ([post(b"a=1" + b"&a=1" * 6000, kind=FORM)], [OK], "gaps"),
    "base64 that calls itself a form": (
        [post(base64.b64encode(b"mail=kari@post.examp") + b"\n", kind=FORM)],
        [OK],
        "findings",
    ),
    "requests in one packet": ([get(f"/?imei={IMEI}") + get("/n")], [OK + OK], "findings"),
}
WORD = Subject(seeds=(Seed(identifier="free-text", value="ZaphodBeeblebrox", name="word"), SUBJECT.seeds[0]))


@pytest.mark.parametrize("name", sorted(HARD))
def test_what_the_quick_looks_cannot_decide_is_read_patiently(tmp_path: Path, name: str) -> None:
    asked, answered, where = HARD[name]
    talk = Talk()
    turns = [
        turn for one, other in zip(asked, answered, strict=True) for turn in ((CLIENT, one), (SERVER, other))
    ]
    talk.tcp(turns)
    talk.udp(b"hello there", server=OTHER_HOST)
    path = talk.write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True, subject=WORD), told(path, shortcuts=False, subject=WORD)
    assert slow[where]
    assert fast == slow


def test_of_many_alike_values_the_same_are_listed(tmp_path: Path) -> None:
    talk = Talk()
    query = "&".join(f"m{number}=kari@post.example" for number in range(120))
    for number in range(5):
        talk.ask(get(f"/?{query}", more=f"X-M: kari@post.example\r\nX-N: {number}\r\n"))
    path = talk.write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert any("more spellings" in gap["why"] for gap in slow["gaps"])
    assert fast == slow
