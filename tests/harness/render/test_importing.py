from __future__ import annotations

from collections.abc import Callable

from harness.contracts import Importer
from harness.importing import Imported
from harness.render.importing import formats, imported

CHAT = Importer(
    "chat", "transcripts, JSONL", ("Money is not in it.", "Nor is time."), lambda p, q: iter(())
)
PLAIN = Importer("plain", "everything there is", (), lambda p, q: iter(()))


def lines(shown: str) -> list[str]:
    return [line.rstrip() for line in shown.splitlines()]


def test_every_format_says_what_it_reads_and_what_it_loses(screen: Callable[..., str]) -> None:
    assert lines(screen(formats([CHAT, PLAIN]))) == [
        "chat",
        "  reads transcripts, JSONL",
        "  does not carry over:",
        "  ·  Money is not in it.",
        "  ·  Nor is time.",
        "",
        "plain",
        "  reads everything there is",
    ]


def test_a_long_sentence_stays_right_of_its_dot(screen: Callable[..., str]) -> None:
    shown = lines(screen(formats([CHAT]), columns=22))
    assert shown[-3:] == ["  ·  Money is not in", "     it.", "  ·  Nor is time."]


def test_an_import_says_what_came_of_it_and_what_is_next(screen: Callable[..., str]) -> None:
    assert screen(imported(Imported(1200, 400, 400), "some/task", "my.jsonl")).splitlines() == [
        "1,200 attempts at 400 of 400 problems of some/task written to my.jsonl",
        "  what they are worth assay score some/task my.jsonl",
    ]


def test_what_could_not_be_used_is_counted(screen: Callable[..., str]) -> None:
    shown = screen(imported(Imported(1, 1, 1, unreadable=1), "some/task", "my.jsonl"))
    assert "1 attempt at 1 of 1 problem of some/task" in shown
    assert "1 entry could not be used" in shown.splitlines()


def test_the_command_can_be_pasted_into_a_shell(screen: Callable[..., str]) -> None:
    done = Imported(1, 1, 1)
    shown = lines(screen(imported(done, "some/task", "my own.jsonl", "a mirror"), 30))
    assert shown[-1].endswith("assay score some/task 'my own.jsonl' --data 'a mirror'")
