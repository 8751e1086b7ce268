from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.lookups.servers import DIALECTS, DOMAIN, dns_server, http_server, rdap, tls_server, whois_server
from vitne.lookups.asking import Asker, Ways
from vitne.lookups.kept import Answer, facts_of, keep, read_answers

if TYPE_CHECKING:
    from pathlib import Path


class Kept:
    """What was announced, kept and waited for."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.folder, self.announced, self.waits, self.answers = (
            folder,
            list[str](),
            list[float](),
            list[Answer](),
        )
        self.asker = Asker(
            Ways(
                announce=self.announced.append,
                keep=self._keep,
                now=lambda: "2026-11-22T05:00:00Z",
                sleep=self.waits.append,
                timeout=2.0,
                **more,
            )
        )

    def _keep(self, answer: Answer, raw: bytes) -> None:
        assert self.announced, "a question was sent that nobody announced"
        self.answers.append(keep(self.folder, answer, raw))

    def facts(self) -> dict[str, list[tuple[str, str]]]:
        return {
            key: [(f.kind, f.value) for f in facts]
            for key, facts in facts_of(read_answers(self.folder)).items()
        }


def _boot(url: str) -> dict[str, Any]:
    return {
        "dns": {"services": [[["example"], [url]]]},
        "ipv4": {"services": [[["192.0.2.0/24"], [url]]]},
        "ipv6": {},
    }


def test_a_domain_and_an_address_are_asked_for_and_every_answer_is_kept(tmp_path: Path) -> None:
    with http_server(lambda path, n: rdap(DOMAIN if "domain" in path else DIALECTS["ripe"][0])) as (
        url,
        seen,
    ):
        kept = Kept(tmp_path, bootstrap=_boot(url))
        kept.asker.about("x.example")
        kept.asker.about("192.0.2.9")
    assert seen == ["/domain/x.example", "/ip/192.0.2.9"]
    assert len(kept.announced) == 2
    assert all(url in line for line in kept.announced)
    assert ("domain-registrant", "Example Holder AS") in kept.facts()["x.example"]
    assert ("block-holder", "Example Org") in kept.facts()["192.0.2.9"]
    for answer in kept.answers:
        assert (tmp_path / "lookups" / "raw" / answer.sha256).is_file()
        assert answer.asked_at == "2026-11-22T05:00:00Z"


def test_a_redirect_is_followed_and_kept(tmp_path: Path) -> None:
    def answer(path: str, number: int) -> Any:
        return rdap(DOMAIN) if path.startswith("/new") else (301, {"Location": "/new" + path}, b"")

    with http_server(answer) as (url, _):
        kept = Kept(tmp_path, bootstrap=_boot(url))
        kept.asker.about("x.example")
    assert kept.answers[0].status == "answered"
    assert kept.answers[0].redirects == (f"{url}/domain/x.example",)
    assert len(kept.announced) == 2, "where it was sent on to is announced, too"


@pytest.mark.parametrize(
    ("answer", "status", "questions"),
    [
        (lambda path, n: (302, {"Location": path}, b""), "redirects in a circle", 1),
        (lambda path, n: (302, {"Location": f"/{n}"}, b""), "too many redirects", 6),
        (lambda path, n: (200, {"Content-Type": "text/html"}, b"<p>"), "wrong type", 1),
        (lambda path, n: (200, {"Content-Type": "application/json"}, b"CUT"), "cut", 3),
        (lambda path, n: (404, {}, b""), "not found", 1),
        (
            lambda path, n: (302, {"Location": "http://198.51.100.1/x"}, b""),
            "refused to ask without encryption",
            1,
        ),
        (lambda path, n: (302, {}, b""), "moved", 3),
    ],
)
def test_a_server_that_misbehaves_ends_in_a_word_and_in_whois(
    tmp_path: Path, answer: Any, status: str, questions: int
) -> None:
    with http_server(answer) as (url, seen), whois_server({}) as (root, asked):
        kept = Kept(tmp_path, bootstrap=_boot(url), whois_root=root)
        kept.asker.about("x.example")
    assert kept.answers[0].status == status
    assert len(seen) == questions
    assert asked == ["example"]
    assert kept.facts() == {}


def test_a_server_that_asks_to_wait_is_waited_for_and_asked_again(tmp_path: Path) -> None:
    with http_server(lambda path, n: (429, {"Retry-After": "5"}, b"") if n < 3 else rdap(DOMAIN)) as (
        url,
        seen,
    ):
        kept = Kept(tmp_path, bootstrap=_boot(url))
        kept.asker.about("x.example")
    assert len(seen) == 3
    assert kept.waits.count(5.0) == 2
    assert kept.answers[0].status == "answered"


def test_a_server_that_asks_to_wait_for_ever_is_given_up(tmp_path: Path) -> None:
    with (
        http_server(lambda path, n: (429, {"Retry-After": "99999999"}, b"")) as (url, seen),
        whois_server({}) as (root, _),
    ):
        kept = Kept(tmp_path, bootstrap=_boot(url), whois_root=root)
        kept.asker.about("x.example")
    assert len(seen) == 3
    assert max(kept.waits) <= 60
    assert kept.answers[0].status == "asked too often"


def test_a_zone_without_rdap_is_asked_by_whois_from_the_root_on(tmp_path: Path) -> None:
    record = b"Domain Name: vnet.cn\nRegistrant: CNNIC\nSponsoring Registrar: Example\n"
    with (
        whois_server({"vnet.cn": record}) as (zone, asked),
        whois_server({"cn": f"whois: {zone}\n".encode()}) as (root, first),
    ):
        kept = Kept(tmp_path, bootstrap={"dns": {}}, whois_root=root)
        kept.asker.about("vnet.cn")
    assert (first, asked) == (["cn"], ["vnet.cn"])
    assert kept.facts()["vnet.cn"][0] == ("domain-registrant", "CNNIC")
    assert [answer.subject for answer in kept.answers] == ["zone of vnet.cn", "vnet.cn"]


def test_servers_that_refer_to_one_another_are_asked_once_each(tmp_path: Path) -> None:
    answers: dict[str, bytes] = {}
    with whois_server(answers) as (one, asked):
        answers |= {"cn": f"whois: {one}\n".encode(), "x.cn": f"whois: {one}\n".encode()}
        kept = Kept(tmp_path, whois_root=one)
        kept.asker.about("x.cn")
    assert asked == ["cn"]


def test_no_record_is_kept_as_not_found(tmp_path: Path) -> None:
    with (
        whois_server({"x.cn": b"No matching record. not found\n"}) as (zone, _),
        whois_server({"cn": f"whois: {zone}\n".encode()}) as (root, _),
    ):
        kept = Kept(tmp_path, whois_root=root)
        kept.asker.about("x.cn")
    assert kept.answers[-1].status == "not found"
    assert "x.cn" not in kept.facts()


@pytest.mark.parametrize("cut", [False, True])
def test_name_servers_are_asked_for_over_tcp_where_the_answer_was_cut(tmp_path: Path, cut: bool) -> None:
    with dns_server(["ns1.host.example"], cut=cut) as (resolver, seen):
        kept = Kept(tmp_path, resolver=resolver)
        kept.asker.names("x.example")
        kept.asker.names("not a name")
    assert seen == (["udp", "tcp"] if cut else ["udp"])
    assert kept.facts() == {"x.example": [("dns-operator", "ns1.host.example")]}


def test_a_certificate_is_announced_as_seen_by_the_server_itself(tmp_path: Path) -> None:
    with tls_server(tmp_path, "Example Org") as port:
        kept = Kept(tmp_path / "case")
        kept.asker.certificate("127.0.0.1", port, "x.example")
    assert "the server itself sees this" in kept.announced[0]
    assert ("certificate-subject", "Example Org, x.example") in kept.facts()["x.example"]


def test_one_server_is_not_asked_twice_without_a_pause(tmp_path: Path) -> None:
    with http_server(lambda path, n: rdap(DOMAIN)) as (url, _):
        kept = Kept(tmp_path, bootstrap=_boot(url), pause=2.5)
        kept.asker.about("a.example")
        kept.asker.about("b.example")
    assert kept.waits == [2.5]
    assert kept.asker.count == 2
