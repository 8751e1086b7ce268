"""POP3 sessions after RFC 1939."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.pop3 import Pop3, decoder
from vitne.model import Fit, Gap, Message

CLIENT = b"USER kari@maker.example\r\nPASS se cret\r\nSTAT\r\nRETR 1\r\nQUIT\r\n"
SERVER = b"+OK POP3 ready\r\n+OK\r\n+OK\r\n+OK 1 90\r\n+OK 90 octets\r\nFrom: ola@other.example\r\n\r\nHello\r\n.\r\n+OK bye\r\n"
SCRIPT = [(0, CLIENT), (1, SERVER)]


def test_credentials_and_mails_are_parts(drive: Any) -> None:
    items = drive(Pop3(), SCRIPT)
    asked = {p.field: CLIENT[p.start : p.end] for item in items if item.side == 0 for p in item.parts}
    assert asked == {"USER": b"kari@maker.example", "PASS": b"se cret", "RETR": b"1"}
    got = {
        p.path: SERVER[p.start : p.end]
        for item in items
        if item.side == 1
        for p in item.parts
        if p.path != "reply"
    }
    assert got == {"header:From": b"ola@other.example", "body": b"Hello\r\n"}


def test_replies_answer_in_order(drive: Any) -> None:
    replies = [item for item in drive(Pop3(), SCRIPT) if item.side == 1]
    assert [reply.answers for reply in replies] == [None, 0, 1, 2, 3, 4]
    assert all(reply.complete for reply in replies)


def test_cuts_do_not_matter(cut_alike: Any) -> None:
    cut_alike(Pop3, SCRIPT)


def test_every_prefix_is_told(prefixes_told: Any) -> None:
    prefixes_told(Pop3, 0, CLIENT)
    behind_status = SERVER.index(b"From:")  # whether lines follow a status line only they can tell
    prefixes_told(Pop3, 1, SERVER, (behind_status,))


def test_challenges_are_answered(drive: Any) -> None:
    data = b"AUTH PLAIN\r\nAGEAYg==\r\nAUTH XOAUTH2 dG9rZW4=\r\nodd line\r\n"
    parts = [part for item in drive(Pop3(), [(0, data)]) for part in item.parts]
    assert [(part.field, data[part.start : part.end]) for part in parts] == [
        ("AUTH", b"PLAIN"),
        ("AUTH", b"AGEAYg=="),
        ("AUTH", b"dG9rZW4="),
        ("AUTH", b"odd line"),
    ]


def test_a_refusal_is_told(drive: Any) -> None:
    items = drive(Pop3(), [(1, b"+OK hi\r\n-ERR no\r\n+ challenge\r\n")])
    assert [dict(item.facts)["status"] for item in items] == ["+OK", "-ERR", "-ERR"]


def test_stls_hands_over_with_the_last_reply_told(drive: Any) -> None:
    pop = Pop3()
    items = drive(pop, [(0, b"STLS\r\n\x16\x03\x01"), (1, b"+OK hi\r\n+OK go\r\n\x16\x03\x03")])
    assert pop.upgraded_at == (6, 16)
    assert [item.answers for item in items if item.side == 1] == [None, 0]


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (b"+OK POP3 ready\r\n", 1, Fit.CERTAIN),
        (b"+OK <12.34@mail.example>\r\n", 1, Fit.CERTAIN),
        (b"+OK\r\n", 1, Fit.LIKELY),
        (b"CAPA\r\n", 0, Fit.LIKELY),
        (b"USER kari\r\n", 0, Fit.PERHAPS),
        (b"USER kari\r\nPASS x\r\nSTAT\r\n", 0, Fit.LIKELY),
        (b"GET /\r\n", 0, Fit.NO),
        (b"220 hi\r\n", 1, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Pop3.fit(head, "tcp", side) == fit
    assert Pop3.fit(head, "udp", side) == Fit.NO


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.one_of(st.binary(max_size=60), st.sampled_from(SERVER.splitlines(True)))
        )
    )
)
def test_noise_raises_nothing(script: list[tuple[int, bytes]]) -> None:
    pop = decoder()
    for side, data in script:
        assert all(isinstance(item, Message | Gap) for item in pop.feed(side, data))
        list(pop.miss(side, 2))
    list(pop.on_counted(0, None))  # type: ignore[arg-type]
    list(pop.finish(0))
    list(pop.finish(1))
