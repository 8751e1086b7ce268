from __future__ import annotations

import numpy as np

from vitne.model import VERDICTS
from vitne.triggers.coupled import coupling
from vitne.triggers.trial import trial
from vitne.triggers.words import clauses, counted, named, of_trial, seconds


def test_a_sentence_counts_what_was_seen_and_what_chance_would_give() -> None:
    events = np.arange(10) * 3000.0
    tested = coupling(
        events, events + 4.0, sessions=None, span=(0.0, 30_000.0), chance=np.random.default_rng(1)
    )
    said = counted("keyguard-gone", "a.example", tested, clause="coupled")
    assert said.startswith(
        "In 10 of 10 unlocks a transmission to a.example followed within 5 s (half of them within 4.0 s)"
    )
    assert said.endswith(": coupled.")


def test_where_few_are_answered_the_delay_of_the_next_is_told() -> None:
    tested = coupling(
        np.array([0.0, 5000.0]),
        np.array([60.7, 5060.9]),
        sessions=None,
        span=(0.0, 9000.0),
        chance=np.random.default_rng(1),
    )
    assert "half of the next ones came after 60.8 s or sooner" in counted(
        "boot", "a.example", tested, clause="x"
    )


def test_a_trial_is_told_with_its_sham_slots() -> None:
    stimulus = np.arange(40) < 20
    waits = np.where(np.isin(np.arange(40), [*range(18), 22]), 2.0, np.inf)
    said = of_trial(
        "unlock", "a.example", trial(waits, stimulus, chance=np.random.default_rng(1)), clause="caused"
    )
    assert (
        said
        == "In 18 of 20 slots with unlock a transmission to a.example followed within 2 s; in 20 sham slots: 1: caused."
    )


def test_every_verdict_has_its_words_and_only_a_trial_says_caused() -> None:
    told = {verdict: clauses(verdict, through="", more=None) for verdict in VERDICTS}
    assert len(set(told.values())) == len(VERDICTS)
    assert [verdict for verdict, words in told.items() if "caused" in words] == ["caused"]
    assert "through connection to a network" in clauses("coupled", through="network-connected", more=None)
    assert "told apart from lighting of the screen" in clauses(
        "coupled", through="", more=None, beside="screen-on"
    )
    assert clauses("cannot-tell", through="", more=7) == "cannot tell; about 7 more events would do"


def test_kinds_have_names_and_details_stay() -> None:
    assert named("keyguard-gone", 1) == "unlock"
    assert named("app-foreground:com.example.a") == "openings of an app (com.example.a)"
    assert named("in-service") == "events in-service"
    assert (seconds(2.04), seconds(300)) == ("2.0 s", "5 min")
