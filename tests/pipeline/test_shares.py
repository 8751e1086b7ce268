"""Shares: like goes to like, the load is even, and every flow has exactly one reader."""

from __future__ import annotations

import numpy as np
import pytest

from vitne.pipeline.shares import shares


def dealt(flows: list[tuple[int, int, int, int]], parts: int) -> np.ndarray:
    table = np.array(flows, dtype=np.int64).reshape(-1, 4)
    return shares(table[:, 0].astype(np.uint8), table[:, 1].astype(np.uint16), table[:, 2:], parts)


def test_flows_of_one_service_and_the_same_sizes_go_to_one_process() -> None:
    flows = [(6, 443, 500 + kind, 9000 + kind) for _ in range(30) for kind in range(40)]
    share = dealt(flows, 3)
    for kind in range(40):
        assert len(set(share[kind::40].tolist())) == 1


@pytest.mark.parametrize("parts", [2, 3, 5, 16])
def test_the_load_is_even(parts: int) -> None:
    chance = np.random.default_rng(5)
    flows = [(6, 80, int(size), int(size) // 3) for size in chance.pareto(1.5, 6000) * 4000]
    share = dealt(flows, parts)
    load = np.bincount(share, [own + other + 16384 for _, _, own, other in flows], parts)
    heaviest = max(own + other + 16384 for _, _, own, other in flows)
    assert load.max() <= max(load.sum() / parts * 1.1, heaviest * 1.01)


def test_a_group_too_heavy_for_one_process_is_cut_up() -> None:
    share = dealt([(17, 53, 40, 60)] * 5000, 4)
    counts = np.bincount(share, minlength=4)
    assert counts.min() > 0
    assert counts.max() <= 2 * 5000 / 4


def test_flows_without_payload_and_no_flows_at_all_are_dealt_too() -> None:
    assert len(dealt([], 4)) == 0
    share = dealt([(6, 443, 0, 0)] * 10, 4)
    assert len(share) == 10
    assert set(share.tolist()) <= {0, 1, 2, 3}
