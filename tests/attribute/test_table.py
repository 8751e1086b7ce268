from __future__ import annotations

from vitne.attribute.table import Table, shipped_table
from vitne.catalog.recipients import Claim, Document, Recipient

_DOCUMENT = Document(key="a", title="t", where="w", licence="MIT", read_on="2026-11-22")


def _recipient(name: str, *claims: Claim) -> Recipient:
    return Recipient(
        id=name, name=name, licence="CC0-1.0", because="docs/x", document=(_DOCUMENT,), claim=claims
    )


def _claim(kind: str, value: str, of: str = "") -> Claim:
    return Claim(kind=kind, value=value, document="a", place="p", of=of, said_by="s" if of else "")  # type: ignore[arg-type]


TABLE = Table(
    [
        _recipient("outer", _claim("domain", "x.example"), _claim("network", "AS64496")),
        _recipient("inner", _claim("domain", "ads.x.example"), _claim("block", "192.0.2.0/25")),
        _recipient(
            "other", _claim("stated-owner", "other", of="x.example"), _claim("block", "2001:db8::/32")
        ),
    ]
)


def test_the_longest_listed_name_counts() -> None:
    assert [TABLE.listed(host)[0].id for host in ("a.x.example", "x.example", "b.ads.x.example")] == [
        "outer",
        "outer",
        "inner",
    ]  # type: ignore[index]
    assert TABLE.listed("notx.example") is None
    assert TABLE.listed("192.0.2.1") is None


def test_what_was_said_of_a_name_holds_for_names_below_it() -> None:
    assert [each.id for each, _ in TABLE.told("a.b.x.example")] == ["other"]
    assert TABLE.told("example") == []


def test_networks_and_blocks_are_found() -> None:
    assert TABLE.by_network("AS64496") is not None
    assert TABLE.by_network("AS1") is None
    assert [TABLE.by_block(ip)[0].id for ip in ("192.0.2.127", "2001:db8:1::1")] == ["inner", "other"]  # type: ignore[index]
    assert TABLE.by_block("192.0.2.128") is None
    assert TABLE.by_block("") is None


def test_a_name_that_only_looks_like_a_known_one_is_told() -> None:
    assert TABLE.pretends("x.example.org") == ("x.example",)
    assert TABLE.pretends("a.x.example") == ()
    assert shipped_table().pretends("vnet.cn.example.org") == ("vnet.cn",)
