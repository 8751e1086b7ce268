from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.consequence.cells import coordinates, position_of, read_cells, read_track
from vitne.model import Malformed


def test_a_plain_table_is_read() -> None:
    cells = read_cells(b"cell,lat,lon,range\n26713345,59.9,10.7,700\n1,0,0,\n")
    assert cells == {"26713345": (59.9, 10.7, 700.0), "1": (0.0, 0.0, None)}


def test_the_layout_of_opencellid_is_read() -> None:
    head = b"radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
    cells = read_cells(head + b"LTE,1,1,9,26713345,0,10.7,59.9,1000,5,1,0,0,0\n")
    assert cells["26713345"] == (59.9, 10.7, 1000.0)


def test_a_cell_is_found_by_its_value_or_its_last_number() -> None:
    cells = read_cells(b"cell,lat,lon\n345,1,2\n")
    assert position_of(cells, "345") == position_of(cells, "001-01-9-345") == (1.0, 2.0, None)
    assert position_of(cells, "346") is None
    assert position_of(cells, "none") is None


@pytest.mark.parametrize(
    "data",
    [b"", b"a,b\n", b"cell,lat,lon\n1,x,2\n", b"cell,lat,lon\n1,91,2\n", b"cell,lat,lon\n1\n", b"\xff\xfe"],
)
def test_a_table_that_is_none_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_cells(data)


@given(st.binary(max_size=80))
def test_noise_raises_nothing_but_malformed(noise: bytes) -> None:
    try:
        read_cells(b"cell,lat,lon,range\n" + noise)
    except Malformed:
        return


def test_coordinates_are_two_decimal_numbers_on_the_earth() -> None:
    assert coordinates("59.9139, 10.7522") == (59.9139, 10.7522)
    assert coordinates("-33.5,-70.6") == (-33.5, -70.6)
    assert coordinates("99.5,10.2") is None
    assert coordinates("59,10") is None


def test_a_track_is_read_in_order_of_time() -> None:
    assert read_track(b"\xef\xbb\xbftime,lat,lon\n20.5,60,10\n10,59.9,-10.5\n") == [
        (10_000_000_000, 59.9, -10.5),
        (20_500_000_000, 60.0, 10.0),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"time,lat\n1,2\n",
        b"time,lat,lon\n1,91,0\n",
        b"time,lat,lon\nx,1,1\n",
        b"time,lat,lon\nnan,1,1\n",
        b"time,lat,lon\n1e99,1,1\n",
        b"time,lat,lon\n1\n",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_track_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_track(data)
