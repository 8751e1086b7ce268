"""Devices: who is on this side of the network, told apart from routers and far ends."""

from __future__ import annotations

from vitne.attribute import find_devices
from vitne.model import Flow

PHONE, TABLET, ROUTER = "00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:fe"


def flow(client: tuple[str, str], server: tuple[str, str], *, answered: bool = True) -> Flow:
    return Flow(
        number=0, transport="tcp", client_ip=client[0], client_port=40000, client_mac=client[1], server_ip=server[0],
        server_port=443, server_mac=server[1], packets=4, handshake=True, answered=answered, acked=(None, None),
    )  # fmt: skip


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
