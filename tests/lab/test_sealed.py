"""Conversations inside TLS that their key log opens: read by tshark with the log, and closed to it without."""

from __future__ import annotations

import shutil
import subprocess
from random import Random
from typing import TYPE_CHECKING

import pytest

from vitne.lab.pcap import pcap
from vitne.lab.sealed import Sealed
from vitne.lab.wire import CLIENT, MS, SERVER, Conversation, Host, Wire

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = b"POST /in HTTP/1.1\r\nHost: closed.example\r\nContent-Length: 40000\r\n\r\n" + b"a" * 40000


@pytest.mark.tshark
def test_tshark_reads_what_was_said_with_the_key_log_alone(tmp_path: Path) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    wire = Wire(Random(5))
    ends = Host("00:00:5e:00:53:01", "192.0.2.20"), Host("00:00:5e:00:53:fe", "203.0.113.80", 52)
    talk, sealed = (
        Conversation(wire, ends, (40000, 443), at=0, rtt=40 * MS).open(),
        Sealed(wire.chance, "closed.example"),
    )
    talk.send(CLIENT, sealed.hello).send(SERVER, sealed.answer())
    talk.send(CLIENT, sealed.finish() + sealed.said(CLIENT, REQUEST))
    talk.send(SERVER, sealed.said(SERVER, b"HTTP/1.1 204 No Content\r\n\r\n")).close()
    (tmp_path / "c.pcap").write_bytes(pcap(wire.frames()))
    (tmp_path / "keys.log").write_text(sealed.key_log())
    words = [
        "tshark",
        "-r",
        str(tmp_path / "c.pcap"),
        "-Y",
        "http",
        "-T",
        "fields",
        "-e",
        "http.host",
        "-e",
        "http.response.code",
    ]
    with_log = [*words, "-o", f"tls.keylog_file:{tmp_path / 'keys.log'}"]
    opened = subprocess.run(with_log, capture_output=True, check=True, text=True).stdout
    assert opened.split() == ["closed.example", "204"]
    assert subprocess.run(words, capture_output=True, check=True, text=True).stdout == ""
