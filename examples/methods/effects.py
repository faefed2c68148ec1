"""Whether a training method helps: it and its baseline from the same base, by seeds, on new worlds.

    python -m examples.methods.effects NAME --base FOLDER --lessons FOLDER --out FOLDER

trains what `COMPARISONS` says under a name, evaluates it on worlds that nothing was trained or
chosen on, and prints the table: means by seed with 95 % intervals, the difference over all seeds
with its p-value (see `examples.methods.paired`), and what training has cost. The same command goes
on where it was cut short. `--lessons` is the folder into which `python -m examples.methods.lessons`
has written, `--base` the model that all start from.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean

from examples.methods.comparing import (
    CHOOSING,
    SEEDS,
    Budget,
    Choice,
    Comparison,
    Place,
    Side,
    Training,
    Value,
    compared,
)
from examples.methods.lessons import CANDIDATES, KEPT
from examples.methods.paired import FAULT, Gap, Interval
from harness.errors import plainly
from harness.files import replacing
from harness.measures import is_share
from harness.measures.faults import SEVERITY

QUESTIONS = "{worlds}:Questions(seed={world}, hops=1, questions=60)"
CHAINS = "{worlds}:Questions(seed={world}, hops=2, questions=60)"
LONG_ERRANDS = "{worlds}:Errands(seed={world}, fewest=2, calls=4, problems=64)"
CALLS = "{worlds}:Calls(seed={world}, calls=3, problems=64)"


def _about(worlds: Iterable[int], *tasks: str) -> tuple[str, ...]:
    """Tasks about each of these worlds."""
    return tuple(task.replace("{world}", str(world)) for world in worlds for task in tasks)


PRACTICE = _about((350, 351), QUESTIONS, CHAINS)
CHOSEN = _about(CHOOSING[:1], QUESTIONS, CHAINS)
"""What rounds of training are compared by, those of a baseline likewise."""
SEARCHED_ONCE, CHOSEN_ONCE = _about(range(350, 356), QUESTIONS), _about(CHOOSING, QUESTIONS)
"""The same for who searches once, and seldom finds all that two hops take."""
ROUNDS = 1
ANSWERS = ("exact_match", "answer_f1", "answerability")
EFFORT = ("steps", "input_tokens", "output_tokens", "latency")
FAULTS = tuple(f"{FAULT}{name}" for name in SEVERITY)
READS = (
    *("*_get", "*_list", "*_search", "flights_*", "people_*", "products_*", "firms_*", "towns_*"),
    *("weather_[!a]*", "shops_hours", "shops_offers", "shops_reviews", "films_credits"),
    *("films_of_person", "films_rating", "films_reviews", "films_set_in", "films_similar"),
    *("cinema_programme", "cinema_seats", "cinema_showings", "cinema_tickets", "jobs_of_firm"),
    *("diary_agenda", "diary_now", "wallet_balance", "wallet_statement", "orders_track"),
)
"""Functions of the starter world that only read, under the names that models are told."""
_OURS: Mapping[str, Value] = {
    **{"seed": "{seed}", "batch": 16, "lr": 5e-4},
    **{"micro_batch": 2, "save_every": 1000},
}
"""Settings of all trainings."""


def _sft(data: str, base: str = "{base}", **more: Value) -> Training:
    return Training("sft", {**_OURS, "base": base, "data": f"{{lessons}}/{data}", **more})


def _rounds(data: str, **more: Value) -> Mapping[str, Training]:
    """The baseline of a method with rounds: as many of `sft`, each at a share of its cost."""
    share = Budget("em", 1 / ROUNDS)
    return {
        f"sft_{number}": _sft(
            data, f"{{sft_{number - 1}}}" if number > 1 else "{warm}", steps=share, **more
        )
        for number in range(1, ROUNDS + 1)
    }


def _best(agent: str, measure: str, tasks: tuple[str, ...] = CHOSEN) -> Choice:
    """The best of the warm-up and these rounds, as such a method chooses its best."""
    names = ("warm", *(f"sft_{number}" for number in range(1, ROUNDS + 1)))
    return Choice(tuple(agent.replace("{}", f"{{{name}}}") for name in names), tasks, measure)


def _own(producer: str, base: str, **more: Value) -> Training:
    return Training(producer, {**_OURS, "base": base, **more})


_EXSEARCH: Mapping[str, Value] = {
    **{"data": "", "tasks": PRACTICE, "heldout": CHOSEN},
    **{"rounds": ROUNDS, "trajectories": 4, "searches": 4, "answer_tokens": 96},
    **{"likelihood": "sum", "lr": 3e-4},
}
_DRO: Mapping[str, Value] = {
    **{"tasks": SEARCHED_ONCE, "heldout": CHOSEN_ONCE, "selector": "{selector}"},
    **{"rounds": ROUNDS, "samples": 8, "answer_tokens": 64, "k": CANDIDATES, "kept": KEPT},
    **{"batch": 4, "micro_batch": 4, "lr": 3e-4},
}
_TTPA: Mapping[str, Value] = {
    **{"data": "{lessons}/further.jsonl", "max_tokens": 128, "gold": True, "answers": True},
    **{"branches": 2, "top_k": 3, "sft": 0.2, "lr": 5e-5},
}
_DTA: Mapping[str, Value] = {
    **{"data": "{lessons}/serial.jsonl", "graph": "values", "thoughts": "joined"},
    **{"writes": "ordered", "reads": READS, "agent": "parallel-function-calling"},
    **{"steps": 100, "lr": 3e-4},
}
_PRINCIPLES: Mapping[str, Value] = {
    **{"data": "{lessons}/readings.jsonl", "principles": "{lessons}/principles.jsonl"},
    **{"seeds": 8, "instances": 300, "checker": "{worlds}:founded", "answer_tokens": 256},
    **{"near": 0.9, "small_temperature": 0.7, "at_once": 16},
    **{"epochs": 2, "batch": 4, "lr": 3e-4},
}
_PLAIN = {name: value for name, value in _PRINCIPLES.items() if name != "principles"}

COMPARISONS: Mapping[str, Comparison] = {
    "exsearch": Comparison(
        {
            "warm": _sft("exsearch-vague.jsonl", epochs=4, lr=1e-3),
            **_rounds("exsearch-vague.jsonl", lr=3e-4),
            "em": _own("exsearch", "{warm}", **_EXSEARCH),
            "dealt": _own("exsearch", "{warm}", **_EXSEARCH, weights="shuffled"),
        },
        {
            "sft": _best('exsearch(transformers("{}", max_tokens=96), steps=4)', "exact_match"),
            "exsearch": '"{em}/"',
            "shuffled": '"{dealt}/"',
        },
        {QUESTIONS: ANSWERS, CHAINS: ANSWERS},
        worlds=(400, 401),
    ),
    "dro": Comparison(
        {
            "selector": _sft("selector.jsonl", batch=4, micro_batch=4),
            "warm": _sft("generator.jsonl", batch=4, micro_batch=4),
            **_rounds("generator.jsonl", batch=4, micro_batch=4, lr=3e-4),
            "em": _own("dro", "{warm}", **_DRO),
            "dealt": _own("dro", "{warm}", **_DRO, weights="shuffled"),
        },
        {
            "sft-first": _best(
                f'dro(transformers("{{}}", max_tokens=64), selection=false, k={CANDIDATES}, '
                f"kept={KEPT})",
                "answer_f1",
                CHOSEN_ONCE,
            ),
            "dro": '"{em}/"',
            "shuffled": '"{dealt}/"',
            "warm-up": (
                'dro(transformers("{selector}", max_tokens=64), '
                f'generator=transformers("{{warm}}", max_tokens=64), k={CANDIDATES}, kept={KEPT})'
            ),
        },
        {QUESTIONS: ANSWERS},
        worlds=(404, 405, 406, 407),
    ),
    "ttpa": Comparison(
        {
            "warm": _sft("errands.jsonl", epochs=3),
            "sft": _sft("further.jsonl", "{warm}", steps=Budget("preferred")),
            "preferred": _own("ttpa", "{warm}", **_TTPA),
            "tossed": _own("ttpa", "{warm}", **_TTPA, pairs="shuffled"),
        },
        {
            "sft": 'function-calling(transformers("{sft}", max_tokens=128), steps=6)',
            "ttpa": 'function-calling(transformers("{preferred}", max_tokens=128), steps=6)',
            "shuffled": 'function-calling(transformers("{tossed}", max_tokens=128), steps=6)',
        },
        {CALLS: ("ast", "error_score", *FAULTS, "solved_in_world")},
        worlds=(402, 403),
    ),
    "principles": Comparison(
        {
            "writer": _sft("writing.jsonl", epochs=2, batch=4, lr=1e-3),
            "plain": _own("principles", "{writer}", **_PLAIN, control="plain"),
            "guided": _own("principles", "{writer}", **_PRINCIPLES),
            "dealt": _own("principles", "{writer}", **_PRINCIPLES, control="shuffled"),
        },
        {
            "plain": 'rag(transformers("{plain}", max_tokens=64), k=1, citations=false)',
            "principles": 'rag(transformers("{guided}", max_tokens=64), k=1, citations=false)',
            "shuffled": 'rag(transformers("{dealt}", max_tokens=64), k=1, citations=false)',
        },
        {QUESTIONS: ANSWERS},
    ),
    "genground-igd": Comparison(
        {
            "warm": _sft("genground.jsonl", epochs=2, lr=1e-3),
            "sft": _sft("genground.jsonl", "{warm}", steps=Budget("distilled"), lr=3e-4),
            "distilled": _own("genground-igd", "{warm}", data="{lessons}/grounding.jsonl", lr=3e-4),
        },
        {
            "sft": 'genground(transformers("{sft}", max_tokens=128), hops=3)',
            "genground-igd": 'genground(transformers("{distilled}", max_tokens=128), hops=3)',
            "grounder": (
                'genground(transformers("{warm}", max_tokens=128), '
                'grounder=transformers("{distilled}", max_tokens=128), hops=3)'
            ),
        },
        {QUESTIONS: (*ANSWERS, *EFFORT), CHAINS: (*ANSWERS, *EFFORT)},
        worlds=(402, 403),
    ),
    "dta": Comparison(
        {
            "sft": _sft("serial.jsonl", steps=Budget("divided"), lr=3e-4),
            "divided": _own("dta", "{base}", **_DTA),
        },
        {
            "serial-sft": 'function-calling(transformers("{sft}", max_tokens=256), steps=8)',
            "dta": 'parallel-function-calling(transformers("{divided}", max_tokens=256), steps=8)',
        },
        {LONG_ERRANDS: ("solved_in_world", *EFFORT)},
        worlds=(400, 401),
    ),
}
"""By name: what is trained, which agents of it are asked, about what."""


def table(sides: Sequence[Side], by_task: Mapping[str, Sequence[Gap]]) -> Iterator[str]:
    """The lines of the table, in Markdown."""
    for task, gaps in by_task.items():
        name = task.rpartition(":")[2]
        for measure in dict.fromkeys(one.measure for one in gaps):
            told = [one for one in gaps if one.measure == measure]
            seeds = list(told[0].by_seed)
            yield f"{name}, {measure}, {told[0].n} problems"
            yield ""
            heads = (*(f"seed {seed}" for seed in seeds), "mean", "difference", "p", "Holm")
            yield f"| | {' | '.join(heads)} |"
            yield "|---" * (len(seeds) + 5) + "|"
            scale = 100.0 if _shared(measure) else 1.0
            first = [told[0].by_seed[seed][0] for seed in seeds]
            baseline = told[0].sides[0]
            yield _row(baseline, first, told[0].means[0], scale, ("", "", ""))
            for one in told:
                difference = f"{_number(one.difference, scale, sign='+')}, {one.agreeing} of "
                tests = (f"{difference}{len(seeds)} seeds", _p(one.p), _p(one.p_holm))
                if one.sides[0] == baseline:
                    own = [one.by_seed[seed][1] for seed in seeds]
                    yield _row(one.sides[1], own, one.means[1], scale, tests)
                else:
                    cells = (" less ".join(reversed(one.sides)), *[""] * (len(seeds) + 1), *tests)
                    yield f"| {' | '.join(cells)} |"
            yield ""
    yield "| training, mean of the seeds | tokens learned | read or written | seconds | kWh |"
    yield "|---|---|---|---|---|"
    for side in sides:
        yield _cost_row(side)


def _row(
    name: str, seeds: Sequence[Interval], mean: float, scale: float, tests: Sequence[str]
) -> str:
    cells = [name, *(_number(one, scale) for one in seeds), f"{scale * mean:.1f}", *tests]
    return f"| {' | '.join(cells)} |"


def _cost_row(side: Side) -> str:
    costs = list(side.costs.values())
    tokens, passed = fmean(one.learned for one in costs), fmean(one.passed for one in costs)
    kwh = [one.kwh for one in costs if one.kwh is not None]
    told = f"{fmean(kwh):.4f}" if len(kwh) == len(costs) else "not read"
    seconds = fmean(one.seconds for one in costs)
    return f"| {side.name} | {tokens:,.0f} | {passed:,.0f} | {seconds:,.0f} | {told} |"


def _number(value: Interval, scale: float, sign: str = "") -> str:
    mean, low, high = (scale * one for one in value)
    return f"{mean:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def _shared(measure: str) -> bool:
    return measure.startswith(FAULT) or is_share(measure)


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m examples.methods.effects")
    parser.add_argument("name", choices=COMPARISONS)
    parser.add_argument("--base", required=True, help="the model that all start from")
    parser.add_argument("--lessons", required=True, type=Path, help="folder of the lessons")
    parser.add_argument("--out", required=True, type=Path, help="folder of checkpoints and results")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument(
        "--worlds", type=int, nargs="+", default=(), metavar="SEED", help="not its own"
    )
    return parser


def main(arguments: Sequence[str]) -> None:
    """Prints the table of a comparison."""
    told = options().parse_args(arguments)
    place = Place(told.base, told.lessons, told.out / told.name, told.seeds, told.worlds)
    sides, by_task = compared(COMPARISONS[told.name], place, lambda what: print(what, flush=True))
    with replacing(place.out / "effects.json") as file:
        costs = {
            side.name: {seed: asdict(one) for seed, one in side.costs.items()} for side in sides
        }
        gaps = {task: [asdict(one) for one in found] for task, found in by_task.items()}
        file.write(json.dumps({"gaps": gaps, "costs": costs}, indent=2).encode() + b"\n")
    print(*table(sides, by_task), sep="\n")


if __name__ == "__main__":
    with plainly():
        main(sys.argv[1:])
