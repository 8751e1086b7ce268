"""``vitne data``: the dated tables at hand, with source, licence and digest; adding one; looking one up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.table import Table
from rich.text import Text

from vitne.attribute.names import suffixes
from vitne.cli.knowing import knowledge, user_folder
from vitne.knowledge import Ranges, packed_address
from vitne.report import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from vitne.knowledge import Snapshot


def run(options: argparse.Namespace) -> int:
    """List, add or look up."""
    if options.action == "add":
        return _add(options)
    if options.action == "packages":
        from vitne.knowledge.sources import origins

        print("\n".join(origin.package for origin in origins() if origin.default))
        return 0
    if options.action == "look":
        return _look(options.word)
    return _list(as_json=options.json)


def _list(*, as_json: bool) -> int:
    rows = knowledge().snapshots
    if as_json:
        print(json.dumps([{"name": row.name, **msgspec.to_builtins(row)} for row in rows], indent=1))
        return 0
    from vitne.cli.terminal import Terminal

    console = Terminal()
    table = Table(title="Tables at hand", box=None, title_justify="left")
    for column in ("table", "about", "rows", "licence", "source", "sha256"):
        table.add_column(column, overflow="fold")
    for row in rows:
        licence = row.licence + ("" if row.bundled else " (added by the user)")
        cells = (row.name, row.basis or row.about, f"{row.rows:,}", licence, row.source, row.sha256[:16])
        table.add_row(*(Text(visible(cell, 200)) for cell in cells))
    console.print(table)
    for row in rows:
        if row.attribution or row.note:
            console.print(
                Text(visible(f"{row.name}: {row.attribution} {row.note}".strip(), 1000), style="dim")
            )
    console.print(
        Text("Recipients, traps and fronts are data files of vitne itself (vitne list recipients).")
    )
    console.print(Text(f"Added tables stand in {visible(str(user_folder()), 300)}", style="dim"))
    return 0


def _add(options: argparse.Namespace) -> int:
    from vitne.knowledge.adding import Told, add
    from vitne.knowledge.sources import origins

    told = Told(
        series=options.name,
        date=options.date,
        fetched_on=options.fetched_on,
        licence=options.licence,
        basis=options.basis,
    )
    folder = Path(options.into) if options.into else user_folder()
    snapshot = add(Path(options.file), folder, told, origins())
    print(f"{snapshot.name}: {snapshot.rows:,} rows about {snapshot.about}, licence {snapshot.licence}")
    if snapshot.faults:
        print(f"  {snapshot.faults:,} ranges lie inside or across another; the narrower stands")
    for line in (snapshot.note, snapshot.attribution):
        if line:
            print(f"  {visible(line, 1000)}")
    return 0


def _look(word: str) -> int:
    hub = knowledge()
    found = 0
    for snapshot in hub.chosen():
        content = hub.table(snapshot)
        for text in _said(content, snapshot, word):
            found += 1
            print(f"{snapshot.name}: {visible(text, 400)}")
    if not packed_address(word):
        from vitne.attribute.table import shipped_table

        listed = shipped_table().listed(word)
        if listed is not None:
            found += 1
            each, claim = listed
            document = each.told_in(claim)
            print(f"recipients/{each.id}.toml: {each.name}; {document.title}, {claim.place}")
    if not found:
        print(f"no table at hand says anything of {visible(word, 100)}")
    return 0


def _said(content: Ranges | dict[str, str], snapshot: Snapshot, word: str) -> Iterator[str]:
    if isinstance(content, Ranges):
        [text] = content.texts([word])
        if text:
            yield f"{content.range_of(word)}: {text}"
        return
    if packed_address(word):
        return
    if snapshot.about == "trackers":
        yield from (f"{name}: {content[name]}" for name in suffixes(word) if name in content)
        return
    plain = "".join(char for char in word.lower() if char.isalnum())
    if snapshot.about.startswith("mac") == plain.isdigit() and ":" not in word:
        return
    for length in range(min(len(plain), 16), 1, -1):
        if plain[:length] in content:
            yield f"{plain[:length]}: {content[plain[:length]]}"
            return
