"""Seeds: the subject's, and the link addresses that the capture shows."""

from __future__ import annotations

from vitne.attribute import Device, Devices
from vitne.model import Seed, Subject
from vitne.pipeline.seeds import all_seeds

PHONE, ROUTER = "00:00:5e:00:53:01", "00:00:5e:00:53:fe"


def test_link_addresses_of_devices_and_routers_are_seeds_of_the_capture() -> None:
    devices = Devices([Device(key=PHONE, mac=PHONE)], {}, {ROUTER})
    seeds = all_seeds(Subject(), devices)
    assert [(seed.identifier, seed.value, seed.origin) for seed in seeds] == [
        ("mac-address", PHONE, "capture"),
        ("bssid", ROUTER, "capture"),
    ]


def test_what_the_subject_file_names_is_not_repeated() -> None:
    known = Seed(identifier="mac-address", name="wifi", value=PHONE)
    seeds = all_seeds(Subject(seeds=(known,)), Devices([Device(key=PHONE, mac=PHONE)], {}, set()))
    assert seeds == [known]


def test_group_and_empty_link_addresses_are_nobodys() -> None:
    macs = ["01:00:5e:00:00:fb", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"]
    assert all_seeds(Subject(), Devices([Device(key=mac, mac=mac) for mac in macs], {}, set(macs))) == []


def test_a_capture_of_very_many_devices_gives_a_bounded_number_of_seeds() -> None:
    devices = [
        Device(key=f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}", mac=f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}")
        for n in range(1, 5000)
    ]
    assert len(all_seeds(Subject(), Devices(devices, {}, set()))) == 64
