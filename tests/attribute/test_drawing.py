from __future__ import annotations

from xml.etree import ElementTree as ET

from vitne.attribute.drawing import Flowing, diagram, graph, track, world


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


def test_a_graph_marks_values_of_several_holders_and_names_what_ties() -> None:
    held = {("A <b>", "imei imei#1"): 3, ("B", "imei imei#1"): 1, ("B", "gaid gaid#1"): 1}
    drawn = graph(held, [("gaid gaid#1", "imei imei#1", "frames 3 to 4 of a.pcap")], show=show)
    root = ET.fromstring(drawn.svg)
    assert [each.attrib["class"] for each in root.iter() if "box" in each.attrib.get("class", "")].count(
        "box shared"
    ) == 1
    assert sum(each.attrib.get("class") == "tie" for each in root.iter()) == 1
    assert "imei imei#1 is held by A <b>, B: they can join their records by it." in drawn.text
    assert "gaid gaid#1 is tied to imei imei#1 for ever by frames 3 to 4 of a.pcap." in drawn.text
    ET.fromstring(graph({}, [], show=show).svg)


def test_a_track_has_meridians_and_parallels_and_the_shape_of_its_latitude() -> None:
    drawn = track([(60.0, 10.0, "a"), (60.0, 10.1, "b"), (60.05, 10.05, "c")], show=show)
    root = ET.fromstring(drawn.svg)
    circles = [each for each in root.iter() if each.tag.endswith("circle")]
    x, y = ([float(each.attrib[name]) for each in circles] for name in ("cx", "cy"))
    assert abs((x[1] - x[0]) / (y[0] - y[2]) - 1) < 0.02, (
        "a tenth of longitude is half a tenth of latitude here"
    )
    assert sum(each.attrib.get("class") == "grid" for each in root.iter()) > 4
    for points in ([(0.0, 179.99, "a"), (0.0, -179.99, "b")], [(89.9, 0.0, "a"), (-89.9, 1.0, "b")]):
        assert len(track(points, show=show).svg) < 30_000


def test_the_picture_for_a_page_has_no_style_of_its_own() -> None:
    drawn = diagram(STREAMS, show=show)
    assert "<style>" in drawn.svg
    assert "style" not in drawn.bare
