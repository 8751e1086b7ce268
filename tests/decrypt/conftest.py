"""Fixtures of TLS peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.decrypt.peers import Peers, write_certificate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a key and its self-signed certificate in one file."""
    return write_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def peers(certificate: Path, tmp_path: Path) -> Peers:
    """Give peers with a key log of their own."""
    return Peers(certificate, tmp_path / "keys.log")
