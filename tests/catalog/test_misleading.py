from __future__ import annotations

from vitne.catalog.misleading import fronts, traps
from vitne.knowledge import Knowledge, Ranges, shipped


def test_every_trap_and_front_says_what_it_rests_on() -> None:
    assert len(traps()) >= 6
    for each in (*traps(), *fronts()):
        assert len(each.because) > 20


def test_the_register_of_2019_is_a_trap() -> None:
    named = [trap for trap in traps() if "cnnic" in trap.names]
    assert len(named) == 1
    assert {"domain-registrant", "registry-contact", "block-holder"} <= set(named[0].kinds)


def test_every_network_of_a_front_stands_in_the_table_it_is_cited_from() -> None:
    hub = Knowledge([shipped()])
    [snapshot] = [each for each in hub.chosen("2026-06-17") if each.about == "network"]
    table = hub.table(snapshot)
    assert isinstance(table, Ranges)
    there = {value.split(" ")[0] for value in table.values}
    assert not {network for front in fronts() for network in front.networks} - there
