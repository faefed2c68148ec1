"""Which tools are offered for a problem, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import pytest

from harness.contracts import Corpus, ProblemSet
from harness.errors import InfrastructureError, UserError
from harness.play.toolsets import ORDERS, Choice, Toolsets, parse_tools
from harness.ranking import Ranking
from harness.records import Gold, Message, Problem, Query, Setting, ToolSpec
from harness.run import Run

NAMES = tuple(f"tool{n:02}" for n in range(20))
TOOLS = {name: ToolSpec(name, f"Does {name}.") for name in NAMES}
OWN = ("tool05", "tool01", "tool09")
"""The tools of the first problem, of which it needs two."""


def problem(id: str, own: Sequence[str], *path: str, text: str = "Do it.") -> Problem:
    tools = tuple(TOOLS[name] for name in own)
    return Problem(id, ((Message("user", text),),), tools, Gold(path=path))


FIRST = problem("first", OWN, "tool01", "tool09", "tool01", text="Do tool09, tool12 and tool07.")
REST = problem("rest", NAMES, "tool03", text="Do tool03.")
SETS = (ProblemSet("test", (FIRST, REST)),)
POOL = (*OWN, *(name for name in NAMES if name not in OWN))
"""In order of first appearance."""


def names(
    tools: str,
    order: str = "own",
    *,
    key: str = "first",
    sets: tuple[ProblemSet, ...] = SETS,
    seed: int = 0,
    limit: int | None = None,
) -> tuple[str, ...] | None:
    setting = Setting(tools=tools, tool_order=order, limit=limit)
    offered = Toolsets(setting, sets, seed=seed).of(key)
    return None if offered is None else tuple(tool.name for tool in offered)


@pytest.mark.parametrize(
    ("text", "choice", "canonical"),
    [
        ("own", Choice("own"), "own"),
        (" gold ", Choice("gold"), "gold"),
        ("gold + 5", Choice("gold", 5), "gold+5"),
        ("gold+0", Choice("gold"), "gold"),
        ("all", Choice("all"), "all"),
        ("bm25@010", Choice("found", 10, "bm25"), "bm25@10"),
        ("rrf(bm25,minilm) @ 5", Choice("found", 5, "rrf(bm25, minilm)"), "rrf(bm25, minilm)@5"),
        ("mine.py:Mine(k=3)@7", Choice("found", 7, "mine.py:Mine(k=3)"), "mine.py:Mine(k=3)@7"),
        ("a/b@v2/@7", Choice("found", 7, "a/b@v2/"), "a/b@v2/@7"),
    ],
)
def test_a_notation_has_one_meaning_and_a_meaning_one_notation(
    text: str, choice: Choice, canonical: str
) -> None:
    assert parse_tools(text) == choice
    assert str(choice) == canonical
    assert parse_tools(canonical) == choice


@pytest.mark.parametrize(
    "text", ["", "bm25", "gold-5", "gold+x", "own+3", "all@", "bm25@0", "bm25@-1", "bm25@x", "@5"]
)
def test_what_is_no_notation_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=f"^tools={text.replace('+', '.')}: write own, all, gold"):
        parse_tools(text)


@pytest.mark.parametrize("text", ["rrf(bm25@10", "two words@3", 'x(api_key="s")@3'])
def test_so_is_an_expression_that_names_no_model(text: str) -> None:
    with pytest.raises(UserError, match=r"^tools="):
        parse_tools(text)


def test_the_problems_own_tools_stand_as_they_are() -> None:
    toolsets = Toolsets(Setting(), SETS)
    assert toolsets.of("first") is None
    assert toolsets.problem("first") is FIRST


def test_each_choice_has_its_tools_in_its_own_order() -> None:
    assert names("gold") == ("tool01", "tool09")
    assert names("all") == POOL
    found = names("gold+4") or ()
    assert len(found) == 6
    assert {"tool01", "tool09"} <= set(found)
    assert list(found) == sorted(found, key=POOL.index)
    assert names("gold+500") == POOL
    assert set(names("bm25@3") or ()) == {"tool09", "tool12", "tool07"}


def test_a_tool_needed_that_the_problem_has_not_is_offered_from_the_split() -> None:
    short = problem("first", OWN, "tool01", "tool19", "nowhere")
    assert names("gold", sets=(ProblemSet("test", (short, REST)),)) == ("tool01", "tool19")


def test_chance_hangs_on_seed_split_and_problem_alone() -> None:
    for tools, order in (("gold+4", "own"), ("all", "shuffled")):
        found = names(tools, order)
        assert names(tools, order) == found
        assert names(tools, order, seed=1) != found
        assert names(tools, order, sets=(ProblemSet("dev", (FIRST, REST)),)) != found
    same = (ProblemSet("test", (REST, FIRST)),)
    assert set(names("gold+4", sets=same) or ()) == set(names("gold+4") or ())
    assert names("all", "shuffled", sets=same) == names("all", "shuffled")


def test_fewer_others_are_among_more() -> None:
    assert set(names("gold+2") or ()) < set(names("gold+5") or ()) < set(names("gold+9") or ())


def test_orders() -> None:
    assert names("own", "gold-first") == ("tool01", "tool09", "tool05")
    assert names("own", "gold-last") == ("tool05", "tool01", "tool09")
    assert (names("all", "gold-first") or ())[:3] == ("tool01", "tool09", "tool05")
    assert (names("all", "gold-last") or ())[-2:] == ("tool01", "tool09")
    shuffled = names("all", "shuffled") or ()
    assert sorted(shuffled) == sorted(POOL)
    assert shuffled != POOL
    for order in ORDERS[1:]:
        assert set(names("bm25@3", order) or ()) == set(names("bm25@3") or ())


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(UserError, match="unknown order of tools 'random'"):
        names("own", "random")


def test_a_limit_does_not_narrow_what_is_offered() -> None:
    assert names("all", limit=1) == POOL
    assert set(names("bm25@3", limit=1) or ()) == {"tool09", "tool12", "tool07"}


def test_problems_of_several_splits_go_by_split_and_id_and_see_their_own_split() -> None:
    other = ProblemSet("other", (problem("first", ("tool00",), "tool00"),))
    both = (*SETS, other)
    assert names("all", key="test/first", sets=both) == POOL
    assert names("all", key="other/first", sets=both) == ("tool00",)
    assert names("bm25@5", key="other/first", sets=both) == ("tool00",)


@pytest.mark.parametrize(
    ("tools", "order"), [("gold", "own"), ("gold+1", "own"), ("own", "gold-last")]
)
def test_who_asks_for_gold_must_know_it(tools: str, order: str) -> None:
    unknown = Problem("dim", ((Message("user", "?"),),), tuple(TOOLS.values()))
    with pytest.raises(UserError, match="problem 'dim' does not tell which tools it needs"):
        names(tools, order, key="dim", sets=(ProblemSet("test", (unknown,)),))
    assert names("all", key="dim", sets=(ProblemSet("test", (unknown,)),)) == NAMES


def test_where_the_world_brings_the_tools_they_stand_as_they_are() -> None:
    bare = Problem("bare", ((Message("user", "?"),),))
    assert names("own", "shuffled", key="bare", sets=(ProblemSet("test", (bare,)),)) is None


def test_where_nothing_can_be_chosen_from_that_is_said() -> None:
    bare = Problem("bare", ((Message("user", "?"),),))
    for tools in ("all", "bm25@3"):
        with pytest.raises(UserError) as caught:
            names(tools, key="bare", sets=(ProblemSet("test", (bare,)),))
        assert str(caught.value) == (
            f"tools={tools}: the problems of test list no tools to choose from"
        )


def test_the_oracle_finds_all_that_is_needed_and_nothing_else() -> None:
    assert sorted(names("oracle@2") or ()) == ["tool01", "tool09"]
    assert sorted(names("oracle@20") or ()) == ["tool01", "tool09"]
    assert len(names("oracle@1") or ()) == 1


def test_random_tools_hold_what_is_needed_as_often_as_chance_has_it() -> None:
    wanted = ("tool04", "tool11")
    many = [problem(f"p{n}", NAMES, *wanted) for n in range(800)]
    toolsets = Toolsets(Setting(tools="random@10"), (ProblemSet("test", many),))
    offers = [{tool.name for tool in toolsets.of(p.id) or ()} for p in many]
    assert {len(offer) for offer in offers} == {10}
    # 10 of 20 without putting back: both are drawn with C(18, 8) / C(20, 10) = 9/38 = .2368
    chance = 9 / 38
    deviation = sqrt(chance * (1 - chance) / 800)
    complete = sum(offer >= set(wanted) for offer in offers) / 800
    assert abs(complete - chance) < 3 * deviation
    # and each of them with 1/2
    recall = sum(len(offer.intersection(wanted)) for offer in offers) / 1600
    assert abs(recall - 1 / 2) < 3 * sqrt(1 / 4 / 1600)


def test_another_random_retriever_finds_others() -> None:
    assert names("random@5") == names("random@5")
    assert names("random@5") != names("random(seed=1)@5")


def test_offers_do_not_hang_on_which_problem_comes_first() -> None:
    around = (ProblemSet("test", (REST, FIRST)),)
    for tools in ("random@5", "oracle@5", "bm25@3"):
        assert set(names(tools, sets=around) or ()) == set(names(tools) or ())


ONE, OTHER = ToolSpec("find", "Finds films."), ToolSpec("find", "Finds flights to Oslo.")
TALK = ToolSpec("talk", "Talks of films and of flights.")


def test_of_namesakes_the_problems_own_is_offered_else_the_one_that_was_found() -> None:
    def asking(id: str, tools: tuple[ToolSpec, ...]) -> Problem:
        said = Message("user", "flights to Oslo")
        return Problem(id, ((said,),), tools, Gold(path=("find",)))

    problems = (asking("films", (ONE,)), asking("flights", (OTHER,)), asking("none", (TALK,)))
    sets = (ProblemSet("test", problems),)
    for tools in ("bm25@2", "all"):
        toolsets = Toolsets(Setting(tools=tools), sets)
        offers = {p.id: {t.name: t for t in toolsets.of(p.id) or ()} for p in problems}
        assert [len(offer) for offer in offers.values()] == [2, 2, 2]  # not two called find
        assert offers["films"]["find"] == ONE
        assert offers["flights"]["find"] == OTHER
        assert offers["none"]["find"] == (OTHER if tools == "bm25@2" else ONE)


def test_a_world_is_opened_with_all_that_is_offered_and_the_problems_own() -> None:
    toolsets = Toolsets(Setting(tools="bm25@3"), SETS)
    tools = [tool.name for tool in toolsets.problem("first").tools]
    assert tools[:3] == list(OWN)
    assert sorted(tools[3:]) == ["tool07", "tool12"]


class Counting:
    """Finds the tools in the order of their names, and counts how often it is asked.

    Attributes:
        fails: problems on which it fails.
    """

    name = "counting"

    def __init__(self, *fails: str) -> None:
        self.fails, self.asked = fails, 0

    def index(self, corpus: Corpus) -> _Names:
        return _Names(self, corpus)


class _Names:
    def __init__(self, model: Counting, corpus: Corpus) -> None:
        self._model, self._corpus = model, corpus

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking:
        self._model.asked += 1
        good = [query.id for query in queries if query.id not in self._model.fails]
        found = sorted(self._corpus.ids)[:k]
        errors = dict.fromkeys(self._model.fails, "the network is down")
        return Ranking(Run.from_rankings({id: list(found) for id in good}), errors=errors)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    from harness.registry import models

    model = Counting("rest")
    monkeypatch.setitem(models._resolved, "bm25-rank", model)
    return model


def test_a_retriever_is_asked_once_for_a_split_and_what_failed_is_no_offer(
    counting: Counting,
) -> None:
    toolsets = Toolsets(Setting(tools="bm25-rank@2"), SETS)
    for _ in range(3):
        assert [tool.name for tool in toolsets.of("first") or ()] == ["tool00", "tool01"]
        with pytest.raises(InfrastructureError, match="the network is down"):
            toolsets.of("rest")
    assert counting.asked == 1


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ("bm52@5", "tools=bm52@5: unknown model 'bm52'. Did you mean bm25?"),
        ("abstain(x=1)@5", "tools=abstain.x=1.@5: "),
        ("scripted@5", "scripted"),
    ],
)
def test_what_is_no_retriever_is_refused(tools: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        Toolsets(Setting(tools=tools), SETS)


def test_a_fusion_of_retrievers_is_one_too() -> None:
    assert len(names("rrf(bm25, random)@4") or ()) == 4
