from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from vitne.lab import nets
from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def here() -> bool:
    try:
        nets.check()
    except UsageError:
        return False
    made = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    return made.returncode == 0


needs_namespaces = pytest.mark.skipif(
    not here(), reason="LOUD: no namespaces here: root, iproute2 and dnsmasq are needed"
)


def test_who_may_not_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **more: "/bin/true")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(UsageError, match="unshare --user"):
        nets.check()


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **more: None)
    with pytest.raises(UsageError, match="dnsmasq"):
        nets.check()


@needs_namespaces
def test_the_spaces_lead_nowhere_and_are_gone_afterwards(tmp_path: Path) -> None:
    with nets.Nets(tmp_path, mac="00:00:5e:00:53:01", names={"a.example": "198.51.100.21"}) as net:
        net.join()
        routes = subprocess.run(
            net.command("r", "ip", "route"), capture_output=True, text=True, check=True
        ).stdout
        assert "default" not in routes
        asked = subprocess.run(
            net.command("h", "ip", "-4", "addr"), capture_output=True, text=True, check=True
        ).stdout
        assert "192.0.2." in asked
        name = net.space("h")
    left = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert name not in left
