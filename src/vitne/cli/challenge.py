"""``vitne challenge``: what else could explain a case, and whether the data leave it open."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from vitne.cli import custody
from vitne.cli.beside import beside

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print each alternative with its outcome."""
    from vitne.catalog.messages import messages
    from vitne.report.alternatives import alternatives
    from vitne.report.facts import Facts
    from vitne.report.frozen import freeze
    from vitne.report.shape import CHALLENGE, Challenge

    case = custody.open_case(options.case)
    around = beside(options.case, case, captures=options.capture, vantage=options.vantage)
    facts = Facts(freeze(case, around), messages("en"))
    found = alternatives(facts)
    if options.json:
        content = Challenge(schema=CHALLENGE, findings=len(facts.left), alternatives=found)
        sys.stdout.buffer.write(msgspec.json.encode(content) + b"\n")
        sys.stdout.flush()
        return 0
    print(f"{len(facts.left)} findings left the home network. Other explanations:\n")
    for each in found:
        word = "excluded because" if each.excluded else "not excluded:"
        print(f"- {each.title}\n    {word} {each.why}")
    return 0
