"""``vitne plan``: the schedule as a file and as text."""

from __future__ import annotations

import tomllib

from vitne.cli.plan import text, toml
from vitne.compare.schedule import schedule


def test_the_file_holds_the_runs_in_order_and_any_name() -> None:
    plan = schedule(['we"ird \\ \U00010000', "imei"])
    runs = tomllib.loads("\n".join(toml(plan)))["run"]
    assert [each["values"] for each in runs] == [run.values for run in plan.runs]
    assert [each["word"] for each in runs] == [run.word for run in plan.runs]


def test_the_text_shows_one_column_a_run() -> None:
    lines = list(text(schedule(["imei", "imsi"], words=3, repeats=2)))
    [row] = [line for line in lines if line.endswith("imei")]
    assert row.split()[:-1] == ["A", "A", "B", "A", "A", "B"]
    assert any("told from one" in line for line in lines)
    crowded = list(text(schedule([f"i{n}" for n in range(7)], words=4)))
    assert any("cannot be told" in line for line in crowded)
