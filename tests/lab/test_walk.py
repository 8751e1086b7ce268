"""Twin of vitne.lab.walk: what stands in the files of a walk agrees with the way that was walked."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from vitne.consequence.following import metres
from vitne.lab.walk import cell_at, make, place_at

if TYPE_CHECKING:
    from pathlib import Path


def test_the_track_and_the_cells_are_those_of_the_way(tmp_path: Path) -> None:
    files = make(tmp_path / "walk")
    rows = list(csv.DictReader(files.track.read_text().splitlines()))
    assert len(rows) == 4 * 120
    assert (float(rows[60]["lat"]), float(rows[60]["lon"])) == tuple(
        round(each, 6) for each in place_at(1800)
    )
    assert float(rows[1]["time"]) - float(rows[0]["time"]) == 30
    cells = list(csv.DictReader(files.cells.read_text().splitlines()))
    assert 10 < len(cells) < 60
    assert len({row["cell"] for row in cells}) == len(cells)


def test_the_serving_cell_is_within_half_a_grids_diagonal() -> None:
    for second in range(0, 4 * 3600, 97):
        place = place_at(second)
        _, latitude, longitude = cell_at(place)
        assert metres(place, (latitude, longitude)) < 600 * 0.7072 + 5


def test_the_same_seed_gives_the_same_walk(tmp_path: Path) -> None:
    one, two, three = make(tmp_path / "a"), make(tmp_path / "b"), make(tmp_path / "c", seed=7)
    assert one.capture.read_bytes() == two.capture.read_bytes() != three.capture.read_bytes()
