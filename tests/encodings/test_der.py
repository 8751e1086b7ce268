"""ASN.1: a certificate by an independent writer, and values by hand after X.690."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vitne.encodings.der import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def test_the_texts_of_a_certificate_are_leaves():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "004402990000014.device.example")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(490154203237518).not_valid_before(day).not_valid_after(day + dt.timedelta(9))
    data = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    found = list(encoding.find(data, LIMITS))
    texts = [child.data for child in found]
    assert texts.count(b"004402990000014.device.example") == 2
    assert {b"490154203237518", b"260101000000Z", b"260110000000Z"} <= set(texts)
    assert all(encoding.wrap(child) == data[child.start : child.end] for child in found)


def test_numbers_are_written_out_where_they_are_in_the_shortest_form():
    data = b"\x30\x0d\x02\x01\x80\x02\x02\x00\x80\x02\x02\x00\x01\x0c\x00"
    assert [(child.path, child.data) for child in encoding.unwrap(data, LIMITS)] == [
        ("0.0", b"-128"),
        ("0.1", b"128"),
    ]


def test_texts_of_two_bytes_and_tags_of_the_context_are_read():
    data = b"\xa1\x12\x1e\x04\x00\xc5\x00s\x80\x04abcd\x83\x02\x00\x01\x81\x00"
    found = list(encoding.unwrap(data, LIMITS))
    assert [(child.path, child.data) for child in found] == [("0.0", "Ås".encode()), ("0.1", b"abcd")]
    assert encoding.wrap(found[0]) == b"\x00\xc5\x00s"


def test_a_cut_off_value_is_told_and_a_value_too_long_for_its_sequence_is_a_fault():
    data = b"\x30\x0a\x0c\x04abcd\x0c\x02ef"
    (child,) = encoding.unwrap(data[:-1], LIMITS)
    assert (child.data, child.complete) == (b"abcd", False)
    assert list(encoding.find(b"\x30\x08\x0c\x04abcd\x0c\x7fefefefefef", LIMITS)) == []


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x3f\x1f\x00", b"\x30\x80\x00\x00", b"\x30\x85\x00\x00\x00\x00\x00"]
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_depth_is_bounded():
    data = b""
    for _ in range(2000):
        data = (
            b"\x30"
            + (bytes((len(data),)) if len(data) < 128 else b"\x82" + len(data).to_bytes(2, "big"))
            + data
        )
    assert len(list(encoding.unwrap(data, LIMITS))) <= 1
