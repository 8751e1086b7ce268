"""A findings document whose every foreign text tries to be something else."""

from __future__ import annotations

import copy
from typing import Any

from tests.report.rich import hostile_beside

HOSTILE = (
    '<script>document.title="ran"</script><img src=x onerror="fetch(\'//192.0.2.1/\')">',
    '</style></title></svg><svg onload=alert(1)>"\'><a href="javascript:alert(1)">',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3",
    "\t=1+1",
    "\x1b[31m\x1b]8;;http://192.0.2.1\x07link\x1b]52;c;AAAA\x07",
    "\u202egnp.exe\u2066\u200b",
    '#panic("x") $ #read("/etc/passwd") `raw` *b* _i_ @ref <label>',
    "# head\n\n[x](http://192.0.2.1) ![i](http://192.0.2.1/i) | a | b |\n---\n```",
    "../../etc/passwd\x00",
    "{{7*7}} {% raw %} ${jndi:x}",
    "\ud800 \uffff a" + "\u0301" * 500,
)


def hostile_document(document: dict[str, Any]) -> dict[str, Any]:
    """Put hostile texts wherever a capture can put text."""
    made = copy.deepcopy(document)
    texts = iter(range(10**9))

    def text() -> str:
        return HOSTILE[next(texts) % len(HOSTILE)]

    for one in made["findings"]:
        one["value"], one["spelling"], one["field"], one["answer"] = text(), text(), text(), text()
        one["reasons"] = [text()]
        one["destination"]["host"] = one["destination"]["domain"] = text()
        one["source"]["device"] = text()
        one["filter"] = text()
        one["capture"]["name"] = text()
        one["sender"] = text()
        for layer in one["layers"]:
            layer["path"] = text()
    for target in made["targets"]:
        target["name"] = target["host"] = text()
        target["device"] = text()
        for line in target["lines"]:
            line["value"] = text()
            line["fields"] = [text()]
    for capture in made["captures"]:
        capture["name"] = text()
    for device in made["devices"]:
        device["label"], device["addresses"] = text(), [text()]
    for note in (*made["gaps"], *made["oddities"]):
        note["why" if "why" in note else "note"] = text()
    for row in made["opaque"]:
        row["destination"]["host"] = row["filter"] = text()
    if made.get("destinations") and made.get("occasions"):
        made = hostile_beside(made, text)
        for row, target in zip(made["destinations"]["rows"], made["targets"], strict=False):
            row["host"] = target["host"]
        for each in made["occasions"]["triggers"]:
            each["destination"] = made["targets"][0]["host"]
    return made
