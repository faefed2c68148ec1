"""The stage that weighs samples: likelihoods, weights, and what is learned with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch")

import quiz
import schooling

from harness.contracts import Planned
from harness.errors import UserError
from harness.training.ledger import Ledger
from harness.training.work import Work
from models.producers.sft import Sft
from models.training.em import weighing
from models.training.em.rule import Rule
from models.training.em.selections import selections
from models.training.em.weighing import Weighing
from models.training.practice.problems import Practice
from models.training.text.base import Base, open_base

ADA, BO, CY = quiz.Quiz(0, 3).problems()
LIKELY = {("Ada", "[1]"): 0.6, ("Ada", "[2]"): 0.2, ("Bo", "[2]"): 0.5}
"""p(right answer), by question and selection."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = schooling.base(tmp_path_factory.mktemp("base"))
    return open_base(Sft(str(folder), "none.jsonl"))


class Generator:
    """Finds each answer as likely as `LIKELY` has it, half a logarithm for either of two tokens."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def log_probs_of(self, conversations: Sequence[Any]) -> list[Any]:
        return [self._one(each) for each in conversations]

    def _one(self, conversation: Any) -> Any:
        who, z = conversation.messages[-1].content.split(" reads ")
        self.asked.append((who, z, conversation.said[-1]))
        return np.full(2, np.log(LIKELY[who, z]) / 2)


def turn(speaker: str, told: str, said: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": told}, {"role": "assistant", "content": said}]
    return {"speaker": speaker, "whole": True, "messages": messages}


def attempt(who: str, trial: int, z: str, answer: str = "") -> dict[str, Any]:
    """An attempt that selects one passage of two; "" selects none."""
    shown = f"Passages:\n[1] one\n[2] two\n\nQuestion: {who}"
    turns = [turn("selector", shown, z or "none")]
    turns += [turn("generator", f"{who} reads {z}", answer)] if z else []
    return {"problem": who, "trial": trial, "answer": answer, "turns": turns}


ATTEMPTS = [
    attempt("Ada", 0, "[2]", "Rome"),
    attempt("Ada", 1, "[1]", "Rome"),
    attempt("Ada", 2, "[2]", "Paris"),
    attempt("Ada", 3, ""),
    attempt("Bo", 0, "[2]", "Paris"),
    attempt("Cy", 0, ""),
]


def weighed(
    root: Path,
    base: Base,
    generator: Generator,
    rule: Rule = Rule(likelihood="sum"),  # noqa: B008
    tell: Any = lambda *told: None,
    attempts: Sequence[Mapping[str, Any]] = ATTEMPTS,
    **more: Any,
) -> Path:
    """The stage's folder once it is over."""
    sampled = root / "sampled"
    sampled.mkdir(parents=True, exist_ok=True)
    schooling.lines(sampled / "attempts.jsonl", attempts)
    problems = {problem.id: problem for problem in (ADA, BO, CY)}
    given: dict[str, Any] = {"learners": ("selector", "generator")} | more
    stage = Weighing(
        "weigh_1",
        "sample_1",
        lambda work: Practice(problems, {}),
        lambda work: generator,  # type: ignore[arg-type, return-value]
        lambda work: base,
        rule,
        lambda found: selections(found, 1),
        warmup="selector_data",
        over=given.pop("over", lambda work: ""),
        guess=lambda before: Planned(),
        **given,
    )
    folder = root / "2-weigh_1"
    folder.mkdir(exist_ok=True)
    with Ledger(root, stage.name) as ledger:
        stage.run(Work(folder, root, {"sample_1": sampled}, ledger, tell))
    return folder


def weights_of(folder: Path) -> dict[str, list[float]]:
    return {row["problem"]: row["weights"] for row in schooling.rows(folder / "weights.jsonl")}


def summary_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return found


def test_each_distinct_selection_is_asked_about_once(tmp_path: Path, base: Base) -> None:
    generator = Generator()
    folder = weighed(tmp_path, base, generator)
    end = base.tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert generator.asked == [("Ada", "[2]", end), ("Ada", "[1]", end), ("Bo", "[2]", end)]
    ada, bo, cy = schooling.rows(folder / "likelihoods.jsonl")
    assert [(one["z"], one["trials"]) for one in ada["samples"]] == [
        ("[2]", [0, 2]),
        ("[1]", [1]),
    ]
    assert [round(np.exp(one["log_likelihood"]), 9) for one in ada["samples"]] == [0.2, 0.6]
    assert ada["dropped"] == {"no selection": 1}
    assert (bo["problem"], cy["samples"]) == ("Bo", [])


