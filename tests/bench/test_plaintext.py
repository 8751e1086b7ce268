from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from bench.doors import plaintext
from tests.decrypt.peers import Peers, frames_of, write_certificate

from vitne.lab.pcap import pcap

if TYPE_CHECKING:
    from pathlib import Path

SAID = [(0, b"GET /?a=1 HTTP/1.1\r\nHost: a.example\r\n\r\n"), (1, b"HTTP/1.1 204 No Content\r\n\r\n")]


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Path]:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here")
    peers = Peers(write_certificate(tmp_path / "server.pem"), tmp_path / "keys.log")
    path = tmp_path / "run.pcap"
    path.write_bytes(pcap(frames_of(peers.talk(peers.contexts("1.3"), SAID))))
    return path, peers.keylog


@pytest.mark.tshark
def test_decrypted_streams_are_held_against_tshark_byte_for_byte(recorded, capsys):
    assert plaintext.main([str(path) for path in recorded]) == 0
    inside = sum(len(data) for _, data in SAID)
    assert f"1 decrypted streams with {inside} bytes" in capsys.readouterr().out


@pytest.mark.tshark
def test_one_byte_that_differs_is_told(recorded, monkeypatch, capsys):
    ours = plaintext.own(*recorded)
    changed = {
        key: tuple(side.replace(b"a=1", b"a=2") for side in said) for key, said in ours.streams.items()
    }
    monkeypatch.setattr(plaintext, "own", lambda *_: ours._replace(streams=changed))
    assert plaintext.main([str(path) for path in recorded]) == 1
    assert "1 differ" in capsys.readouterr().out
