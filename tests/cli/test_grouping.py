from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from vitne.cli.grouping import print_groups


def _printed(hosts: list[str]) -> str:
    found = [
        SimpleNamespace(
            direction="sent",
            scope="internet",
            kind="identifier",
            identifier="imei",
            destination=SimpleNamespace(host=host, ip="198.51.100.1"),
        )
        for host in hosts
    ]
    result: Any = SimpleNamespace(findings=found)
    out = io.StringIO()
    print_groups(result, Console(file=out, width=200))
    return out.getvalue()


def test_one_line_a_recipient_with_its_destinations() -> None:
    told = _printed(["zzhc.vnet.cn", *(f"h{number}.example" for number in range(6))])
    assert "China Telecom: imei  at zzhc.vnet.cn" in told
    assert "recipient unknown: imei  at h0.example, h1.example, h2.example, h3.example and 2 more" in told


def test_foreign_names_are_shown_inert() -> None:
    told = _printed(["\x1b[31mred.example"])
    assert "\x1b" not in told
    assert "U+001B" in told


def test_nothing_is_printed_where_nothing_left() -> None:
    assert not _printed([])