def test_a_selection_weighs_as_often_as_it_was_drawn(tmp_path: Path, base: Base) -> None:
    # Ada: 0.2 twice and 0.6 once, so 0.4 : 0.6.
    weights = weights_of(weighed(tmp_path, base, Generator()))
    assert weights == {"Ada": pytest.approx([0.4, 0.6]), "Bo": [1.0], "Cy": []}


@pytest.mark.parametrize(
    ("rule", "more", "expected"),
    [
        (Rule(likelihood="sum"), {"counted": False}, [0.25, 0.75]),  # 0.2 : 0.6
        # The mean over two tokens is a square root; 2 sqrt(0.2) : sqrt(0.6) = 2 : sqrt(3).
        (Rule(likelihood="mean"), {}, [2 / (2 + 3**0.5), 3**0.5 / (2 + 3**0.5)]),
        (Rule(likelihood="sum", temperature=0.5), {}, [0.08 / 0.44, 0.36 / 0.44]),
        (Rule("uniform"), {}, [2 / 3, 1 / 3]),
        (Rule("uniform"), {"counted": False}, [1 / 2, 1 / 2]),
        (Rule("reward", reward="exact_match"), {}, [1 / 2, 1 / 2]),  # Rome and Paris; Rome
    ],
)
def test_rules_of_weighing(
    tmp_path: Path, base: Base, rule: Rule, more: dict[str, Any], expected: list[float]
) -> None:
    folder = weighed(tmp_path, base, Generator(), rule, **more)
    assert weights_of(folder)["Ada"] == pytest.approx(expected)


def test_a_question_that_earns_nothing_is_not_learned_from(tmp_path: Path, base: Base) -> None:
    folder = weighed(tmp_path, base, Generator(), Rule("reward", reward="exact_match"))
    assert weights_of(folder)["Bo"] == [0.0]
    assert {
        row["prompt"][0]["content"][-3:] for row in schooling.rows(folder / "selector.jsonl")
    } == {"Ada"}


def test_shuffled_weights_are_dealt_among_the_draws_of_a_question(
    tmp_path: Path, base: Base
) -> None:
    dealt = set()
    for seed in range(12):
        folder = weighed(
            tmp_path / str(seed), base, Generator(), Rule("shuffled", "sum", seed=seed)
        )
        dealt.add(tuple(round(weight, 9) for weight in weights_of(folder)["Ada"]))
    # 0.2, 0.6 and 0.2 over three draws: the one that was drawn twice gets 0.4 or 0.8.
    assert dealt == {(0.4, 0.6), (0.8, 0.2)}


def test_selector_and_generator_learn_what_they_were_asked_with_these_weights(
    tmp_path: Path, base: Base
) -> None:
    folder = weighed(tmp_path, base, Generator())

    def learned(role: str) -> list[tuple[str, str, float]]:
        return [
            (
                row["prompt"][-1]["content"].split("\n")[-1],
                row["completion"][0]["content"],
                round(row["weight"], 9),
            )
            for row in schooling.rows(folder / f"{role}.jsonl")
        ]

    assert learned("selector") == [
        ("Question: Ada", "[2]", 0.4),
        ("Question: Ada", "[1]", 0.6),
        ("Question: Bo", "[2]", 1.0),
    ]
    assert learned("generator") == [
        ("Ada reads [2]", "Rome", 0.4),
        ("Ada reads [1]", "Rome", 0.6),
        ("Bo reads [2]", "Oslo", 1.0),
    ]


def test_the_summary_tells_how_steady_the_samples_are(tmp_path: Path, base: Base) -> None:
    folder = weighed(tmp_path, base, Generator())
    told = summary_of(folder)
    assert (told["questions"], told["questions without a sample"]) == (2, 1)
    assert (told["samples"], told["distinct samples"]) == (4, 3)
    assert told["dropped"] == {"no selection": 2}
    # Ada drew 0.2, 0.6, 0.2 and nothing: a mean of 1/4, a variance of 0.44 / 4 - 1/16.
    first, second, third, fourth = schooling.rows(folder / "curves.jsonl")
    assert [row["step"] for row in (first, second, third, fourth)] == [1, 2, 3, 4]
    assert second["variance"] == pytest.approx(0.04 / 2)  # Bo drew once: its variance is 0
    assert told["variance of the likelihood"] == pytest.approx((0.11 - 0.0625) / 2)
    assert told["log of the mean likelihood"] == pytest.approx((np.log(0.25) + np.log(0.5)) / 2)


