from __future__ import annotations

import msgspec

from vitne.catalog.events import EventFile, Line, Meaning, Tag, complaints, event_files

GOOD = EventFile(id="a", title="t", licence="CC0-1.0", because="docs/notes/device-events.md")


def test_the_files_that_come_along_have_no_fault_and_say_whence() -> None:
    assert {file.id for file in event_files()} >= {"android-9", "android-13", "android-usage", "ios-syslog"}
    assert all(file.because and file.versions for file in event_files())


def test_faults_are_told_one_by_one() -> None:
    wrong = msgspec.structs.replace(
        GOOD,
        licence="GPL",
        tag=(
            Tag(number=1, name="n", shape="x", event=()),
            Tag(number=2, name="m", shape="i", event=(Meaning(kind="boot", when={"3": "1"}),)),
        ),
        line=(Line(tag="t", pattern="^a", kind="boot", example="b"),),
    )
    assert len(complaints(wrong, "b")) == 5
    assert complaints(GOOD, "a") == []


def test_the_tags_of_a_phone_have_the_numbers_and_shapes_of_the_files(corpus) -> None:
    import re

    text = (corpus / "device" / "aosp-event-log-tags").read_text(encoding="utf-8")
    letters = {"1": "i", "2": "l", "3": "s", "4": "s", "5": "f"}
    theirs = {}
    for line in text.splitlines():
        number, name, *rest = line.split(" ", 2)
        shape = "".join(letters[kind] for kind in re.findall(r"\([^|)]+\|(\d)", rest[0] if rest else ""))
        theirs[int(number), name] = shape
    ours = {
        (tag.number, tag.name): tag.shape
        for file in event_files()
        if file.id in {"android-9", "android-11"}
        for tag in file.tag
    }
    shared = {key: shape for key, shape in ours.items() if key in theirs}
    assert len(shared) >= 10
    assert shared == {key: theirs[key] for key in shared}
