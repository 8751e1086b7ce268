"""What changed between two firmwares is said part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.firmware import read_images
from vitne.firmware.against import changes
from vitne.lab import firmware as lab
from vitne.lab.images import erofs
from vitne.lab.packages import Package, apk

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.firmware.against import Changes


def _between(folder: Path, old: Package, new: Package) -> Changes:
    for name, package in (("old", old), ("new", new)):
        (folder / f"{name}.img").write_bytes(erofs({"/app/A.apk": apk(package)}))
    return changes(read_images([folder / "old.img"]), read_images([folder / "new.img"]))


def test_a_client_that_is_gone_and_the_switch_that_was_turned(tmp_path: Path) -> None:
    files = lab.make(tmp_path)
    found = changes(read_images([files.with_client]), read_images([files.without_client]))
    told = {(each.verdict, each.what, each.name): (each.before, each.after) for each in found.changes}
    assert ("gone", "unit", "package com.example.autoregistration") in told
    switch = "property persist.vendor.radio.registration.enabled"
    assert told["changed", "flag", switch] == ("true", "false")
    assert found.counts == {"gone": 1, "new": 0, "changed": 2}


def test_the_same_firmware_differs_in_nothing(tmp_path: Path) -> None:
    files = lab.make(tmp_path)
    first = read_images([files.with_client])
    assert changes(first, first).changes == ()


def test_receivers_hosts_permissions_and_flags_are_compared_one_by_one(tmp_path: Path) -> None:
    new = lab.CLIENT._replace(
        receivers=((".AutoRegReceiver", ("android.intent.action.SIM_STATE_CHANGED",)),),
        permissions=("android.permission.INTERNET", "android.permission.SEND_SMS"),
        strings=(("server", "https://new.example/"),),
        switches=(("register_enabled", False),),
        shared_uid="",
        version=(28, "8.1.1"),
    )
    told = {
        (e.verdict, e.what, e.name): (e.before, e.after) for e in _between(tmp_path, lab.CLIENT, new).changes
    }
    receiver = "receiver com.example.autoregistration.AutoRegReceiver"
    before, after = told["changed", "component", receiver]
    assert "boot, connectivity" in before
    assert after.startswith("woken by sim-state;")
    assert ("new", "host", "new.example") in told
    assert ("new", "permission", "android.permission.SEND_SMS") in told
    assert ("gone", "permission", "android.permission.READ_PHONE_STATE") in told
    assert told["changed", "flag", "bool/register_enabled"] == ("true", "false")
    assert told["changed", "version", "version"] == ("8.1.0 (27)", "8.1.1 (28)")
    assert ("gone", "shared user", "shared user") in told


def test_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    data = lab.image(client=True)
    (tmp_path / "cut.img").write_bytes(data[: len(data) // 2])
    whole = lab.make(tmp_path).with_client
    found = changes(read_images([whole]), read_images([tmp_path / "cut.img"]))
    assert any("Parts of the newer that could not be read" in note for note in found.notes)
