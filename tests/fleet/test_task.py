"""One task of a fleet: what a worker gives where it sees the folder, where it does not, and where it cannot."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING

import pytest

from vitne.fleet.results import kept, place_of
from vitne.fleet.task import Settings, Task, Work, rules_of
from vitne.lab.handsets import capture, fleet
from vitne.model import UsageError
from vitne.pipeline import Options

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = Settings(options=Options(jobs=1), rules="rules")


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Task:
    place = tmp_path_factory.mktemp("task") / "one.pcap"
    place.write_bytes(capture(next(iter(fleet(3)))))
    return Task(capture=str(place))


def test_a_worker_beside_the_folder_keeps_its_result_and_one_elsewhere_hands_it_over(
    one: Task, tmp_path: Path
) -> None:
    here = Work(settings=SETTINGS, folder=tmp_path)(one)
    assert here.made
    assert here.result is None
    away = pickle.loads(pickle.dumps(Work(settings=SETTINGS)))(one)
    assert away.key == here.key
    assert away.result == kept(tmp_path, here.key)
    assert not Work(settings=SETTINGS, folder=tmp_path)(one).made
    known = Work(settings=SETTINGS, known=frozenset({here.key}))(one)
    assert (known.made, known.result) == (False, None)


def test_what_cannot_be_opened_or_kept_is_told_and_ends_no_worker(one: Task, tmp_path: Path) -> None:
    told = Work(settings=SETTINGS)(Task(capture=str(tmp_path / "gone.pcap")))
    assert told.error == "it cannot be opened: No such file or directory"
    assert Work(settings=SETTINGS)(Task(capture="s3:///x")).error == "no bucket is named"
    assert Work(settings=SETTINGS)(Task(capture="bad\0name")).error
    os.mkfifo(tmp_path / "pipe")
    for endless in (str(tmp_path / "pipe"), "/dev/zero", str(tmp_path)):
        assert Work(settings=SETTINGS)(Task(capture=endless)).error == "it cannot be opened: it is no file"
    blocked = place_of(tmp_path, "0" * 64).parent.parent
    blocked.write_text("a file where the folder of results should be")
    assert "cannot be written" in Work(settings=SETTINGS, folder=tmp_path)(one).full


def test_rules_hang_on_subject_and_keys(tmp_path: Path) -> None:
    log = tmp_path / "keys.log"
    log.write_text("# nothing\n")
    plain = rules_of(Options(jobs=1), ())
    assert plain == rules_of(Options(jobs=2), ())
    assert plain != rules_of(Options(jobs=1, keys=(str(log),)), ())
    with pytest.raises(UsageError):
        rules_of(Options(jobs=1, keys=(str(tmp_path / "none"),)), ())
