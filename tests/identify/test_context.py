from __future__ import annotations

import pytest

from vitne.identify.context import KEYWORDS, area_beside, has_key
from vitne.identify.overlaps import Found
from vitne.model import IDENTIFIERS, Node, Part, Seed


def _found(data: bytes, value: bytes, field: str = "") -> Found:
    node = Node(data, part=Part(path="body", start=0, end=len(data), field=field))
    at = data.index(value)
    return Found(node=node, start=at, end=at + len(value), seed=0, needle=0)


@pytest.mark.parametrize(
    "data",
    [
        b'{"cid":"26713345"}',
        b"cid=26713345",
        b"a=1&cell_id=26713345",
        b"<cid>26713345</cid>",
        b'{"SIM1CELLID": 26713345}',
        b"%22cid%22%3A%2226713345",
        b"CellId: 26713345",
        b"cid[0]=26713345",
        b'a["cid"]=26713345',
    ],
)
def test_a_name_right_before_the_value_is_a_key(data: bytes):
    assert has_key(_found(data, b"26713345"), KEYWORDS["cell-id"])


@pytest.mark.parametrize(
    "data",
    [b'{"pci":"26713345"}', b"26713345", b'{"cid":1,"n":26713345}', b"recipe 26713345", b"decide=26713345"],
)
def test_other_names_and_names_further_away_are_none(data: bytes):
    assert not has_key(_found(data, b"26713345"), KEYWORDS["cell-id"])


@pytest.mark.parametrize("field", ["cellid", "a.b[0].cell", "net.cid", "SIM1CELLID", "cell-id"])
def test_the_field_of_the_node_is_a_key(field: str):
    assert has_key(_found(b"26713345", b"26713345", field), KEYWORDS["cell-id"])
    assert not has_key(_found(b"26713345", b"26713345", field), ())


def test_the_area_counts_only_as_a_number_of_its_own():
    cell = Seed(identifier="cell-id", name="x", value="", area=30001, cell=26713345)
    assert area_beside(_found(b"30001,26713345", b"26713345"), cell)
    assert not area_beside(_found(b"130001,26713345", b"26713345"), cell)
    assert not area_beside(
        _found(b"30001,26713345", b"26713345"), Seed(identifier="imei", name="x", value="")
    )


def test_keywords_are_of_the_closed_list():
    assert set(KEYWORDS) <= set(IDENTIFIERS)
