"""Names of LwM2M's resources, and where they come to stand in a talk of CoAP."""

from __future__ import annotations

from typing import Any

import pytest

from vitne.decode.protocols.coap import Coap
from vitne.decode.protocols.coap_lwm2m import name_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("3/0/2", "serial number"),
        ("6/0/0", "latitude"),
        ("4/0/4/1", "ip addresses"),
        ("3/0/99", ""),
        ("3/0", ""),
        ("rd/0/2", ""),
        ("", ""),
        ("3/0/2/1/5", ""),
    ],
)
def test_a_path_of_three_or_four_numbers_has_a_name(path, name):
    assert name_of(path) == name


def test_an_answer_is_named_after_what_was_asked_for(drive: Any) -> None:
    asked = b"\x44\x01\x00\x01abcd" + b"\xb13" + b"\x010" + b"\x012"
    answer = b"\x64\x45\x00\x01abcd" + b"\xffSYN0001"
    items = drive(Coap(), [(0, asked), (1, answer)])
    (part,) = [part for part in items[1].parts if part.path == "payload"]
    assert (part.field, answer[part.start : part.end]) == ("serial number", b"SYN0001")


def test_a_registration_gives_its_endpoint_under_its_name(drive: Any) -> None:
    name = b"ep=urn:imei:490154203237518"
    data = b"\x44\x02\x00\x01abcd\xb2rd\x4d" + bytes([len(name) - 13]) + name + b"\xff</3/0>"
    (item,) = drive(Coap(), [(0, data)])
    (part,) = [part for part in item.parts if part.path == "option:Uri-Query"]
    assert (part.field, data[part.start : part.end]) == ("ep", b"urn:imei:490154203237518")


def test_what_is_kept_of_requests_is_bounded(drive: Any) -> None:
    talk = Coap()
    drive(talk, [(0, b"\x42\x01" + n.to_bytes(2, "big") * 2 + b"\xb13\x010\x012") for n in range(5000)])
    assert len(talk._asked) == 4096
