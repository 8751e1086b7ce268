from __future__ import annotations

import base64
import hashlib
import json

from vitne.lab import sender
from vitne.lab.phone import Phone

F1_UNWRAPPED = "97aad80633b4d73aea6dc440f9e65a50b4b9ed729df45cab9e034507fbd9c0cd"
F1_WRAPPED = "662a3d11cbed8eab13e5d24c95807ce7d94de07e074b0b1019ec80491637d01d"
F1_TIME = "2019-02-03 07:15:42"


def test_the_default_phone_gives_the_fixture_f1_byte_for_byte():
    record = sender.record(Phone(), F1_TIME)
    wrapped = sender.wrapped(record)
    assert len(record) == 514
    assert hashlib.sha256(base64.b64encode(record)).hexdigest() == F1_UNWRAPPED
    assert len(wrapped) == 698
    assert hashlib.sha256(wrapped).hexdigest() == F1_WRAPPED


def test_the_base64_has_a_line_feed_after_every_76_characters_and_at_the_end():
    wrapped = sender.wrapped(sender.record(Phone(), F1_TIME))
    assert wrapped.endswith(b"\n")
    lines = wrapped.split(b"\n")[:-1]
    assert all(len(line) == 76 for line in lines[:-1])
    assert 0 < len(lines[-1]) <= 76
    assert wrapped == base64.encodebytes(sender.record(Phone(), F1_TIME))


def test_the_first_imei_straddles_a_line_break_of_the_base64():
    record = sender.record(Phone(), F1_TIME)
    assert base64.b64encode(b"004402990000014") not in sender.wrapped(record)
    assert b"004402990000014" in base64.b64decode(sender.wrapped(record))


def test_the_request_names_the_length_of_its_body_and_a_host_under_example():
    head = sender.request_head(698)
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Type: application/encrypted-json\r\n" in head
    assert b"Content-Length: 698\r\n" in head
    assert b"Host: registration.carrier.example\r\n" in head
    assert head.endswith(b"\r\n\r\n")


def test_the_answer_refuses_and_its_length_is_right():
    head, body = sender.answer("Sun, 03 Feb 2019 06:15:42 GMT").split(b"\r\n\r\n")
    assert json.loads(body) == {"resultCode": "1", "resultDesc": "Parameter error"}
    assert f"Content-Length: {len(body)}".encode() in head
