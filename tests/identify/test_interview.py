from __future__ import annotations

from vitne.identify.interview import QUESTIONS, ask
from vitne.identify.values import check_value


class _Person:
    """Answers by the words of the question; says nothing to any other."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.answers = answers
        self.heard: list[str] = []

    def __call__(self, prompt: str) -> str:
        for word, waiting in self.answers.items():
            if word in prompt and waiting:
                return waiting.pop(0)
        return ""


def test_a_wrong_check_digit_is_told_and_asked_again():
    person = _Person({"IMEI": ["490154203237519", "490154203237518", "004402990000014"]})
    subject = ask(person, person.heard.append)
    assert [(seed.name, seed.value) for seed in subject.seeds] == [
        ("imei#1", "490154203237518"),
        ("imei#2", "004402990000014"),
    ]
    assert any("8 was expected" in line for line in person.heard)
    assert any("*#06#" in line for line in person.heard)


def test_places_and_cells_are_asked_for():
    person = _Person(
        {
            "latitude": ["nowhere", "60.39299, 5.32415", "-33.5 -70.6"],
            "cell": ["1 2", "001-01-30001-26713345"],
        }
    )
    subject = ask(person)
    assert [seed.value for seed in subject.seeds] == [
        "60.392990,5.324150",
        "-33.500000,-70.600000",
        "001-01-30001-26713345",
    ]


def test_who_answers_nonsense_for_ever_is_let_go():
    assert ask(lambda _prompt: "?" * 5000).seeds == ()


def test_the_end_of_input_keeps_what_was_said():
    answers = iter(["490154203237518"])

    def prompt(_text: str) -> str:
        for answer in answers:
            return answer
        raise EOFError

    assert len(ask(prompt).seeds) == 1


def test_every_question_is_about_an_identifier_that_can_be_checked():
    for question in QUESTIONS:
        assert check_value(question.identifier, "").why
        assert question.where
