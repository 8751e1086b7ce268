"""Twin of vitne.evidence.rebuilding: each flow takes the way that keeps most of it, and ports do not collide."""

from __future__ import annotations

import json
from itertools import islice
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.evidence.editing import Editor
from vitne.evidence.edits import Unchangeable
from vitne.evidence.pairs import Pairs
from vitne.evidence.plainly import Ends
from vitne.evidence.rebuilding import AS_HTTP, Rebuilt
from vitne.evidence.redacting import redact
from vitne.evidence.replacing import Replacer
from vitne.identify.subject import read_subject

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"0123456789abcdef0123"
ENDS = Ends(("192.0.2.1", "198.51.100.1"), (50000, 443), (b"", b""))


def _rebuilt(used: list[int]) -> Rebuilt:
    walked = SimpleNamespace(flow_count=1, flow_columns=lambda: {"port": np.array([used], dtype=np.uint16)})
    traffic = SimpleNamespace(exported=False, walked=walked)
    replacer = Replacer(SECRET)
    result = SimpleNamespace(devices=[], findings=[], captures=[])
    return Rebuilt([traffic], result, Editor(Pairs([], replacer)), replacer)  # type: ignore[list-item,arg-type]


def test_ports_that_the_capture_uses_are_not_taken() -> None:
    made = list(islice(_rebuilt([65_535, 65_533, 443])._connections(ENDS), 3))
    assert [each.ports for each in made] == [(65_534, 443), (65_532, 443), (65_531, 443)]


def test_more_requests_than_ports_are_refused() -> None:
    ends = _rebuilt(list(range(2, 65_536)))._connections(ENDS)
    with pytest.raises(Unchangeable, match="ports"):
        next(ends)


def test_a_body_whose_length_stands_nowhere_else_is_still_told(tmp_path: Path) -> None:
    """Parts of a chunked body: no place for another length, so the request is told anew."""
    body = json.dumps({"imei": IMEI}).encode()
    half = body[:20], body[20:]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in half) + b"0\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nHost: collect.example\r\nContent-Type: application/json\r\n"
    talk = Talk()
    talk.ask(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    known = read_subject(str(subject(tmp_path)))[0]
    made = redact([str(talk.write(tmp_path / "a.pcap"))], known, secret=SECRET)
    assert made.same, made.differ
    assert IMEI.encode() not in made.capture
    assert set(made.told_anew) <= {AS_HTTP}


def test_other_traffic_of_the_same_capture_is_left_out(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b'{"imei": "%s"}' % IMEI.encode()))
    talk.ask(post(b"nothing", host="quiet.example"))
    known = read_subject(str(subject(tmp_path)))[0]
    made = redact([str(talk.write(tmp_path / "a.pcap"))], known, secret=SECRET)
    assert (made.counts["flows_kept"], made.counts["flows_left_out"]) == (1, 1)
    assert b"quiet.example" not in made.capture
