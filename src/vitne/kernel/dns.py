"""Flows of plain questions to a name server and plain answers; found by the compiled kernel."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    import numpy.typing as npt

TOLD = np.dtype([("answer", "<u4"), ("question", "<u4"), ("family", "<u4"), ("address", "u1", (16,))])
"""One address told: run of the answer, first run with the same question, 4 or 6, and the address."""
_LEAST = 16  # bytes of an answer's record with an address


class Asked(NamedTuple):
    """What the kernel tells of flows of questions."""

    plain: npt.NDArray[np.bool_]  # per flow: whether it holds plain questions and answers alone
    like: npt.NDArray[
        np.uint32
    ]  # per run that is a question of such a flow: the first run that asks the same
    answered: npt.NDArray[np.bool_]  # per run: whether the question was answered
    told: npt.NDArray[Any]  # addresses told, as TOLD


@cache
def _call() -> Any:
    call = library().vitne_questions
    call.restype = ctypes.c_uint64
    call.argtypes = [
        ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p,
        ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64,
        ctypes.c_void_p, ctypes.c_uint64,
    ]  # fmt: skip
    return call


def plain_questions(
    data: npt.NDArray[np.uint8],
    position: npt.NDArray[np.int64],
    length: npt.NDArray[np.integer],
    flows: npt.NDArray[np.integer],
) -> Asked:
    """Say which flows ask plain questions, and what was answered (RFC 1035 section 4.1).

    ``position`` and ``length`` say where each run lies in ``data``; a run is a datagram.  ``flows`` has a row
    for each flow: the first run of the side that asks and the one behind its last, the same of the side that
    answers.  A question is plain that asks for one name, with no option; an answer that repeats a question of
    its flow and tells a chain of aliases and addresses and nothing else.
    """
    data = np.ascontiguousarray(data, dtype=np.uint8)
    position = np.ascontiguousarray(position, dtype=np.int64)
    length = np.ascontiguousarray(length, dtype=np.uint32)
    flows = np.ascontiguousarray(flows, dtype=np.uint32).reshape(-1, 4)
    if len(position) != len(length):
        raise ValueError("one length per run")
    answers = (flows[:, 3].astype(np.int64) - flows[:, 2]).clip(0).sum() if len(flows) else 0
    told = np.empty(min(int(answers) * 32, len(data) // _LEAST) + 1, dtype=TOLD)
    plain = np.zeros(len(flows), dtype=np.uint8)
    like = np.zeros(len(position), dtype=np.uint32)
    answered = np.zeros(len(position), dtype=np.uint8)
    slots = np.zeros(max(64, 2 * len(flows)), dtype=np.uint32)
    count = 0
    if len(flows):
        count = _call()(
            data.ctypes.data, len(data), position.ctypes.data, length.ctypes.data, len(position),
            flows.ctypes.data, len(flows), plain.ctypes.data, like.ctypes.data, answered.ctypes.data,
            told.ctypes.data, len(told), slots.ctypes.data, len(slots),
        )  # fmt: skip
    return Asked(plain.astype(bool), like, answered.astype(bool), told[:count])
