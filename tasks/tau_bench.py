"""tau-bench: an agent with tools serves a simulated customer; scored from stored trajectories.

Yao et al., 2024. What an attempt is worth is the reward that the environment gave when it was made;
nothing is run here. So problems are numbers, which trajectories name, and what they are about is
only known where the mirror has upstream's files: `tau_bench/envs/<domain>/tasks_test.py` as
`tooluse/taubench/<domain>/tasks_test.py`. These are Python, and are parsed, never run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet
from harness.errors import UserError
from harness.records import Gold, Message, Problem, Setting, TaskCard, ToolSpec
from harness.sources import Read
from harness.suites import Benchmark, Suite
from tasks.reading.cards import read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means

if TYPE_CHECKING:
    from harness.sources import Source

FOLDER = "tooluse/taubench"
MEASURES = ("pass^1", "steps", "calls", "executable_rate", "hallucinated_tools")
_CARDS = read_cards("tau-bench")


@dataclass(eq=False)
class TauBenchTask:
    """The tasks of one domain.

    Attributes:
        domain: as upstream calls it, with "tau2-" before it for those of tau2-bench.
        tools: names of the tools there are.
        card: its card.
    """

    domain: str
    tools: Sequence[str]
    card: TaskCard
    measures: Sequence[str] = MEASURES

    def load(self, source: Source, setting: Setting) -> Problems:
        """The problems, by number; with what is asked where the mirror has upstream's file.

        What the one user message says is told to the simulated user, not to the agent.

        Raises:
            UserError: the mirror's file is not as upstream's are.
        """
        known = self._tasks(source)
        tools = tuple(map(ToolSpec, self.tools))
        count = self.card.statistics["problems"]
        problems = [
            _problem(str(i), known[i] if known else {}, tools) for i in range(len(known) or count)
        ]
        return (ProblemSet("test", problems),)

    def check(self, problems: Problems) -> tuple[str, ...]:
        """Where the number of problems differs from the published one."""
        (part,) = problems
        return differences(self.card, {"problems": len(part.problems)})

    def _tasks(self, source: Source) -> list[Mapping[str, Any]]:
        """Upstream's tasks; none where the mirror does not have them."""
        name = f"{self.domain}/tasks_test.py"
        path = source.path(f"{FOLDER}/{name}")
        if path is None:
            return []
        data = path.read_bytes()
        try:
            tasks = list(_read(data))
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
            raise UserError(f"{path} is no list of tau-bench's tasks: {error}") from None
        source.note(Read(FOLDER, "", name, "mirror", None, sha256(data).hexdigest(), len(tasks)))
        return tasks


def _read(data: bytes) -> Iterator[Mapping[str, Any]]:
    """The arguments of every `Task(...)` in the list that the file assigns."""
    for node in ast.parse(data).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            yield from (_arguments(task) for task in node.value.elts)


def _arguments(node: ast.expr) -> Mapping[str, Any]:
    """The named arguments of a call: literals, and lists of such calls."""
    if not isinstance(node, ast.Call):
        raise ValueError(f"line {node.lineno} holds no call")
    return {
        keyword.arg: [_arguments(item) for item in keyword.value.elts]
        if keyword.arg == "actions" and isinstance(keyword.value, ast.List)
        else ast.literal_eval(keyword.value)
        for keyword in node.keywords
        if keyword.arg
    }


def _problem(id: str, task: Mapping[str, Any], tools: tuple[ToolSpec, ...]) -> Problem:
    said = task.get("instruction")
    actions = task.get("actions", ())
    return Problem(
        id,
        ((Message("user", said),),) if isinstance(said, str) else (),
        tools,
        Gold(
            success="reward",
            path=tuple(str(action["name"]) for action in actions if "name" in action),
            details={"outputs": list(task["outputs"])} if task.get("outputs") else {},
        ),
    )


def _tasks() -> dict[str, TauBenchTask]:
    tasks = {}
    for name, own in _CARDS.tasks.items():
        card = _CARDS.card(name, {"problems": own["problems"]})
        tasks[card.name] = TauBenchTask(name, own["tools"], card)
    return tasks


def _suite(name: str, title: str, parts: Sequence[str]) -> Suite:
    tasks = tuple(f"tau-bench/{part}" for part in parts)
    averages = means(tasks, "the two domains", "tasks")
    return Suite(name, title, tasks, averages, "an agent with tools serves a simulated customer")


BENCHMARK = Benchmark(
    "tau-bench",
    _tasks(),
    (
        _suite("tau-bench", "tau-bench", ("airline", "retail")),
        _suite("tau2-bench", "tau2-bench", ("tau2-airline", "tau2-retail")),
    ),
)
