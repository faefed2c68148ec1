"""All nine answerers on real questions: python benchmarks/answerers.py [MODEL] [QUESTIONS]

MODEL is a chat model's expression, by default the one that reads by rules in examples/my_reader.py;
it plays every role of every answerer. The questions are HotpotQA's 100 hard ones over their 1,000
passages, and those 10 of 2WikiMultihopQA that have both an answer and gold passages among the 6,119
passages of HippoRAG; BM25 searches. ASSAY_DATA names the folder with both.

Printed are means with 95 % bootstrap intervals over questions: EM and F1, the share of questions of
which some search found all gold passages, searches, and tokens read and written, which that model
counts as words. What rules can answer is little: the table shows what the answerers find and what
they cost. With `--out DIR` results stay there, for `assay show` and `assay view`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

from harness import evaluate
from harness.store.schema import Value

ANSWERERS = (
    "closed-book",
    "rag",
    "react-search",
    "ircot",
    "iter-retgen",
    "search-r1",
    "genground",
    "exsearch",
    "dro",
)
READER = f"{Path(__file__).parents[1] / 'examples' / 'my_reader.py'}:Reader()"
MEASURES = {
    "exact_match": ("EM %", 100),
    "answer_f1": ("F1 %", 100),
    "passage_all": ("all found %", 100),
    "searches": ("searches", 1),
    "input_tokens": ("tokens read", 1),
    "output_tokens": ("written", 1),
}
"""What is printed above a measure, and its unit."""


def main() -> None:
    reads = argparse.ArgumentParser()
    reads.add_argument("model", nargs="?", default=READER)
    reads.add_argument("questions", nargs="?", type=int)
    reads.add_argument("--out", type=Path)
    given = reads.parse_args()
    if "ASSAY_DATA" not in os.environ:
        raise SystemExit("ASSAY_DATA names no folder with real questions: nothing is measured")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(os.environ["ASSAY_DATA"]) / "qa" / "hipporag_2wiki"
        file = Path(folder) / "2wiki.jsonl"
        file.write_text("".join(answered(data / "2wiki.queries101.jsonl")), "utf-8")
        tasks = {
            "HotpotQA": ("qa/hotpotqa-100", "all"),
            "2WikiMultihopQA": (f'questions("{file}")', str(data / "2wiki.corpus.jsonl")),
        }
        for title, (task, pool) in tasks.items():
            out = given.out or Path(folder) / "results"
            table(title, task, pool, given.model, given.questions, out)


def answered(file: Path) -> list[str]:
    """The lines of the questions whose answers are known."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    return [line for line in lines if json.loads(line)["golden_answers"]]


def table(title: str, task: str, pool: str, model: str, limit: int | None, out: Path) -> None:
    """Runs the answerers on a task and prints a row for each."""
    for number, name in enumerate(ANSWERERS):
        report = evaluate(
            f"{name}({model})",
            task,
            pool=pool,
            limit=limit,
            measures=list(MEASURES),
            out=out,
        )
        [result] = report.results
        found = {measure: result.measures[measure] for measure in MEASURES}
        if not number:
            print(f"\n{title}, {found['exact_match'].n} questions")
            print(f"{'':<13}" + "".join(f"{head:>22}" for head, _ in MEASURES.values()))
        print(f"{name:<13}" + "".join(cell(v, MEASURES[m][1]) for m, v in found.items()))


def cell(value: Value, unit: int) -> str:
    """A mean and its interval."""
    low, high = unit * value.ci_low, unit * value.ci_high
    return f"{unit * value.value:8,.1f} {f'{low:,.1f}-{high:,.1f}':<13}"


if __name__ == "__main__":
    main()
