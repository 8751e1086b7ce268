"""Multipart bodies: RFC 2046 section 5.1.1, RFC 7578."""

from __future__ import annotations

import pytest

from vitne.encodings.multipart import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
# the example of RFC 2046 section 5.1.1, shortened: a preamble, a part without headers, a part with, an epilogue
EXAMPLE = (
    b"This is the preamble.\r\n--simple boundary\r\n\r\nFirst part.\r\nNo line end.\r\n--simple boundary\r\n"
    b"Content-type: text/plain; charset=us-ascii\r\n\r\nSecond part.\r\n\r\n--simple boundary--\r\n\r\nThis is the epilogue.\r\n"
)
FORM = (
    b'--AaB03x\r\ncontent-disposition: form-data; name="field1"\r\n\r\n004402990000014\r\n'
    b'--AaB03x\r\nContent-Disposition: form-data; name="pics"; filename="file1.json"\r\nContent-Type: application/json\r\n\r\n'
    b'{"a":"--AaB0"}\r\n--AaB03x--\r\n'
)


def test_the_example_of_rfc_2046():
    found = list(encoding.unwrap(EXAMPLE, LIMITS))
    assert [child.data for child in found] == [b"First part.\r\nNo line end.", b"Second part.\r\n"]
    assert all(EXAMPLE[child.start : child.end] == child.data for child in found)


def test_parts_of_a_form_have_their_names_and_files_theirs():
    found = list(encoding.find(FORM, LIMITS))
    assert [(child.path, child.data) for child in found] == [
        ("field1", b"004402990000014"),
        ("pics", b'{"a":"--AaB0"}'),
        ("pics.filename", b"file1.json"),
    ]
    for child in found:
        assert FORM[child.start : child.end] == child.data == encoding.wrap(child)


def test_a_part_cut_off_is_not_complete():
    found = list(encoding.unwrap(FORM[:-12], LIMITS))
    assert [child.complete for child in found if child.path == "pics"] == [False]


def test_bare_line_feeds_are_taken():
    assert (
        next(child.data for child in encoding.unwrap(FORM.replace(b"\r\n", b"\n"), LIMITS))
        == b"004402990000014"
    )


@pytest.mark.parametrize("data", [b"", b"plain", b"--\r\n\r\n", b"--x", b"a=b&c=d"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
