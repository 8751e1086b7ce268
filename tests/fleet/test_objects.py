"""Captures in an object store: odd keys, long listings, a store that is not there for a while, cut downloads."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from tests.fleet.store import BUCKET, Server

from vitne.fleet.objects import Store, Stored, has_pattern, parts_of
from vitne.model import CaptureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("moto", reason="the object store of the tests is not installed: requirements/dev.txt")
ODD = (
    "odd/a b/ø æ.pcap",
    "odd//empty.pcap",
    "odd/../up.pcap",
    "odd/./dot.pcap",
    "odd/q?&=#%25+.pcap",
    "odd/back\\slash.pcap",
    "odd/tab\t.pcap",
    "odd/~[]{}*.pcap",
    "odd/\x07.pcap",
    "/lead.pcap",
)
URL = f"s3://{BUCKET}/"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    one = Server()
    one.put("folder/", b"")
    for key in ODD:
        one.put(key, key.encode())
    one.put("one.bin", bytes(range(256)) * 8192)
    yield one
    one.close()


@pytest.fixture(autouse=True)
def _found(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.environ(monkeypatch)
    server.trouble.answer = None
    server.trouble.asked.clear()


def _store(patience_s: float = 5.0) -> Store:
    return Store(patience_s=patience_s, sleep=lambda _: None)


def _fetched(one: Stored, store: Store | None = None) -> bytes:
    stream = io.BytesIO()
    (store or _store()).fetch(one, stream)
    return stream.getvalue()


def test_every_key_is_listed_and_fetched_as_it_is() -> None:
    found = {each.url: each for each in _store().listed(URL)}
    assert {URL + key for key in ODD} < found.keys()
    assert URL + "folder/" not in found
    for key in ODD:
        assert _fetched(found[URL + key]) == key.encode()
        assert _store().told(URL + key) == found[URL + key]


def test_a_listing_goes_on_behind_a_thousand(server: Server) -> None:
    for number in range(1105):
        server.put(f"many/{number:05}.pcap", b"x")
    server.trouble.asked.clear()
    assert [each.url for each in _store().listed(URL + "many/")] == [
        f"{URL}many/{number:05}.pcap" for number in range(1105)
    ]
    assert len(server.trouble.asked) == 2
    assert [each.url for each in _store().matching(URL + "many/0110?.pcap")] == [
        f"{URL}many/0110{number}.pcap" for number in range(5)
    ]


def test_a_store_that_says_not_now_for_a_while_is_asked_again(server: Server) -> None:
    pauses: list[float] = []
    store = Store(patience_s=60, sleep=pauses.append)
    server.trouble.not_now(7)
    assert len(list(store.listed(URL + "one"))) == 1
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8]
    server.trouble.not_now(9)
    assert len(_fetched(Stored(url=URL + "one.bin"), store)) == 256 * 8192
    assert max(pauses) == 15


def test_one_that_says_not_now_for_ever_is_told_with_what_it_said(server: Server) -> None:
    server.trouble.not_now(-1)
    with pytest.raises(CaptureError, match="503 SlowDown"):
        list(_store(0.0).listed(URL))
    with pytest.raises(CaptureError, match=r"\(503\)"):
        _store(0.0).told(URL + "one.bin")


def test_a_cut_download_goes_on_where_it_broke(server: Server) -> None:
    [one] = _store().listed(URL + "one")
    server.trouble.cut(6)
    server.trouble.asked.clear()
    assert _fetched(one) == bytes(range(256)) * 8192
    ranges = [each[2] for each in server.trouble.asked]
    assert ranges[:3] == ["", "bytes=1048576-", "bytes=1572864-"]
    server.trouble.cut(-1)
    with pytest.raises(CaptureError, match="no answer"):
        _fetched(one, _store(0.0))


def test_an_object_that_is_replaced_is_read_anew_and_never_mixed(server: Server) -> None:
    server.put("changing.bin", b"a" * 4000)
    [one] = _store().listed(URL + "changing")
    server.put("changing.bin", b"b" * 3000)
    assert _fetched(one) == b"b" * 3000
    server.trouble.other_etag(1)
    assert _fetched(one) == b"b" * 3000
    server.trouble.other_etag(-1)
    with pytest.raises(CaptureError, match="it changes while it is read"):
        _fetched(one)


def test_what_is_not_there_and_what_is_refused_is_said_at_once(server: Server) -> None:
    with pytest.raises(CaptureError, match="it is not there"):
        _store().told(URL + "none")
    with pytest.raises(CaptureError, match="it is not there"):
        list(_store().listed("s3://nobucket/"))
    with pytest.raises(UsageError, match="no bucket"):
        list(_store().listed("s3:///x"))
    server.trouble.asked.clear()
    server.trouble.answer = lambda _, start: [start("403 Forbidden", []) or b""]
    with pytest.raises(CaptureError, match="refuses access"):
        list(_store().listed(URL))
    assert len(server.trouble.asked) == 1


def test_an_object_that_became_empty_begins_with_nothing(server: Server) -> None:
    server.put("empty", b"")
    assert Store().beginning(f"s3://{BUCKET}/empty", 100) == b""


def test_without_anybody_who_may_read_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from vitne.fleet.objects import _client_of

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    _client_of.cache_clear()
    with pytest.raises(UsageError, match="AWS_ACCESS_KEY_ID"):
        list(_store().listed(URL))
    _client_of.cache_clear()


def test_words_are_taken_apart() -> None:
    assert parts_of("s3://fleet/a/b//c") == ("fleet", "a/b//c")
    assert parts_of("s3://fleet") == ("fleet", "")
    assert has_pattern("a*b")
    assert not has_pattern("a/b")