def test_what_is_too_long_for_the_model_with_the_right_answer_is_left_out_and_counted(
    tmp_path: Path, base: Base
) -> None:
    """It reads 256 tokens: 300 words in front of the answer are too many."""
    long = attempt("Ada", 1, "[1]", "Rome")
    long["turns"][1]["messages"][0]["content"] = "Ada reads " + "the dog " * 150
    generator = Generator()
    folder = weighed(tmp_path, base, generator, attempts=[ATTEMPTS[0], long, *ATTEMPTS[4:]])
    assert [(who, z) for who, z, _ in generator.asked] == [("Ada", "[2]"), ("Bo", "[2]")]
    assert weights_of(folder)["Ada"] == [1.0]
    told = summary_of(folder)
    assert told["dropped"] == {"too long with the right answer": 1, "no selection": 1}
    # Ada drew 0.2, and one that came to nothing: a variance of 0.1^2.
    assert told["variance of the likelihood"] == pytest.approx(0.01 / 2)


def test_what_is_read_is_spent(tmp_path: Path, base: Base) -> None:
    """Each of three distinct selections, with the right answer behind it."""
    weighed(tmp_path, base, Generator())
    words = base.tokenizer
    tokens = 0
    for asked, right in (
        ("Ada reads [2]", "Rome"),
        ("Ada reads [1]", "Rome"),
        ("Bo reads [2]", "Oslo"),
    ):
        said = [{"role": "user", "content": asked}, {"role": "assistant", "content": right}]
        text = words.apply_chat_template(said, tokenize=False).removesuffix("\n")
        tokens += len(words(text, add_special_tokens=False)["input_ids"])
    [entry] = schooling.rows(tmp_path / "ledger.jsonl")
    assert entry["amounts"] == {"sequences": 3, "tokens_read": tokens}


def test_questions_that_say_nothing_are_counted(tmp_path: Path, base: Base) -> None:
    folder = weighed(tmp_path, base, Generator(), Rule("reward", reward="exact_match"))
    told = summary_of(folder)
    # Of Cy nothing was selected; of Bo what was selected has earned nothing.
    assert (told["questions"], told["questions without a sample"]) == (2, 1)
    assert told["questions that weigh nothing"] == 1
    assert told["conversations"] == {"selector": 2, "generator": 2}


def test_who_does_not_learn_gets_no_file(tmp_path: Path, base: Base) -> None:
    folder = weighed(tmp_path, base, Generator(), learners=("generator",))
    assert not (folder / "selector.jsonl").exists()
    assert summary_of(folder)["conversations"] == {"generator": 3}


def test_without_any_selection_it_says_why(tmp_path: Path, base: Base) -> None:
    with pytest.raises(UserError, match=r"2 no selection.*selector_data"):
        weighed(tmp_path, base, Generator(), attempts=[attempt("Ada", 0, ""), attempt("Bo", 0, "")])


def test_a_round_that_does_not_take_place_asks_nothing(tmp_path: Path, base: Base) -> None:
    generator = Generator()
    folder = weighed(tmp_path, base, generator, over=lambda work: "round 1 was the best")
    assert summary_of(folder) == {"skipped": "round 1 was the best"}
    assert generator.asked == []


@pytest.fixture
def by_twos() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "_AT_ONCE", 2)
        yield


@pytest.mark.usefixtures("by_twos")
def test_stopped_it_goes_on_with_the_group_that_was_not_over(tmp_path: Path, base: Base) -> None:
    whole = weighed(tmp_path / "whole", base, Generator())

    def stop(*told: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weighed(tmp_path / "cut", base, Generator(), tell=stop)
    rows = tmp_path / "cut" / "2-weigh_1" / "likelihoods.jsonl"
    assert len(schooling.rows(rows)) == 2
    with rows.open("ab") as file:  # as a kill in the middle of a row leaves it
        file.write(b'{"problem": "Cy", "sel')
    again = Generator()
    cut = weighed(tmp_path / "cut", base, again)
    assert again.asked == []  # Cy has no selection to ask about
    for path in whole.iterdir():
        assert path.read_bytes() == (cut / path.name).read_bytes(), path.name


@pytest.mark.usefixtures("by_twos")
def test_a_group_that_was_written_in_part_is_asked_about_again(tmp_path: Path, base: Base) -> None:
    whole = weighed(tmp_path / "whole", base, Generator())
    folder = weighed(tmp_path / "cut", base, Generator())
    rows = folder / "likelihoods.jsonl"
    rows.write_bytes(rows.read_bytes().split(b"\n")[0] + b"\n")  # Ada's alone
    again = Generator()
    weighed(tmp_path / "cut", base, again)
    assert [who for who, _, _ in again.asked] == ["Ada", "Ada", "Bo"]
    assert rows.read_bytes() == (whole / "likelihoods.jsonl").read_bytes()


def test_over_and_over_nothing_is_asked_again(tmp_path: Path, base: Base) -> None:
    folder = weighed(tmp_path, base, Generator())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = Generator()
    weighed(tmp_path, base, again)
    assert again.asked == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
