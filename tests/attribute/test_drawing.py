from __future__ import annotations

from xml.etree import ElementTree as ET

from vitne.attribute.drawing import Flowing, diagram, track, world


def show(text: str, limit: int) -> str:
    return text[:limit]


STREAMS = [
    Flowing(identifier="imei", destination="x.example", recipient="Carrier <A>", country="CN", count=8),
    Flowing(identifier="imei", destination="y.example", recipient="unknown", country="unknown", count=1),
]


def test_a_diagram_is_a_picture_and_says_the_same_as_text() -> None:
    drawn = diagram(STREAMS, show=show)
    root = ET.fromstring(drawn.svg)
    assert root.attrib["role"] == "img"
    words = "".join(root.itertext())
    for stream in STREAMS:
        for word in (stream.identifier, stream.destination, stream.recipient, stream.country):
            assert word in words
            assert word in drawn.text
    assert "8 times imei to x.example" in drawn.text
    assert "<script" not in drawn.svg
    assert "href" not in drawn.svg


def test_many_destinations_share_the_last_row() -> None:
    many = [
        Flowing(
            identifier="imei", destination=f"h{n}.example", recipient="unknown", country="unknown", count=1
        )
        for n in range(200)
    ]
    drawn = diagram(many, show=show)
    assert "further ones" in drawn.svg
    assert drawn.text.count("\n") == 200
    assert len(drawn.svg) < 200_000


def test_nothing_to_draw_is_said() -> None:
    assert "nothing" in diagram([], show=show).text
    ET.fromstring(diagram([], show=show).svg)


def test_the_world_shows_and_tells_countries() -> None:
    drawn = world({"CN": 3, "NO": 1}, points=[(59.9, 10.7, "here & there")], show=show, unknown=2)
    root = ET.fromstring(drawn.svg)
    assert sum("got" in each.attrib.get("class", "") for each in root.iter()) == 2
    assert "China (CN): 3" in drawn.text
    assert "unknown or disputed: 2" in drawn.text
    assert "not the place of a machine" in drawn.text


def test_a_track_has_a_point_a_fix_and_a_scale() -> None:
    drawn = track([(59.9, 10.7, "cell-id#1"), (59.95, 10.8, "cell-id#2")], show=show)
    root = ET.fromstring(drawn.svg)
    assert sum(each.tag.endswith("circle") for each in root.iter()) == 2
    assert "1 km" in drawn.svg
    assert "2. cell-id#2: 59.9500, 10.8000" in drawn.text
    assert "none" in track([], show=show).text
