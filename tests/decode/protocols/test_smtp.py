"""SMTP sessions after RFC 5321."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.smtp import Smtp, decoder
from vitne.model import Fit, Gap, Message

MAIL = b"From: Kari <kari@maker.example>\r\nSubject: Hi\r\n\r\nHello Ola\r\n"
CLIENT = (
    b"EHLO phone.maker.example\r\nAUTH PLAIN AGthcmkAc2VjcmV0\r\nMAIL FROM:<kari@maker.example> SIZE=99\r\n"
    b"RCPT TO:<ola@other.example>\r\nDATA\r\n" + MAIL + b".\r\nQUIT\r\n"
)
SERVER = (
    b"220 mail.other.example ESMTP\r\n250-mail.other.example\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"
    b"250 queued\r\n221 bye\r\n"
)
SCRIPT = [(0, CLIENT), (1, SERVER)]


def fields(items: list[Any], data: bytes = CLIENT) -> dict[str, bytes]:
    parts = [part for item in items if isinstance(item, Message) and item.side == 0 for part in item.parts]
    return {
        part.field or part.path: part.data if part.data is not None else data[part.start : part.end]
        for part in parts
    }


def test_envelope_credentials_and_mail_are_parts(drive: Any) -> None:
    got = fields(drive(Smtp(), SCRIPT))
    assert got["EHLO"] == b"phone.maker.example"
    assert got["MAIL FROM"] == b"kari@maker.example"
    assert got["RCPT TO"] == b"ola@other.example"
    assert base64.b64decode(got["AUTH PLAIN"]) == b"\0kari\0secret"
    assert got["From"] == b"Kari <kari@maker.example>"
    assert got["body"] == b"Hello Ola\r\n"


def test_replies_answer_the_clients_messages_in_order(drive: Any) -> None:
    items = drive(Smtp(), SCRIPT)
    asked = [item for item in items if item.side == 0]
    replies = [item for item in items if item.side == 1]
    assert [reply.status for reply in replies] == [220, 250, 235, 250, 250, 354, 250, 221]
    assert [reply.answers for reply in replies] == [None, 0, 1, 2, 3, 4, 5, 6]
    assert asked[5].kind == "mail"


def test_cuts_do_not_matter(cut_alike: Any) -> None:
    cut_alike(Smtp, SCRIPT)


def test_every_prefix_is_told(prefixes_told: Any) -> None:
    prefixes_told(Smtp, 0, CLIENT)
    prefixes_told(Smtp, 1, SERVER[:60])


def test_a_login_in_three_lines_is_named(drive: Any) -> None:
    data = b"EHLO a\r\nAUTH LOGIN\r\na2FyaQ==\r\nc2VjcmV0\r\nRSET\r\n"
    items = drive(Smtp(), [(0, data)])
    got = fields(items, data)
    assert (got["LOGIN username"], got["LOGIN password"]) == (b"a2FyaQ==", b"c2VjcmV0")
    assert [part.hints for item in items for part in item.parts if part.path == "command:AUTH"] == [
        ("base64",)
    ] * 2


def test_dots_at_line_heads_are_taken_off(drive: Any) -> None:
    data = b"DATA\r\n\r\n..one\r\ntwo\r\n.\r\n"
    mail = drive(Smtp(), [(0, data)])[1]
    assert mail.parts[0].data == b".one\r\ntwo\r\n"
    assert not mail.parts[0].exact


def test_refused_data_is_not_taken_for_a_mail(drive: Any) -> None:
    items = drive(Smtp(), [(0, b"DATA\r\nQUIT\r\n")])
    assert [item.kind for item in items] == ["command", "command"]


def test_chunks_are_counted(drive: Any, cut_alike: Any) -> None:
    data = b"BDAT 8\r\nS: a\n\nhiBDAT 0 LAST\r\nQUIT\r\n"
    items = drive(Smtp(), [(0, data)])
    assert [item.kind for item in items] == ["mail", "mail", "command"]
    assert [part.path for part in items[0].parts] == ["header:S", "body"]
    cut_alike(Smtp, [(0, data)])


def test_starttls_says_where_another_decoder_reads_on(drive: Any) -> None:
    smtp = Smtp()
    drive(
        smtp,
        [
            (0, b"EHLO a\r\nSTARTTLS\r\n\x16\x03\x01\x00\x10junk"),
            (1, b"220 hi\r\n250 ok\r\n220 go\r\n\x16\x03\x03"),
        ],
    )
    assert (smtp.upgraded, smtp.upgraded_at) == ("tls", (18, 24))


def test_a_hole_in_a_mail_makes_it_incomplete() -> None:
    smtp = Smtp()
    items = [*smtp.feed(0, b"DATA\r\nA: b\r\n\r\nhello"), *smtp.miss(0, 5), *smtp.feed(0, b"x\r\nQUIT\r\n")]
    assert [(item.kind, item.complete) for item in items] == [
        ("command", True),
        ("mail", False),
        ("command", True),
    ]


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (b"EHLO a.example\r\n", 0, Fit.CERTAIN),
        (b"220 a.example ESMTP Postfix\r\n", 1, Fit.LIKELY),
        (b"220 welcome\r\n", 1, Fit.PERHAPS),
        (b"HELLO there\r\n", 0, Fit.NO),
        (b"", 0, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Smtp.fit(head, "tcp", side) == fit
    assert Smtp.fit(head, "udp", side) == Fit.NO


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.one_of(st.binary(max_size=60), st.sampled_from(CLIENT.splitlines(True)))
        )
    )
)
def test_noise_raises_nothing(script: list[tuple[int, bytes]]) -> None:
    smtp = decoder()
    for side, data in script:
        assert all(isinstance(item, Message | Gap) for item in smtp.feed(side, data))
        list(smtp.miss(side, 2))
    list(smtp.finish(0))
    list(smtp.finish(1))


@pytest.mark.corpus
@pytest.mark.tshark
def test_envelopes_are_those_of_tshark(corpus: Any, talks: Any, tshark: Any, drive: Any) -> None:
    path = corpus / "pcap/ndpi/smtp.pcap"
    rows = tshark(path, ["smtp.req.parameter"], 'smtp.req.command in {"MAIL", "RCPT"}')
    theirs = sorted(row[0].partition("<")[2].partition(">")[0] for row in rows)
    ours = []
    for _, script in talks(path):
        for item in drive(Smtp(), script):
            ours += [
                script[0][1][p.start : p.end].decode()
                for p in item.parts
                if p.field in {"MAIL FROM", "RCPT TO"}
            ]
    assert sorted(ours) == theirs
