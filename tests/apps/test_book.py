"""Flows looked up among what lists tell."""

from __future__ import annotations

from vitne.apps.book import Book, Use, agreed, plain, socket
from vitne.model import App, Flow

WEATHER = App(uid=10123, source="proc-net")


def flow(*, transport: str = "tcp", near: tuple[str, int] = ("192.168.1.20", 40001)) -> Flow:
    return Flow(
        number=0, transport=transport, client_ip=near[0], client_port=near[1], client_mac="",
        server_ip="198.51.100.20", server_port=443, server_mac="", packets=1, handshake=True, answered=True,
        acked=(None, None),
    )  # fmt: skip


def book(*sockets: tuple[str, tuple[str, int], tuple[str, int]], app: App = WEATHER) -> Book:
    made = Book()
    for transport, near, far in sockets:
        made.hold(socket(transport, near, far), app)
    return made


def test_a_connection_is_found_by_its_four_ends():
    known = book(("tcp", ("192.168.1.20", 40001), ("198.51.100.20", 443)))
    assert known.of_flow(flow()) == WEATHER
    assert known.of_flow(flow(near=("192.168.1.20", 40002))) is None
    assert known.of_flow(flow(transport="udp")) is None


def test_a_connection_is_found_from_the_side_that_accepted_it_too():
    known = book(("tcp", ("198.51.100.20", 443), ("192.168.1.20", 40001)))
    assert known.of_flow(flow()) == WEATHER


def test_a_listening_socket_of_tcp_holds_no_connection():
    assert book(("tcp", ("0.0.0.0", 40001), ("0.0.0.0", 0))).of_flow(flow()) is None


def test_a_socket_of_udp_need_not_say_with_whom_it_talks_nor_from_where():
    for near in ("192.168.1.20", "0.0.0.0", "::"):
        assert book(("udp", (near, 40001), ("0.0.0.0", 0))).of_flow(flow(transport="udp")) == WEATHER


def test_an_ipv4_address_in_an_ipv6_table_is_the_same_address():
    known = book(("tcp", ("::ffff:192.168.1.20", 40001), ("::ffff:198.51.100.20", 443)))
    assert known.of_flow(flow()) == WEATHER
    assert plain("::FFFF:192.0.2.1") == "192.0.2.1"
    assert plain("no address") == ""


def test_two_holders_of_one_socket_are_several():
    known = book(("tcp", ("192.168.1.20", 40001), ("198.51.100.20", 443)))
    known.hold(socket("tcp", ("192.168.1.20", 40001), ("198.51.100.20", 443)), App(uid=1, source="proc-net"))
    found = known.of_flow(flow())
    assert found is not None
    assert found.source == "several"


def test_packages_of_a_user_are_named_in_order_and_of_a_second_person_too():
    known = Book()
    known.name(10123, "com.example.b")
    known.name(10123, "com.example.a")
    assert known.named(WEATHER).package == "com.example.a, com.example.b"
    assert known.named(App(uid=1_010_123, source="proc-net")).package == "com.example.a, com.example.b"
    assert known.named(App(name="mail", source="pktap")) == App(name="mail", source="pktap")


def test_users_that_mean_the_same_everywhere_have_a_name_and_no_package():
    known = Book()
    known.fix([(1051, "netd")])
    assert known.named(App(uid=1051, source="proc-net")) == App(uid=1051, name="netd", source="proc-net")


def test_the_only_user_that_sent_is_named_by_time_and_two_are_not():
    known = Book()
    known.use(Use(10123, 1_000, 2_000))
    assert known.of_time(1_000) == App(uid=10123, source="netstats")
    assert known.of_time(2_000) is None
    known.use(Use(10124, 1_500, 2_500))
    assert known.of_time(1_700) is None
    assert known.of_time(1_200) == App(uid=10123, source="netstats")


def test_tellings_agree_or_do_not():
    assert agreed([WEATHER, WEATHER]) == WEATHER
    assert agreed([WEATHER, App(uid=1, source="proc-net")]) is None
    assert agreed([]) is None


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr("vitne.apps.book.MOST_ENTRIES", 3)
    known = Book()
    for uid in range(10):
        known.name(uid, "com.example.a")
        known.use(Use(uid, 0, 1))
        known.hold(socket("tcp", ("192.0.2.1", uid + 1), ("192.0.2.2", 1)), WEATHER)
    assert known.entries == 3
