"""The technical annex: method, captures, every finding with its frames and layers, what could not be seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.report.alternatives import alternatives
from vitne.report.audiences.builds import builds
from vitne.report.audiences.closing import closing
from vitne.report.audiences.known import ladder, occasions, recipients
from vitne.report.blocks import Block, Code, Grid, Heading, Items, Page, Para, shown
from vitne.report.pictures.anatomy import anatomy
from vitne.report.pictures.flow import flow
from vitne.report.pictures.lanes import lanes
from vitne.report.pictures.world import world
from vitne.report.words import clock

if TYPE_CHECKING:
    from vitne.report.audiences import Setting
    from vitne.report.facts import Facts

_MOST = 1000
_PACKETS = 64
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def page(facts: Facts, setting: Setting) -> Page:
    """Make the annex."""
    say = facts.say
    blocks: list[Block] = [Heading(1, say("l_method"))]
    blocks.append(Items(tuple(say(f"l_method_{n}") for n in (1, 2, 3, 4)), numbered=True))
    blocks += [*_captures(facts), *builds(facts)]
    blocks += [*flow(facts), *world(facts), *lanes(facts), *_summary(facts), *_packets(facts, setting)]
    blocks += [*recipients(facts), *ladder(facts), *occasions(facts)]
    blocks += [*_missing(facts), *_power(facts, setting)]
    rows = [
        (a.title, say("ch_excluded" if a.excluded else "ch_not_excluded"), a.why) for a in alternatives(facts)
    ]
    head = (say("c_what"), say("c_verdict"), say("c_because"))
    blocks += [Heading(1, say("l_challenge")), Grid(say("l_challenge"), head, tuple(rows))]
    blocks += [*_versions(facts), *_integrity(facts, setting), *_findings(facts)]
    blocks += closing(facts, legal=False)
    return Page(title=say("l_title"), language=say.language, day=facts.day, blocks=tuple(blocks))


def _captures(facts: Facts) -> list[Block]:
    say = facts.say
    rows = tuple(
        (
            shown(c["name"], 120),
            str(c["size"]),
            c["sha256"],
            str(c["packets"]),
            _time(c.get("first_ns")),
            _time(c.get("last_ns")),
        )
        for c in facts.document["captures"]
    )
    head = tuple(say(f"c_{key}") for key in ("file", "size", "source", "count", "first", "last"))
    head = (*head[:2], "SHA-256", *head[3:])
    devices = tuple(
        (shown(d["label"], 120), shown(d["mac"], 40), shown(", ".join(d["addresses"]), 200))
        for d in facts.document["devices"]
    )
    return [
        Heading(1, say("l_captures")),
        Grid(say("l_captures"), head, rows),
        Grid(say("l_devices"), (say("c_what"), "MAC", "IP"), devices),
    ]


def _time(value: Any) -> str:
    return "" if value is None else clock(int(value))


def chain(finding: dict[str, Any]) -> str:
    """Write the layers of a finding in one line, outermost first."""
    steps = [
        f"{each['codec']}:{each['path']}" if each["path"] else each["codec"] for each in finding["layers"]
    ]
    return " ▸ ".join(shown(step, 60) for step in steps)


def _summary(facts: Facts) -> list[Block]:
    """Give a row for each value at each destination outside the home network."""
    say = facts.say
    rows = []
    for target in facts.outside:
        for line in facts.lines(target):
            first = facts.findings[line["findings"][0]]
            expected = [facts.findings[each]["evalue"] for each in line["findings"]]
            figures = [float(each) for each in expected if each is not None]
            rows.append(
                (
                    f"{facts.name(target)}:{target['port']}",
                    facts.what(line),
                    str(line["times"]),
                    chain(first),
                    say(f"grade_{line['grade']}"),
                    f"{sum(figures):.1e}" if figures else "–",
                    ", ".join(say(f"delivery_{word}") for word in target["deliveries"]),
                    f"{first['id']}: {facts.frames([int(n) for n in first['frames']])}",
                )
            )
    keys = ("destination", "what", "messages", "chain", "grade", "evalue", "delivery", "id")
    head = tuple(say(f"c_{key}") for key in keys)
    title = say("l_summary")
    return [Heading(1, title), Grid(title, head, tuple(rows))] if rows else []


def _findings(facts: Facts) -> list[Block]:
    """Give every finding, attributes of the device included, repeats of one at one destination folded."""
    say = facts.say
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in facts.document["findings"]:
        groups.setdefault(one["group"] or one["id"], []).append(one)
    rows: list[tuple[str, ...]] = []
    for every in list(groups.values())[:_MOST]:
        one, target = every[0], every[0]["destination"]
        figures = [float(each["evalue"]) for each in every if each["evalue"] is not None]
        expected = f"; {say('c_evalue')}: {sum(figures):.1e}" if figures else ""
        numbers = [int(number) for each in every for number in each["frames"]]
        how = dict.fromkeys(
            f"{say('protection_' + each['protection'])}; {say('delivery_' + each['delivery'])}"
            for each in every
        )
        apps = dict.fromkeys(filter(None, map(facts.app, every)))
        rows.append(
            (
                one["id"],
                str(len(every)),
                facts.frames(numbers),
                f"{say.of(one['identifier'])}: {shown(one['value'], 80)}",
                chain(one),
                f"{shown(target['host'] or target['ip'], 120)}:{target['port']}",
                " / ".join(how),
                say(f"grade_{one['grade']}") + expected,
                " / ".join(apps),
            )
        )
    keys = ["id", "messages", "frames", "what", "chain", "destination", "protection", "grade", "app"]
    if not any(row[-1] for row in rows):  # an app is seldom known: no empty column
        rows, keys = [row[:-1] for row in rows], keys[:-1]
    head = tuple(say(f"c_{key}") for key in keys)
    blocks: list[Block] = [Heading(1, say("l_every")), Grid(say("l_every"), head, tuple(rows))]
    if len(groups) > _MOST:
        blocks.append(Para(say("more", n=len(groups) - _MOST)))
    return blocks


def in_packets(facts: Facts) -> tuple[list[str], int]:
    """Give findings to show in their packets, and how many there are beyond them; repeats are left out.

    Those of the summary come first, then all others, attributes and what stayed at home among them.
    """
    first = [line["findings"][0] for target in facts.outside for line in facts.lines(target)]
    told = {facts.findings[each]["group"] or each for each in first}
    for one in facts.document["findings"]:
        group = one["group"] or one["id"]
        if group not in told:
            told.add(group)
            first.append(one["id"])
    return first[:_PACKETS], max(len(first) - _PACKETS, 0)


def _packets(facts: Facts, setting: Setting) -> list[Block]:
    """Show findings layer by layer, hex beside text, values covered."""
    say = facts.say
    blocks: list[Block] = [Heading(1, say("l_packets"))]
    ids, more = in_packets(facts)
    for one in (facts.findings[each] for each in ids):
        blocks.append(Heading(2, f"{one['id']}: {say.of(one['identifier'])}, {shown(one['value'], 60)}"))
        blocks.append(anatomy(facts, one))
        blocks += [
            Code(step["text"], f"{shown(step['codec'], 60)} {shown(step['path'], 80)}".strip())
            for step in setting.packets.get(one["id"], ())
        ]
        if one["filter"]:
            command = f"tshark -r {_file(one['capture']['name'])} -Y '{one['filter']}' -x"
            blocks.append(Code(shown(command, 400), say("l_again")))
    if more:
        blocks.append(Code("vitne show CASE FINDING", say("more", n=more)))
    return blocks if len(blocks) > 1 else []


def _file(name: str) -> str:
    """Give the name of a capture for a command line; one that could do harm there becomes a word."""
    return name if _PLAIN.fullmatch(name) else "capture"


def _missing(facts: Facts) -> list[Block]:
    say = facts.say
    opaque = tuple(
        (
            shown(row["destination"]["host"] or row["destination"]["ip"], 120),
            str(row["bytes"]),
            say.word("reason", row["reason"]),
            shown(row["filter"], 200),
        )
        for row in facts.document["opaque"][:_MOST]
    )
    gaps = _counted(
        [
            (say.word("gap", g["kind"]), shown(say.quoted(g["why"]), 200), int(g["count"]))
            for g in facts.document["gaps"]
        ]
    )
    odd = _counted(
        [(o["name"], shown(say.quoted(o["note"]), 200), int(o["count"])) for o in facts.document["oddities"]]
    )
    head = (say("c_what"), say("c_reason"), say("c_count"))
    return [
        Heading(1, say("l_opaque")),
        Grid(
            say("l_opaque"), tuple(say(f"c_{k}") for k in ("destination", "size", "reason", "filter")), opaque
        ),
        Grid(say("l_gaps"), head, gaps),
        Grid(say("l_oddities"), head, odd),
        *([Para(say("l_english"))] if say.language != "en" and (gaps or odd) else []),
    ]


def _counted(rows: list[tuple[str, str, int]]) -> tuple[tuple[str, ...], ...]:
    """Put alike rows together, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for kind, why, count in rows:
        counts[kind, why] = counts.get((kind, why), 0) + count
    order = sorted(counts, key=lambda key: (-counts[key], key))
    return tuple((*key, str(counts[key])) for key in order[:_MOST])


