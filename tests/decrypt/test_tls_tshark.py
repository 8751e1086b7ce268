"""The bytes inside, against those that tshark opens with the same key log."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.decrypt.peers import frames_of

from vitne.decrypt import KeyLog, open_tls
from vitne.lab.pcap import pcap

if TYPE_CHECKING:
    from pathlib import Path

    from tests.decrypt.peers import Peers

SAID = [
    (0, b"GET /?imei=490154203237518 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
    (1, b"HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n" + b"z" * 30_000),
]


@pytest.mark.tshark
@pytest.mark.parametrize(
    ("version", "cipher"),
    [
        ("1.3", ""),
        ("1.2", "ECDHE-RSA-AES256-GCM-SHA384"),
        ("1.2", "ECDHE-RSA-AES128-SHA"),
        ("1.2", "ECDHE-RSA-CHACHA20-POLY1305"),
    ],
)
def test_tshark_opens_the_same_bytes(peers: Peers, tmp_path: Path, version: str, cipher: str) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here")
    talk = peers.talk(peers.contexts(version, f"{cipher}@SECLEVEL=0" if cipher else ""), SAID)
    path = tmp_path / "talk.pcap"
    path.write_bytes(pcap(frames_of(talk)))
    words = [
        "tshark",
        "-r",
        str(path),
        "-o",
        f"tls.keylog_file:{peers.keylog}",
        "-q",
        "-z",
        "follow,tls,raw,0",
    ]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    theirs: list[bytes] = [b"", b""]
    for line in told.splitlines():
        text = line.strip()
        if text and all(digit in "0123456789abcdef" for digit in text):
            theirs[line.startswith("\t")] += bytes.fromhex(text)
    log = KeyLog()
    log.add(peers.keylog.read_bytes())
    ours = open_tls({side: [(0, bytes(talk.wire[side]))] for side in (0, 1)}, log)
    assert sorted(side.data for side in ours) == sorted(theirs), "which side it names first differs"
    assert max(map(len, theirs)) > 30_000
