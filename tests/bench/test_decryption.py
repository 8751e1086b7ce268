"""The bench of closed traffic: what its peers say is what is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench.decryption import _bodies, opened, over_quic, over_tls
from tests.decrypt.peers import write_certificate

if TYPE_CHECKING:
    from pathlib import Path

BODIES = [b'{"number":0,"text":"%s"}' % (b"a few words " * 2000), b'{"number":1}']


@pytest.mark.parametrize("way", ["quic", "1.2", "1.3"])
def test_what_the_peers_say_is_opened(tmp_path: Path, way: str) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    if way == "quic":
        pytest.importorskip("aioquic", reason="aioquic is not here: no QUIC peers to talk to each other")
        talked = over_quic(tmp_path, certificate, BODIES)
    else:
        talked = over_tls(tmp_path, certificate, BODIES, way)
    assert opened(talked.capture, talked.keys) == BODIES


def test_bodies_are_the_same_each_time_and_as_long_as_asked_for() -> None:
    assert _bodies(2) == _bodies(2)
    assert 2 << 20 <= sum(map(len, _bodies(2))) < 3 << 20
