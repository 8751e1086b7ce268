from __future__ import annotations

import base64
import json

import pytest
from bench.leakbench.capture import Staged
from bench.leakbench.cases import Case, Means, Recipe, build
from bench.leakbench.tracks import Bench, random_track

from bench.leakbench import exports


@pytest.fixture
def staged(person, chance, words):
    made = []
    for carrier in ("body", "chunked", "query", "multipart", "websocket", "mqtt", "udp"):
        recipe = Recipe("gzip", "compression", "imei", "", "json", ("gzip",), carrier)
        cargo, load = build(recipe, person, Means(chance, words))
        made.append(Staged(Case("F", recipe, "imei#1", size=len(cargo.data)), load))
    return made


def _read(data):
    """Read a tagged netstring, as tnetstrings.org says."""
    size, _, rest = data.partition(b":")
    body, tag, rest = rest[: int(size)], rest[int(size) : int(size) + 1], rest[int(size) + 1 :]
    plain = {
        b"~": lambda _: None,
        b"!": lambda b: b == b"true",
        b"#": int,
        b"^": float,
        b",": bytes,
        b";": bytes.decode,
    }
    if tag in plain:
        return plain[tag](body), rest
    items = []
    while body:
        item, body = _read(body)
        items.append(item)
    return (dict(zip(items[::2], items[1::2], strict=True)) if tag == b"}" else items), rest


def test_an_archive_holds_the_requests_of_the_web(staged, chance, tmp_path):
    path = tmp_path / "cases.har"
    kept = exports.write(path, staged, chance)
    assert [each.case.recipe.carrier for each in kept] == [
        "body",
        "chunked",
        "query",
        "multipart",
        "websocket",
    ]
    entries = json.loads(path.read_text())["log"]["entries"]
    bodies = [base64.b64decode(entry["request"].get("postData", {}).get("text", "")) for entry in entries]
    assert bodies[0][:2] == b"\x1f\x8b"
    assert bodies[1][:2] == b"\x1f\x8b"  # chunks are put together
    [message] = entries[4]["_webSocketMessages"]
    assert base64.b64decode(message["data"])[:2] == b"\x1f\x8b"


def test_flow_files_hold_all_of_it(staged, chance, tmp_path):
    path = tmp_path / "cases.flows"
    assert exports.write(path, staged, chance) == staged
    rest, flows = path.read_bytes(), []
    while rest:
        flow, rest = _read(rest)
        flows.append(flow)
    assert [flow["type"] for flow in flows] == ["http"] * 5 + ["tcp", "udp"]
    assert flows[0]["request"]["content"][:2] == b"\x1f\x8b"
    assert flows[4]["websocket"]["messages"][0][2][:2] == b"\x1f\x8b"
    assert b"\x1f\x8b" in flows[5]["messages"][2][1]


def test_the_same_traffic_gives_the_same_scores_in_every_format(tmp_path):
    found = {}
    for suffix in (".pcap", ".flows"):
        folder = tmp_path / suffix[1:]
        folder.mkdir()
        scores, _ = random_track(
            Bench(3, folder, suffix=suffix, say=lambda _: None), each=8, depths=range(1, 4)
        )
        found[suffix] = [outcome.found for score in scores.values() for outcome in score.outcomes]
    assert found[".pcap"] == found[".flows"]
    assert any(found[".pcap"])
