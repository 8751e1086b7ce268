"""Mails as parts, after RFC 5322."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.mail_body import header_fields, mail_parts
from vitne.decode.protocols.mail_lines import Body

MAIL = (
    b"From: Kari <kari@maker.example>\r\nSubject: first\r\n second line\r\nEmpty:\r\n"
    b"Content-Type: TEXT/Plain; charset=utf-8\r\nContent-Transfer-Encoding: BASE64\r\n\r\naGVsbG8=\r\n"
)


def body_of(data: bytes, start: int = 50) -> Body:
    body = Body(start)
    body.add(data, start, start + len(data))
    return body


def test_fields_and_body_are_slices() -> None:
    parts, media = mail_parts(body_of(MAIL))
    got = {part.path: MAIL[part.start - 50 : part.end - 50] for part in parts}
    assert got["header:From"] == b"Kari <kari@maker.example>"
    assert got["header:Subject"] == b"first\r\n second line"
    assert got["body"] == b"aGVsbG8=\r\n"
    assert "header:Empty" not in got
    assert media == "text/plain"
    assert next(part.hints for part in parts if part.path == "body") == ("base64",)


def test_where_bytes_were_taken_out_parts_carry_their_own() -> None:
    body = body_of(MAIL)
    body.add(b"x", body.end + 1, body.end + 2)
    parts, _ = mail_parts(body)
    assert [part.data for part in parts if part.field == "From"] == [b"Kari <kari@maker.example>"]
    assert not any(part.exact for part in parts)


def test_a_multipart_body_is_announced() -> None:
    parts, _ = mail_parts(body_of(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n"))
    assert parts[-1].hints == ("multipart",)


def test_what_has_no_fields_is_all_body() -> None:
    (part,), media = mail_parts(body_of(b"\r\njust text"))
    assert (part.path, part.start, media) == ("body", 52, "")


def test_folding_without_end_takes_linear_time() -> None:
    data = b"A: " + b"x\r\n " * 200_000
    start = time.process_time()
    list(header_fields(data, 0))
    assert time.process_time() - start < 2


def test_the_number_of_fields_is_bounded() -> None:
    assert len(list(header_fields(b"A: b\r\n" * 5000, 0))) == 512


@given(st.binary(max_size=200))
def test_noise_raises_nothing(data: bytes) -> None:
    mail_parts(body_of(data))
