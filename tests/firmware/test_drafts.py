"""Splits and code compiled ahead go to the package they belong to."""

from __future__ import annotations

import hashlib
import random
import tracemalloc
from typing import TYPE_CHECKING

from vitne.firmware import read_images
from vitne.firmware.drafts import digest
from vitne.firmware.source import Held
from vitne.lab.firmware import CLIENT
from vitne.lab.images import erofs
from vitne.lab.packages import Package, apk, archived, code

if TYPE_CHECKING:
    from pathlib import Path

_SPLIT = Package(name=CLIENT.name, texts=("http://split.example/", "SIM2ICCID"), split="config.nb")


def test_a_bundle_is_one_unit(tmp_path: Path) -> None:
    members = {
        "base.apk": apk(CLIENT),
        "split_config.nb.apk": apk(_SPLIT),
        "toc.pb": b"\x08\x01",
        "icon.png": b"x",
    }
    (tmp_path / "a.apks").write_bytes(archived(members))
    [unit] = read_images([tmp_path / "a.apks"]).units
    assert unit.path == "a.apks!/base.apk"
    assert unit.parts == ("a.apks!/split_config.nb.apk",)
    assert "split.example" in {each.host for each in unit.endpoints}
    [sender] = unit.senders
    assert "SIM2ICCID" in {each.text for each in sender.evidence}


def test_a_split_without_its_base_is_told_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(apk(_SPLIT))
    [unit] = read_images([tmp_path / "a.apk"]).units
    assert (unit.name, unit.split) == (CLIENT.name, "config.nb")


def test_code_compiled_ahead_belongs_to_its_package(tmp_path: Path) -> None:
    stripped = apk(CLIENT._replace(texts=(), calls=()))
    vdex = b"vdex006\0" + bytes(16) + code(CLIENT.texts, CLIENT.calls)
    files = {"/app/A/A.apk": stripped, "/app/A/oat/arm64/A.vdex": vdex}
    (tmp_path / "system.img").write_bytes(erofs(files))
    [unit] = read_images([tmp_path / "system.img"]).units
    assert unit.senders[0].id == "self-registration"
    assert unit.senders[0].evidence[0].spot.path.endswith("/oat/arm64/A.vdex")


def test_a_calculator_could_not_send(tmp_path: Path) -> None:
    from vitne.lab.firmware import CALCULATOR

    (tmp_path / "a.apk").write_bytes(apk(CALCULATOR))
    [unit] = read_images([tmp_path / "a.apk"]).units
    assert not unit.could_send
    assert unit.because == ()


def test_a_digest_of_steps_is_that_of_the_whole() -> None:
    data = b"x" * ((1 << 20) * 2 + 7)
    assert digest(Held(data)) == hashlib.sha256(data).hexdigest()


def test_packages_of_an_archive_are_not_held_beside_one_another(tmp_path: Path) -> None:
    padding = ("res/a.bin", random.Random(3).randbytes(2 << 20))
    package = apk(CLIENT._replace(files=(padding,)))
    (tmp_path / "all.zip").write_bytes(archived({f"{number}.apk": package for number in range(12)}))
    tracemalloc.start()
    units = read_images([tmp_path / "all.zip"]).units
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {unit.sha256 for unit in units} == {hashlib.sha256(package).hexdigest()}
    assert len(units) == 12
    assert most < 16 << 20