def _power(facts: Facts, setting: Setting) -> list[Block]:
    """Say what would have been seen: the worth of «not found»."""
    say = facts.say
    size, _ = facts.opaque()
    seeds = {one["identifier"] for one in facts.document["findings"] if one["seed"]}
    known = [say.of(word) for word in sorted(seeds)]
    blocks: list[Block] = [Heading(1, say("l_power"))]
    if facts.quick:
        blocks.append(Para(say("quick_search")))
    elif known and setting.encodings:
        what, names = say.listed(known, 12), ", ".join(setting.encodings)
        blocks.append(Para(say("l_power_line", what=what, n=len(setting.encodings), names=names)))
    return [*blocks, Para(say("l_power_not", bytes=size))]


def _integrity(facts: Facts, setting: Setting) -> list[Block]:
    """Say what holds the evidence together: files with digests, the ledger, the seal, how to check them."""
    say = facts.say
    held = setting.custody
    lines = []
    if "entries" in held:
        lines.append(say("i_ledger", n=held["entries"], digest=shown(held["head"], 80)))
    if "manifest" in held:
        seal = {"digest": shown(held["manifest"], 80), "key": shown(held["key"], 80), "n": held["timestamps"]}
        lines.append(say("i_sealed", **seal))
    else:
        lines.append(say("i_unsealed"))
    lines += [say(f"l_integrity_{n}") for n in (1, 2, 3)]
    files = tuple((shown(c["name"], 120), str(c["size"]), c["sha256"]) for c in facts.document["captures"])
    return [
        Heading(1, say("l_integrity")),
        Grid(say("i_files"), (say("c_file"), say("c_size"), "SHA-256"), files),
        Items(tuple(lines)),
    ]


def _versions(facts: Facts) -> list[Block]:
    rows = []
    for key, value in sorted(facts.document["rules"].items()):
        if isinstance(value, dict):
            rows += [(f"{key}: {name}", shown(version, 80)) for name, version in sorted(value.items())]
        else:
            rows.append((key, shown(value, 80)))
    title = facts.say("l_versions")
    return [Heading(1, title), Grid(title, (facts.say("c_what"), facts.say("c_value")), tuple(rows))]
