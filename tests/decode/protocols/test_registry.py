"""The registry: decoders are found in their folder, and the best fit wins.  The twin of the folder's own module."""

from __future__ import annotations

import pkgutil
import struct
from pathlib import Path

import pytest

from vitne.decode import protocols
from vitne.decode.protocols import choose, decoders, open_decoder
from vitne.model import Fit

FOLDER = Path(protocols.__file__).parent
DNS = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + b"\x01a\x07example\0" + struct.pack(">HH", 1, 1)


def test_every_module_with_a_decoder_is_found_sorted() -> None:
    modules = {module.name for module in pkgutil.iter_modules([str(FOLDER)])}
    stated = {path.stem for path in FOLDER.glob("*.py") if "\ndecoder = " in path.read_text(encoding="utf-8")}
    assert stated <= modules
    assert len(decoders()) == len(stated)
    assert list(decoders()) == sorted(decoders())
    assert {"http", "dns", "dns-tcp", "nbns", "dhcp", "dhcpv6"} <= set(decoders())


@pytest.mark.parametrize("name", list(decoders()))
def test_every_decoder_says_what_it_is(name: str) -> None:
    decoder = decoders()[name]
    assert decoder.name == name
    assert decoder.summary
    assert decoder.specification
    assert open_decoder(decoder, ("192.0.2.1", 1)) is not open_decoder(decoder)


@pytest.mark.parametrize("name", list(decoders()))
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_no_decoder_fits_what_says_nothing(name: str, transport: str) -> None:
    for head in (b"", b"\xff", b"\xff" * 64):
        assert decoders()[name].fit(head, transport, 0) == Fit.NO


@pytest.mark.parametrize(
    ("head", "transport", "name"),
    [
        (b"GET / HTTP/1.1\r\nHost: h.example\r\n\r\n", "tcp", "http"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "tcp", "http"),
        (DNS, "udp", "dns"),
        (struct.pack(">H", len(DNS)) + DNS, "tcp", "dns-tcp"),
        (struct.pack(">6H", 7, 0x0110, 1, 0, 0, 0) + b"\x20" + b"CA" * 16 + b"\0\0\x20\0\x01", "udp", "nbns"),
    ],
)
def test_the_best_fit_is_chosen(head: bytes, transport: str, name: str) -> None:
    chosen = choose(head, transport, 0)
    assert chosen is not None
    assert chosen.name == name


def test_nothing_is_chosen_for_nothing() -> None:
    assert choose(b"", "tcp", 0) is None
    assert choose(b"\xff" * 50, "tcp", 0) is None
    assert choose(b"\xff" * 50, "sctp", 0) is None
