"""What a report is made from: the result of a scan and a case that was read back both are that."""

from __future__ import annotations

import pytest

from vitne.pipeline import Result
from vitne.report.outcome import Outcome
from vitne.store import Case


@pytest.mark.parametrize("kind", [Case, Result])
def test_a_case_and_a_result_hold_all_that_a_report_asks_for(kind: type[Case | Result]) -> None:
    asked = {name for name, value in vars(Outcome).items() if isinstance(value, property)}
    assert asked == {
        "captures", "findings", "opaque", "opened", "transmissions", "gaps", "oddities", "partial",
    }  # fmt: skip
    assert asked <= set(kind.__struct_fields__)
