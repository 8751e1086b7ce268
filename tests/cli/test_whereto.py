from __future__ import annotations

import re
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne import scan
from vitne.cli import knowing
from vitne.cli.whereto import countries_of, pictures
from vitne.report.formats.html import page

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _finding(host: str, ip: str, identifier: str = "imei") -> Any:
    return SimpleNamespace(
        direction="sent",
        scope="internet",
        kind="identifier",
        identifier=identifier,
        destination=SimpleNamespace(host=host, ip=ip),
    )


def test_the_page_shows_diagram_and_map_and_says_the_same_in_words() -> None:
    flow, world = pictures([_finding("zzhc.vnet.cn", "1.2.4.8"), _finding("zzhc.vnet.cn", "1.2.4.8", "imsi")])
    assert flow.told == (
        "1 times imei to zzhc.vnet.cn, recipient China Telecom, country CN.",
        "1 times imsi to zzhc.vnet.cn, recipient China Telecom, country CN.",
    )
    assert world.told[0] == "China (CN): 1 destinations."
    assert "asn-country@" in world.note
    assert 'class="got"' in world.svg


def test_pictures_hold_no_style_script_or_link_that_the_pages_policy_forbids(tmp_path: Path) -> None:
    hostile = '"><script>alert(1)</script><image href="//evil.example"/>.vnet.cn'
    drawn = pictures([_finding(hostile, "1.2.4.8"), _finding("\u202egnp.cn\x1b[2J", "8.8.8.8")])
    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'"}'))
    result = scan(talk.write(tmp_path / "a.pcap"), subject=subject(tmp_path))
    text = page(result, whither=drawn).decode()
    assert len(re.findall("<style", text)) == 1
    assert not re.search(r"<[a-z]+ [^>]*style=", text)
    assert "<script" not in text
    assert not re.search(r"<(image|use|a) [^>]*(href|src)=\"(?!#)", text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count('id="flow-title"') == text.count('id="map-title"') == 1


def test_the_page_of_a_scanned_case_has_the_pictures(tmp_path: Path) -> None:
    from vitne.cli.casework import Kept, write

    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'"}'))
    result = scan(talk.write(tmp_path / "a.pcap"), subject=subject(tmp_path)).masked()
    write(tmp_path / "case", result, run={}, kept=Kept(tmp_path / "case"))
    text = (tmp_path / "case" / "report" / "index.html").read_text(encoding="utf-8")
    assert "To whom, and to which countries" in text
    assert 'id="flow-title"' in text
    assert "default-src 'none'" in text


def test_no_table_is_opened_where_nothing_went_to_the_open_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("a table was asked for")

    monkeypatch.setattr(knowing, "knowledge", refuse)
    found, used = countries_of([("203.0.113.80", "x.example"), ("192.168.1.1", ""), ("", "y.example")])
    assert set(found.values()) == {()}
    assert used == []
    flow, world = pictures([_finding("x.example", "203.0.113.80")])
    assert flow.svg
    assert not world.svg
    assert world.told[-1] == "Country unknown or disputed: 1 destinations."


def test_nothing_left_and_nothing_is_drawn() -> None:
    assert pictures([]) == ()


def test_many_destinations_stay_small_and_quick() -> None:
    begun = time.process_time()
    many = [_finding(f"h{number}.example", f"8.8.{number % 250}.{number // 250}") for number in range(5000)]
    flow, world = pictures(many)
    assert "4960 further streams" in flow.note
    assert len(flow.svg) + len(world.svg) < 150_000
    assert time.process_time() - begun < 5
