"""The ends of many messages named at once are the ends of each one named alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import vitne
from tests.pipeline.talk import OK, OTHER_HOST, PHONE, SERVER_HOST, TABLET, Talk, get, subject
from vitne.lab.home import dns_answer, dns_query
from vitne.lab.wire import Host

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.pipeline import Result

RESOLVER = Host("00:00:5e:00:53:fd", "192.0.2.53")


def scan(tmp_path: Path, talk: Talk) -> Result:
    return vitne.scan(talk.write(tmp_path / "talk.pcap"), reveal=True, subject=subject(tmp_path))


def ask_dns(talk: Talk, phone: Host, name: str, address: str) -> None:
    talk.now += 10_000_000
    ports = (42000 + talk.now % 1000, 53)
    talk.wire.datagram(talk.now, (phone, RESOLVER), ports=ports, payload=dns_query(7, name))
    talk.now += 10_000_000
    talk.wire.datagram(
        talk.now, (RESOLVER, phone), ports=ports[::-1], payload=dns_answer(7, name, (address,))
    )


def opaque_hosts(result: Result, device: str) -> list[tuple[str, str]]:
    return [
        (row.host, row.host_source)
        for row in result.transmissions
        if row.ip == SERVER_HOST.ip and row.source_ip == device
    ]


def test_a_name_that_dns_told_holds_from_its_answer_until_the_next_and_for_its_asker_alone(tmp_path: Path):
    talk = Talk()
    talk.udp(b"before any answer", source=41001)
    ask_dns(talk, PHONE, "first.example", SERVER_HOST.ip)
    talk.udp(b"behind the first", source=41002)
    ask_dns(talk, PHONE, "second.example", SERVER_HOST.ip)
    talk.udp(b"behind the second", source=41003)
    talk.udp(b"of another device", phone=TABLET, source=41004)
    result = scan(tmp_path, talk)
    assert opaque_hosts(result, PHONE.ip) == [
        ("", "none"),
        ("first.example", "dns"),
        ("second.example", "dns"),
    ]
    assert opaque_hosts(result, TABLET.ip) == [("", "none")]


def test_a_host_that_the_flow_tells_wins_over_dns_and_ports_are_of_the_flow(tmp_path: Path):
    talk = Talk()
    ask_dns(talk, PHONE, "told.example", SERVER_HOST.ip)
    talk.tcp([(0, get("/a", host="own.example")), (1, OK)], source=43001, port=8080)
    talk.tcp([(0, get("/b", host="other.example")), (1, OK)], source=43002)
    rows = [row for row in scan(tmp_path, talk).transmissions if row.protocol == "http"]
    assert [(row.host, row.host_source, row.source_port, row.port) for row in rows] == [
        ("own.example", "http-host", 43001, 8080),
        ("other.example", "http-host", 43002, 80),
    ]


def test_each_row_has_the_ends_that_are_named_for_it_alone(tmp_path: Path):
    talk = Talk()
    for number in range(30):
        phone, server = ((PHONE, SERVER_HOST), (TABLET, OTHER_HOST))[number % 2]
        if number % 3 == 0:
            ask_dns(talk, phone, f"n{number % 4}.example", server.ip)
        talk.udp(b"data %d" % number, phone=phone, server=server, source=41000 + number)
        talk.ask(get(f"/{number}", host=f"h{number % 5}.example"), phone=phone, server=server)
    rows = scan(tmp_path, talk).transmissions
    toll, ends = rows._toll, rows._ends
    told = {(row["flow"], row["first"]): toll.hosts.things[row["host"]] for row in toll.records()}
    assert len(rows) > 60
    for row, record in zip(rows, toll.records()[rows._order], strict=True):
        flow = toll.groups[record["group"]].flow(int(record["flow"]))
        first = min(one.time_ns for one in rows if one.flow == row.flow and one.host == row.host)
        source, target, scope = ends.ends(
            flow, int(record["side"]), host=told[record["flow"], record["first"]], time_ns=first
        )
        assert (row.device, row.source_ip, row.source_port) == (source.device, source.ip, source.port)
        assert (row.ip, row.port, row.host, row.host_source) == (
            target.ip,
            target.port,
            target.host,
            target.host_source,
        )
        assert (row.scope, row.transport) == (scope, flow.transport)


def test_masked_rows_say_nothing_of_names_and_the_unmasked_stay_as_they_are(tmp_path: Path):
    talk = Talk()
    talk.ask(get("/"))
    result = scan(tmp_path, talk)
    before = list(result.transmissions)
    masked = list(result.masked().transmissions)
    assert [row.device for row in masked] == ["device#1"]
    assert list(result.transmissions) == before
    assert before[0].device != "device#1"
