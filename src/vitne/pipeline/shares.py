"""Shares: which process reads which flow.

Flows of the same service and the same sizes often say the same, and what was read once need not be read
again; so they go to the same process.  Groups are dealt out heaviest first, each to the process that has
least.
"""

from __future__ import annotations

import heapq

import numpy as np

_FLOW = 16 << 10  # what a flow costs however short it is, in bytes of payload that cost as much
_DEALT = 4096  # groups that are dealt out by weight; the lighter ones go by their key
_ODD = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: its multiples are well spread
_PIECES = 4  # a group heavier than this part of a process's share is cut up


def shares(protocol: np.ndarray, port: np.ndarray, payload: np.ndarray, parts: int) -> np.ndarray:
    """Give the number of the process for each flow, int64 (flows,), below ``parts``.

    ``protocol`` uint8 and ``port`` uint16 of the server, (flows,); ``payload`` int64 (flows, 2), bytes that
    are read of each side.
    """
    count = len(protocol)
    weight = payload.sum(axis=1) + np.where(payload.any(axis=1), _FLOW, 0)
    key = _key(protocol, port, payload)
    most = max(1, int(weight.sum()) // (parts * _PIECES))
    _, group, flows = np.unique(key, return_inverse=True, return_counts=True)
    heavy = np.bincount(group, weight, len(flows))
    cuts = np.minimum(np.ceil(heavy / most).astype(np.int64), flows)[group]
    cut = cuts > 1
    key[cut] += (np.arange(count, dtype=np.uint64)[cut] % cuts[cut].astype(np.uint64)) * np.uint64(_ODD)
    keys, group = np.unique(key, return_inverse=True)
    heavy = np.bincount(group, weight, len(keys))
    dealt = (keys % np.uint64(parts)).astype(np.int64)
    order = np.argsort(-heavy, kind="stable")
    load = np.bincount(dealt[order[_DEALT:]], heavy[order[_DEALT:]], parts)
    least = [(float(held), part) for part, held in enumerate(load)]
    heapq.heapify(least)
    for one in order[:_DEALT].tolist():
        held, part = least[0]
        dealt[one] = part
        heapq.heapreplace(least, (held + float(heavy[one]), part))
    chosen: np.ndarray = dealt[group]
    return chosen


def _key(protocol: np.ndarray, port: np.ndarray, payload: np.ndarray) -> np.ndarray:
    key: np.ndarray = protocol.astype(np.uint64) << np.uint64(16) | port.astype(np.uint64)
    for side in (0, 1):
        key = (key + payload[:, side].astype(np.uint64)) * np.uint64(_ODD)
        key ^= key >> np.uint64(32)
    return key
