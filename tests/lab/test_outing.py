"""The whole way through real packets: what the phone does is found again in capture and log."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from vitne.cli.main import main
from vitne.lab import day, nets, outing
from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def here() -> bool:
    try:
        nets.check()
    except UsageError:
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


HOST = "registration.carrier.example"
needs_namespaces = pytest.mark.skipif(
    not here(), reason="LOUD: the lab did not run: it needs root, ip and dnsmasq"
)


def test_unknown_senders_and_speeds_are_refused(tmp_path: Path) -> None:
    for only, speed in ((["nobody"], 60.0), ([], 0.5)):
        with pytest.raises(UsageError):
            outing.run(tmp_path, day.drawn(1, 1.0), seed=1, speed=speed, answer="refuse", only=only)


def test_every_server_has_an_address_of_documentation() -> None:
    assert all(address.startswith("198.51.100.") for address in outing.names().values())
    assert len(set(outing.names().values())) == len(outing.names())


@needs_namespaces
def test_a_refused_registration_is_coupled_to_unlocks_through_connectivity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ.pop("SSLKEYLOGFILE", None)
    for speed in (120.0, 40.0):  # on a machine with much else to do a fast day blurs: then a slower one
        truth, said = _lived(tmp_path / f"{speed:g}", speed, capsys)
        found = {(each["event"], each["destination"]): each for each in said["triggers"]}
        if found["keyguard-gone", HOST]["through"]:
            break
    assert abs(said["clock"]["offset_s"] - truth["clock_ahead_s"]) <= said["clock"]["bound_s"]
    _registration(found)
    follower = [each for each in said["triggers"] if each["destination"] == "feed.magazine.example"]
    assert follower
    assert not [each for each in follower if each["verdict"] == "coupled-and-specific"]
    assert said["beacons"]["beat.vendor.example"]["period_s"] == pytest.approx(300, abs=6)
    assert len(said["proofs"]) >= 5
    _truth(truth)


def _lived(
    folder: Path, speed: float, capsys: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    drawn = day.drawn(2019, 1.2, idle_s=60.0)
    left = outing.run(folder, drawn, seed=2019, speed=speed, answer="refuse", only=[])
    assert left.packets > 500
    case = str(folder / "case")
    assert main(["scan", str(left.capture), "--subject", str(left.subject), "--case", case, "-q"]) == 0
    capsys.readouterr()
    assert main(["triggers", case, "--events", str(left.events), "--zone", "+01:00", "--json"]) == 0
    return json.loads(left.truth.read_bytes()), json.loads(capsys.readouterr().out)


def _truth(truth: dict[str, Any]) -> None:
    posts = [row for row in truth["received"] if row["host"] == HOST]
    own = [row for row in truth["sent"] if row.get("sender") == "self-registration"]
    assert len(posts) == len([row for row in own if "unsent" not in row])
    [knows] = [row["knows"] for row in truth["recipients"] if row["host"] == HOST]
    assert knows["IMEI1"] == ["004402990000014"]
    assert any(row.get("sms_to") == "10659401" for row in truth["sent"])


def _registration(found: dict[tuple[str, str], dict[str, Any]]) -> None:
    unlock = found["keyguard-gone", HOST]
    assert unlock["verdict"] in {"coupled", "coupled-and-specific"}
    assert unlock["through"] == "network-connected"
    assert found["network-connected", HOST]["through"] == ""
    boot = found["boot", HOST]
    assert boot["effect"]["next_median_s"] == pytest.approx(60.0, abs=4.0)
