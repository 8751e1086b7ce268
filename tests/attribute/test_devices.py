"""Devices: who is on this side of the network, told apart from routers and far ends."""

from __future__ import annotations

from random import Random

import pytest

from vitne.attribute import Devices, ends_of
from vitne.attribute import find_devices as found_among
from vitne.attribute.destinations import NEAR, is_local, reaches_of, scope_of
from vitne.attribute.devices import Census
from vitne.model import Flow

PHONE, TABLET, ROUTER = "00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:fe"


def flow(client: tuple[str, str], server: tuple[str, str], *, answered: bool = True) -> Flow:
    return Flow(
        number=0, transport="tcp", client_ip=client[0], client_port=40000, client_mac=client[1], server_ip=server[0],
        server_port=443, server_mac=server[1], packets=4, handshake=True, answered=answered, acked=(None, None),
    )  # fmt: skip


def find_devices(flows: list[Flow]) -> Devices:
    return found_among([ends_of(flows)])


def test_a_phone_behind_a_router_is_a_device_and_the_far_end_is_none() -> None:
    devices = find_devices(
        [
            flow(("192.168.1.10", PHONE), ("198.51.100.1", ROUTER)),
            flow(("192.168.1.10", PHONE), ("198.51.100.2", ROUTER)),
        ]
    )
    phone = devices.of("192.168.1.10", PHONE)
    assert phone is not None
    assert (phone.key, phone.mac) == (PHONE, PHONE)
    assert devices.of("198.51.100.1", ROUTER) is None
    assert devices.routers == {ROUTER}


def test_one_far_address_is_enough_to_know_a_router() -> None:
    devices = find_devices([flow(("192.168.1.10", PHONE), ("198.51.100.1", ROUTER))])
    assert devices.routers == {ROUTER}
    assert devices.of("198.51.100.1", ROUTER) is None


def test_both_address_families_of_a_phone_are_one_device() -> None:
    devices = find_devices(
        [
            flow(("192.168.1.10", PHONE), ("198.51.100.1", ROUTER)),
            flow(("2001:db8:1::10", PHONE), ("2001:db8:ffff::1", ROUTER)),
            flow(("fe80::10", PHONE), ("fe80::1", ROUTER)),
        ]
    )
    assert devices.of("2001:db8:1::10", PHONE) is devices.of("192.168.1.10", PHONE)
    assert devices.of("2001:db8:ffff::1", ROUTER) is None


def test_before_it_has_an_address_a_device_is_known_by_its_link_address() -> None:
    devices = find_devices(
        [
            flow(("0.0.0.0", PHONE), ("255.255.255.255", "ff:ff:ff:ff:ff:ff"), answered=False),
            flow(("192.168.1.10", PHONE), ("198.51.100.1", ROUTER)),
        ]
    )
    assert devices.of("0.0.0.0", PHONE) is devices.of("192.168.1.10", PHONE)


def test_devices_seen_through_a_router_are_told_apart_by_address() -> None:
    far = ("198.51.100.1", "00:00:5e:00:53:aa")
    devices = find_devices([flow((f"10.0.0.{n}", ROUTER), far) for n in range(2, 6)])
    assert len({device.key for device in devices.all}) == 4
    assert devices.of("10.0.0.2", ROUTER) is not devices.of("10.0.0.3", ROUTER)


def test_without_link_addresses_the_one_who_opens_connections_is_the_device() -> None:
    devices = find_devices([flow(("203.0.113.7", ""), ("198.51.100.1", ""))])
    assert devices.of("203.0.113.7") is not None
    assert devices.of("198.51.100.1") is None


def test_a_device_answers_to_its_link_address_its_address_and_its_name() -> None:
    devices = find_devices([flow(("192.168.1.10", PHONE), ("198.51.100.1", ROUTER))])
    devices.name(PHONE, "Kari-sin-telefon")
    for word in (PHONE, PHONE.upper(), PHONE.replace(":", "-"), "192.168.1.10", "kari-SIN-telefon"):
        assert [device.mac for device in devices.matching(word)] == [PHONE], word
    assert devices.matching("192.168.1.1") == []


IPS = ["192.168.1.10", "192.168.1.11", "10.0.0.2", "198.51.100.1", "198.51.100.2", "203.0.113.5", "0.0.0.0", "::",
       "224.0.0.251", "fe80::10", "2001:db8:1::10", "2001:db8:ffff::1", "ff02::fb", "100.64.0.9", "127.0.0.1"]  # fmt: skip


def naive(flows: list[Flow]) -> tuple[dict[str, str], set[tuple[str, str]], set[str]]:
    """Say one by one: link address of each address, what each link address carries, who opens outward."""
    mac_of: dict[str, str] = {}
    carried: set[tuple[str, str]] = set()
    balance: dict[str, int] = {}
    for one in flows:
        ends = [(one.client_ip, one.client_mac), (one.server_ip, one.server_mac)]
        for ip, mac in ends[: 1 + one.answered]:
            if scope_of(ip) != "multicast":
                mac_of.setdefault(ip, mac)
                carried |= {(mac, ip)} if mac else set()
        if one.client_ip not in {"0.0.0.0", "::"} and not is_local(one.server_ip):
            if not is_local(one.client_ip) and one.client_ip in mac_of:
                balance[one.client_ip] = balance.get(one.client_ip, 0) + 1
            if one.server_ip in mac_of:
                balance[one.server_ip] = balance.get(one.server_ip, 0) - 1
    return mac_of, carried, {ip for ip, count in balance.items() if count > 0}


@pytest.mark.parametrize("seed", range(30))
def test_by_columns_the_same_is_seen_as_one_by_one(seed: int) -> None:
    rng = Random(seed)
    macs = ["", PHONE, TABLET, ROUTER]
    flows = [
        flow(
            (rng.choice(IPS), rng.choice(macs)),
            (rng.choice(IPS), rng.choice(macs)),
            answered=rng.random() < 0.5,
        )
        for _ in range(rng.choice([1, 3, 12, 40]))
    ]
    cut = rng.randrange(len(flows) + 1)
    census = Census()
    for some in (flows[:cut], flows[cut:]):
        census.take(ends_of(some))
    mac_of, carried, outward = naive(flows)
    assert list(census._mac_of.items()) == list(mac_of.items())
    assert {(mac, ip) for mac, ips in census._carried.items() for ip in ips} == carried
    assert {ip for ip, count in census._balance.items() if count > 0} == outward


def test_what_is_not_remembered_says_the_same() -> None:
    ips = [*IPS, "8.8.8.8", "239.255.255.250", "255.255.255.255", "no address", "ff02::1", "::1", "fe80::1"]
    reaches = reaches_of(ips)
    assert [reach in NEAR for reach in reaches] == [is_local(ip) for ip in ips]
    assert [reach == "multicast" for reach in reaches] == [scope_of(ip) == "multicast" for ip in ips]
    assert reaches_of([]) == []
