"""The fingerprint against the example of its public description."""

from __future__ import annotations

import pytest

from vitne.decode.protocols.tls_hello import ClientHello
from vitne.decode.protocols.tls_ja4 import ja4

CIPHERS = [
    int(x, 16)
    for x in [
        "1301",
        "1302",
        "1303",
        "c02b",
        "c02f",
        "c02c",
        "c030",
        "cca9",
        "cca8",
        "c013",
        "c014",
        "009c",
        "009d",
        "002f",
        "0035",
    ]
]
EXTENSIONS = [
    int(x, 16)
    for x in [
        "001b",
        "0000",
        "0033",
        "0010",
        "4469",
        "0017",
        "002d",
        "000d",
        "0005",
        "0023",
        "0012",
        "002b",
        "ff01",
        "000b",
        "000a",
        "0015",
    ]
]
SIGNATURES = [int(x, 16) for x in ["0403", "0804", "0401", "0503", "0805", "0501", "0806", "0601"]]


def hello(**changes: object) -> ClientHello:
    fields: dict[str, object] = {
        "version": 0x0303,
        "ciphers": [0x2A2A, *CIPHERS],
        "extensions": [0x5A5A, *EXTENSIONS, 0xEAEA],
        "versions": [0x1A1A, 0x0304, 0x0303],
        "signatures": SIGNATURES,
        "alpn": [(0, 2)],
    }
    return ClientHello(**(fields | changes))  # type: ignore[arg-type]


def test_the_published_example_comes_out() -> None:
    assert ja4(hello(), b"h2", "t") == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_order_of_ciphers_and_extensions_does_not_matter() -> None:
    turned = hello(ciphers=CIPHERS[::-1], extensions=EXTENSIONS[::-1])
    assert ja4(turned, b"h2", "q") == "q13d1516h2_8daaf6152771_e5627efa2ab1"


def test_order_of_signatures_matters() -> None:
    assert ja4(hello(signatures=SIGNATURES[::-1]), b"h2", "t") != ja4(hello(), b"h2", "t")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        (b"http/1.1", "h1"),
        (b"x", "xx"),
        (b"", "00"),
        (b"\xab", "ab"),
        (b"\xab1", "a1"),
        (b"0\xab", "3b"),
        (b"h3-29", "h9"),
    ],
)
def test_the_protocol_gives_two_letters(name: bytes, letters: str) -> None:
    given = hello(alpn=[(0, len(name))] if name else [])
    assert ja4(given, name, "t")[8:10] == letters


def test_an_empty_hello_gives_zeros() -> None:
    assert ja4(ClientHello(version=0x0301), b"", "t") == "t10i000000_000000000000_000000000000"


def test_counts_stop_at_99() -> None:
    assert ja4(hello(ciphers=list(range(1000, 1120))), b"h2", "t")[4:6] == "99"
