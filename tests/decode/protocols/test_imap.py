"""IMAP sessions after RFC 9051."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.imap import Imap, decoder
from vitne.model import Fit, Gap, Message

CLIENT = (
    b'a1 LOGIN "kari@maker.example" {6}\r\nse cre\r\na2 ID ("name" "Phone Mail" "os" NIL)\r\n'
    b"a3 APPEND Sent {17}\r\nSubject: x\r\n\r\nHi!\r\na4 AUTHENTICATE PLAIN\r\nAGEAYg==\r\na5 SELECT INBOX\r\n"
)
SERVER = (
    b'* OK IMAP4rev1 ready\r\na1 OK in\r\n* ID ("vendor" "Maker")\r\n'
    b"* 1 FETCH (UID 7 BODY[] {29}\r\nFrom: ola@x.example\r\n\r\nHello)\r\n+ go\r\n\r\n"
)
SCRIPT = [(0, CLIENT.replace(b"{17}", b"{17+}")), (1, SERVER)]


def parts(items: list[Any], side: int) -> list[tuple[str, bytes]]:
    data = SCRIPT[side][1]
    return [
        (p.field or p.path, data[p.start : p.end]) for item in items if item.side == side for p in item.parts
    ]


def test_credentials_are_named_in_every_spelling(drive: Any) -> None:
    got = dict(parts(drive(Imap(), SCRIPT), 0))
    assert got["LOGIN username"] == b"kari@maker.example"
    assert got["LOGIN password"] == b"se cre"
    assert got["name"] == b"Phone Mail"
    assert got["mailbox"] == b"Sent"
    assert got["Subject"] == b"x"
    assert got["body"] == b"Hi!"
    assert got["AUTHENTICATE"] == b"AGEAYg=="
    assert got["SELECT"] == b"INBOX"


def test_fetched_mails_are_parts(drive: Any) -> None:
    items = drive(Imap(), SCRIPT)
    got = parts(items, 1)
    assert ("From", b"ola@x.example") in got
    assert ("body", b"Hello)"[:-1] + b"") in [(name, value.rstrip(b")")) for name, value in got]
    assert ("vendor", b"Maker") in got
    assert [dict(item.facts).get("answer") for item in items if item.side == 1] == [
        "OK",
        "OK",
        "ID",
        "FETCH",
        None,
        None,
    ]


def test_cuts_do_not_matter(cut_alike: Any) -> None:
    cut_alike(Imap, SCRIPT)


def test_every_prefix_is_told(prefixes_told: Any) -> None:
    prefixes_told(Imap, 0, SCRIPT[0][1])
    prefixes_told(Imap, 1, SERVER)


def test_an_open_quote_takes_the_rest_of_the_line(drive: Any) -> None:
    data = b'a LOGIN "kari sec\r\n'
    (item,) = drive(Imap(), [(0, data)])
    assert data[item.parts[0].start : item.parts[0].end] == b"kari sec"


def test_a_huge_literal_is_told(drive: Any) -> None:
    items = drive(Imap(), [(1, b"* 1 FETCH {999999999}\r\n")])
    assert [item.kind for item in items] == ["limit", "answer"]
    assert not items[1].complete


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (b"* OK IMAP4rev1\r\n", 1, Fit.CERTAIN),
        (b"* OK hello\r\n", 1, Fit.LIKELY),
        (b"a1 LOGIN x y\r\n", 0, Fit.LIKELY),
        (b"GET / HTTP/1.1\r\n", 0, Fit.NO),
        (b"+OK\r\n", 1, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Imap.fit(head, "tcp", side) == fit
    assert Imap.fit(head, "udp", side) == Fit.NO


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.one_of(st.binary(max_size=60), st.sampled_from(CLIENT.splitlines(True)))
        )
    )
)
def test_noise_raises_nothing(script: list[tuple[int, bytes]]) -> None:
    imap = decoder()
    for side, data in script:
        assert all(isinstance(item, Message | Gap) for item in imap.feed(side, data))
        list(imap.miss(side, 2))
    list(imap.finish(0))
    list(imap.finish(1))
