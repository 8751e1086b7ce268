from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser

import pytest

from vitne.lab import samples
from vitne.report.formats.html import page

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.style = ""

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        assert len(attributes) == len(dict(attributes))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))


def read(case, **options) -> Reader:
    reader = Reader()
    reader.feed(page(case, **options).decode())
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_says_what_the_table_says(case):
    told = read(case).words
    for part in (
        "What did Kari-sin-telefon (00:00:5e:00:53:01) send, and to whom?",
        "3 kinds of personal data left Kari-sin-telefon",
        "Not looked into: 40 360 bytes",
        "Encoded, not encrypted",
        "Refused: the other side answered no",
        "frame.number == 131",
        "205–903",
        "wrap 76",
        "http 205–903 › base64 0–698 › json 325–340 › value 0–15",
        "mail.post.example",
        "missing-segment",
        "claims-encryption",
        samples.DIGEST,
        "370 192 bytes, 831 packets, pcapng",
    ):
        assert part in told, part


def test_the_page_loads_nothing_and_runs_nothing(case):
    reader = read(case)
    assert not {tag for tag, _ in reader.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
        "base",
        "embed",
        "image",
        "use",
    }
    for tag, attributes in reader.tags:
        assert not [
            name
            for name in attributes
            if name.startswith("on") or name in {"style", "src", "srcset", "xlink:href"}
        ]
        assert (attributes.get("href") or "#").startswith("#"), tag
    assert "url(" not in reader.style
    assert "@import" not in reader.style


def test_the_policy_allows_this_style_and_nothing_else(case):
    reader = read(case)
    policy = next(
        a["content"]
        for tag, a in reader.tags
        if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(reader.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_links_and_labels_point_to_something_and_ids_are_not_given_twice(case):
    tags = read(case).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    targets = [a["href"][1:] for _, a in tags if a.get("href")]
    targets += [word for _, a in tags for word in (a.get("aria-labelledby") or "").split()]
    assert len(targets) > 5
    assert set(targets) <= set(ids)


def test_a_screen_reader_gets_language_headings_table_heads_and_the_picture_in_words(case):
    reader = read(case)
    assert ("html", {"lang": "en"}) in reader.tags
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(a.get("scope") == "col" for tag, a in reader.tags if tag == "th")
    svg = next(a for tag, a in reader.tags if tag == "svg")
    assert svg["role"] == "img"
    assert "2 messages with findings" in reader.words
    assert all(a.get("aria-label") for tag, a in reader.tags if a.get("role") == "region")
    assert all(a.get("tabindex") == "0" for tag, a in reader.tags if a.get("role") == "region")


def test_foreign_text_is_inert_in_the_page(hostile):
    text, case = hostile
    raw = page(case, rules={"x": text}).decode()
    reader = read(case, rules={"x": text})
    assert not {tag for tag, _ in reader.tags} & {"script", "bold"}
    assert not [a for _, a in reader.tags if "onmouseover" in a]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\uffff]", raw)
    assert "\u0301" * 4 not in raw
    assert "<td" in raw
    if text == "{{7*7}}":
        assert "{{7*7}}" in raw
        assert ">49<" not in raw
    if text.startswith("<script"):
        assert "<script>alert(1)</script>" in reader.words


def test_a_very_long_text_is_cut(make_case):
    raw = page(
        make_case(
            findings=[
                samples.finding(
                    value="x" * 10**6, field="y" * 10**6, destination=samples.destination(host="z" * 10**6)
                )
            ]
        )
    )
    assert len(raw) < 100_000


def test_lists_are_bounded_and_say_how_much_was_left_out(make_case):
    many = [samples.finding(id=str(i), group=str(i), value=f"v{i:03}") for i in range(230)]
    again = [samples.finding(id=f"r{i}", group="g", value="a", time_ns=10**18 + i) for i in range(130)]
    case = make_case(
        findings=[*many, *again],
        oddities=[samples.oddities()[0].__class__(name=f"o{i}", note="n") for i in range(120)],
    )
    told = read(case).words
    assert "31 more found no room on this page" in told
    assert "and 29 more, in findings.jsonl" in told
    assert "and 20 more kinds" in told


def test_nothing_found_draws_no_picture_and_says_what_was_not_looked_at(make_case):
    reader = read(make_case(findings=[]))
    assert "svg" not in {tag for tag, _ in reader.tags}
    assert "No personal data was observed leaving in 1 h 1 min of capture (831 packets)." in reader.words
    assert "Not looked into" in reader.words


@pytest.mark.parametrize("empty", ["gaps", "oddities", "opaque", "transmissions", "captures"])
def test_any_part_may_be_missing(make_case, empty):
    read(make_case(**{empty: []}))


def test_what_is_not_verified_and_what_chance_would_give_is_told(make_case):
    told = read(make_case(findings=[samples.finding(verified=False, evalue=0.0123, grade="inferred")])).words
    assert "Not verified: writing the value again" in told
    assert "0 of 1 verified" in told
    assert "By chance alone 0.012 such values" in told


def test_a_message_over_several_frames_names_them(make_case):
    told = read(make_case(findings=[samples.finding(frames=(131, 132), message_frames=(130, 133))])).words
    assert "frames 131, 132 (the whole message: 130 to 133)" in told


def test_versions_and_digests_of_what_was_used_are_told(case):
    told = read(case, rules={"vitne": "2026.11.0", "rules": {"sha256": "ab" * 32}}).words
    assert f"rules sha256 {'ab' * 32}" in told


def test_the_page_is_the_same_every_time(case):
    assert page(case) == page(case)


def test_a_flood_of_destinations_stays_a_page_that_opens(make_case):
    many = [
        samples.finding(
            id=str(i), group=str(i), source=samples.source(device=f"d{i % 7}"),
            destination=samples.destination(host=f"h{i}.example"),
        )
        for i in range(4000)
    ]  # fmt: skip
    rows = [
        row | {"destination": row["destination"] | {"host": f"u{i}.example"}}
        for i in range(3000)
        for row in samples.opaque()[:1]
    ]
    raw = page(make_case(findings=many, opaque=rows))
    assert len(raw) < 8_000_000
    assert b"more</strong> found no room on this page" in raw


def test_destinations_that_got_nothing_but_attributes_are_folded_away(make_case):
    only = [found for found in samples.findings() if found.kind == "attribute"]
    reader = read(make_case(findings=only))
    folded = [a for tag, a in reader.tags if tag == "details" and a.get("class") == "card minor"]
    assert len(folded) == 1
    assert "device-model HMD-TA 0000" in reader.words


def test_the_page_does_not_depend_on_the_order_of_unread_rows(make_case):
    """A page made again from the case must give the same bytes: two sorts of bytes to one destination."""
    rows = samples.opaque()
    rows = [*rows, rows[0] | {"reason": "high-entropy", "bytes": 7}]
    one, two = make_case(opaque=rows), make_case(opaque=rows)
    two.opaque = two.opaque[::-1]
    assert page(one) == page(two)
