"""What all tests share: the corpus folder, and the rule that nothing leaves this machine."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Give the folder of real captures, or skip with the reason."""
    folder = Path(os.environ.get("VITNE_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not (folder / "ground-truth.json").is_file():
        pytest.skip(
            f"the corpus is not here ({folder.name}): set VITNE_CORPUS to the folder of real captures"
        )
    return folder


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demonstration once: capture, subject file and case; tests copy what they change."""
    from vitne.cli.main import main

    folder = tmp_path_factory.mktemp("demonstration")
    assert main(["demo", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def bag(demonstration: Path) -> Path:
    """Seal the demonstration's case once; tests copy what they change."""
    from vitne.cli.main import main

    assert main(["seal", str(demonstration / "case"), str(demonstration / "case.bag")]) == 0
    return demonstration / "case.bag"


@pytest.fixture(autouse=True)
def _network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets reach loopback only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            if not (host.startswith("127.") or host in {"::1", "localhost"}):
                raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
