"""``vitne lab``: a simulated phone lives through a day, a router captures, a collector answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitne.cli.halting import ended_by_signals

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Run the lab and say what it left."""
    from vitne.lab import day, outing
    from vitne.lab.recipient import lines
    from vitne.report import visible

    events = day.read(Path(options.plan)) if options.plan else day.drawn(options.seed, options.hours)
    only = [name.strip() for name in (options.senders or "").split(",") if name.strip()]
    folder = Path(options.folder).resolve()
    minutes = events[-1].at / options.speed / 60
    print(
        f"{len(events)} events of the phone in about {minutes:.1f} minutes; nothing leaves this machine",
        flush=True,
    )
    with ended_by_signals():
        left = outing.run(
            folder, events, seed=options.seed, speed=options.speed, answer=options.answer, only=only
        )
    how = "lent by DHCP" if left.dhcp else "fixed: no lease came (is udhcpc installed?)"
    print(f"{left.packets} packets; the phone's address was {how}")
    print("what the collector knows now:")
    for line in lines(left.recipients):
        print(f"  {visible(line, 200)}")
    print(f"next: vitne scan {left.capture} --subject {left.subject} --case {folder / 'case'}")
    print(f"      vitne triggers {folder / 'case'} --events {left.events} --zone +01:00")
    return 0
