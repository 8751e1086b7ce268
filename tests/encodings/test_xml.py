"""XML: texts and attributes, and what is never expanded."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from vitne.encodings.xml import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
SOAP = (
    b'<?xml version="1.0"?>\n<s:Envelope xmlns:s="urn:x"><s:Body><Upload id="7"><data>I004402990000014;C&amp;x</data>'
    b"<empty/><!-- <no>comment</no> --></Upload></s:Body></s:Envelope>"
)


def leaves(data: bytes) -> list[tuple[str, bytes]]:
    found = list(encoding.unwrap(data, LIMITS))
    assert all(data[child.start : child.end] == child.data for child in found)
    return [(child.path, child.data) for child in found]


def test_texts_and_attributes_have_their_paths():
    assert leaves(SOAP) == [
        ("s:Envelope@xmlns:s", b"urn:x"),
        ("s:Envelope/s:Body/Upload@id", b"7"),
        ("s:Envelope/s:Body/Upload/data", b"I004402990000014;C&amp;x"),
    ]


def test_the_standard_library_reads_the_same_texts():
    data = b"<r><a>one</a><b><c>two</c> three </b></r>"
    texts = [text.strip() for text in ET.fromstring(data).itertext() if text.strip()]
    assert [text.decode() for _, text in leaves(data)] == texts


def test_no_entity_is_expanded():
    data = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY x SYSTEM "file:///etc/hosts">]><r>&a;&x;</r>'
    assert leaves(data)[-1][1] == b"&a;&x;"


def test_character_data_sections_and_void_elements_are_read():
    assert leaves(b"<p>a<br>b<![CDATA[<raw>]]></p>") == [("p", b"a"), ("p", b"b"), ("p", b"<raw>")]


def test_a_document_cut_off_gives_what_stood_before_the_cut():
    whole = leaves(SOAP)
    for cut in range(30, len(SOAP)):
        for path, text in leaves(SOAP[:cut]):
            assert (
                (path, text) in whole or any(t.startswith(text) for _, t in whole) or path.endswith("Upload")
            )


@pytest.mark.parametrize("data", [b"", b"plain", b"< a>", b"<1>", b"{}"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
