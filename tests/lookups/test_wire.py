from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from tests.lookups.servers import dns_server, http_server, tls_server, whois_server
from vitne.lookups import dns, wire

if TYPE_CHECKING:
    from pathlib import Path


def _get(answer: tuple[int, dict[str, str], bytes], timeout: float = 3.0) -> wire.Reply:
    with http_server(lambda path, number: answer) as (url, _):
        return wire.http_get(f"{url}/domain/x.example", accept="application/rdap+json", timeout=timeout)


def test_an_answer_is_given_with_its_type() -> None:
    reply = _get((200, {"Content-Type": "application/rdap+json; charset=utf-8"}, b"{}"))
    assert (reply.status, reply.raw, reply.media) == ("answered", b"{}", "application/rdap+json")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((404, {}, b"{}"), "not found"),
        ((429, {"Retry-After": "7"}, b""), "asked too often"),
        ((503, {}, b""), "status 503"),
        ((200, {}, b"CUT"), "cut"),
        ((200, {}, bytes(wire.MOST + 1)), "too long"),
    ],
)
def test_every_fault_has_its_word(answer: tuple[int, dict[str, str], bytes], status: str) -> None:
    reply = _get(answer)
    assert reply.status == status
    assert reply.wait == (7.0 if status == "asked too often" else 0.0)


def test_a_slow_server_is_given_up() -> None:
    assert _get((200, {}, b"SLOW"), timeout=0.2).status == "timeout"


def test_a_redirect_is_told_and_not_followed() -> None:
    reply = _get((302, {"Location": "/other"}, b""))
    assert reply.status == "moved"
    assert reply.moved_to.endswith("/other")


def test_nothing_is_asked_unencrypted_beyond_this_machine() -> None:
    for url in ("http://198.51.100.1/x", "ftp://x.example/", "https:///x", "nonsense"):
        assert wire.http_get(url, accept="x", timeout=0.1).status in {
            "refused to ask without encryption",
            "no address to ask",
        }
    assert wire.http_get("http://127.0.0.1:1/x", accept="x", timeout=0.5).status == "no connection"


def test_whois_is_asked_and_an_empty_answer_is_cut() -> None:
    with whois_server({"x.cn": b"Registrant: X\n"}) as (server, seen):
        assert wire.whois_ask(server, "x.cn", timeout=2).raw == b"Registrant: X\n"
        assert wire.whois_ask(server, "y.cn", timeout=2).status == "cut"
        assert seen == ["x.cn", "y.cn"]


def test_an_answer_to_another_question_is_not_taken() -> None:
    query = dns.question("x.example", "NS", 513)
    with dns_server(["ns1.host.example"], noise=True) as (server, _):
        reply = wire.dns_ask(server, query, timeout=2)
        assert b"forged" not in reply.raw
        assert dns.records(reply.raw)[0][2] == "ns1.host.example"


def test_dns_over_tcp_and_a_name_server_that_is_not_there() -> None:
    query = dns.question("x.example", "NS", 513)
    with dns_server(["ns1.host.example"]) as (server, seen):
        assert dns.records(wire.dns_ask(server, query, timeout=2, tcp=True).raw)
        assert seen == ["tcp"]
    assert wire.dns_ask(server, query, timeout=0.3).status in {"no connection", "timeout"}


def test_a_certificate_is_fetched_without_asking_who_vouches(tmp_path: Path) -> None:
    with tls_server(tmp_path, "Example Org") as port:
        reply = wire.certificate_of("127.0.0.1", port, timeout=3, name="x.example")
    assert reply.raw == ssl.PEM_cert_to_DER_cert((tmp_path / "c.pem").read_text())
    assert wire.certificate_of("127.0.0.1", port, timeout=0.5).status == "no connection"
