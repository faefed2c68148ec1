"""Recorded answers in the layout of StableToolBench's virtual server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.loop import run
from harness.records import Observation, Problem, Setting, ToolSpec
from harness.sources import Source
from tasks.stabletoolbench import BENCHMARK, StableToolBenchTask
from tasks.worlds.response_cache import (
    ErrorAndResponse,
    Place,
    ResponseCache,
    digest,
    recorded,
)
from tasks.worlds.simulated import Asked

TOOL = ToolSpec("search_for_films", "", {})
PLACE = Place("News, Media", "films", "search")
FILE = "News_Media/films_for_News_Media/search.json"


def write(root: Path, content: Any, name: str = FILE) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def found(root: Path, **arguments: Any) -> Observation | None:
    cache = ResponseCache(root, lambda asked: PLACE)
    return run(cache.answer(Asked(Problem("p", ()), TOOL, arguments)))


def test_files_lie_where_upstreams_server_puts_them() -> None:
    # server/main.py, prepare_tool_name_and_url: spaces, commas and slashes become "_", "__" one.
    assert PLACE.path == FILE
    assert Place("Data", "films", "a_for_films_b").path == "Data/films_for_Data/a.json"
    assert Place("a/b", "t", "x").path == "a_b/t_for_a_b/x.json"


def test_a_call_is_found_by_pythons_text_of_its_arguments(tmp_path: Path) -> None:
    # str() of what json.loads gives: True, None and quotes are Python's.
    given = {"error": "", "response": {"n": 1}}
    write(tmp_path, {"{'q': \"it's\", 'all': True, 'page': 1, 'x': None}": given, "{}": given})
    asked = json.loads('{"q": "it\'s", "all": true, "page": 1, "x": null}')
    assert found(tmp_path, **asked) == Observation('{"error": "", "response": {"n": 1}}')
    assert found(tmp_path) is not None
    assert found(tmp_path, **{**asked, "page": "1"}) is None  # a text is no number


def test_the_order_of_arguments_makes_no_difference_and_its_own_order_comes_first(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        {
            "{'a': 1, 'b': 2}": {"error": "", "response": "ab"},
            "{'b': 2, 'a': 1}": {"error": "", "response": "ba"},
            "{'c': 3, 'd': 4}": {"error": "", "response": "cd"},
        },
    )
    for arguments, response in (({"b": 2, "a": 1}, "ba"), ({"d": 4, "c": 3}, "cd")):
        answer = found(tmp_path, **arguments)
        assert answer is not None
        assert json.loads(answer.content)["response"] == response


def test_a_recorded_error_is_a_failed_answer(tmp_path: Path) -> None:
    write(tmp_path, {"{}": {"error": "Unauthorized error...", "response": ""}})
    answer = found(tmp_path)
    assert answer is not None
    assert answer.failed


def test_keys_are_never_evaluated(tmp_path: Path) -> None:
    # A key that would leave a trace if it were.
    trap = f"__import__('pathlib').Path({str(tmp_path / 'trace')!r}).touch()"
    write(tmp_path, {trap: {"error": "", "response": 1}})
    assert found(tmp_path, q=1) is None
    assert not (tmp_path / "trace").exists()


def test_long_answers_are_cut_as_upstreams() -> None:
    # {"error": "", "response": "xxx... has 27 characters before the first x.
    shown = recorded({"error": "", "response": "x" * 5000}).content
    assert shown == '{"error": "", "response": "' + "x" * (1024 - 27) + "..."


@pytest.mark.parametrize("content", ["{", "[1]", "[" * 5000])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    write(tmp_path, content)
    with pytest.raises(UserError, match=r"search\.json is broken"):
        found(tmp_path)


def test_an_api_without_a_file_is_not_known(tmp_path: Path) -> None:
    assert found(tmp_path, q=1) is None


@pytest.mark.parametrize(
    "place",
    [
        Place("cat", "films", "../../../secret"),
        Place("cat", "../../secret.json/x", "y"),
        Place("..", "x", "secret"),
        Place("", "x", "secret"),
        Place("cat", "films", ".."),
        Place("cat", "films", "n" * 300),
        Place("cat", "films", "a\0b"),
    ],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, place: Place) -> None:
    write(tmp_path, {"{}": "SECRET"}, "secret.json")
    root = write(tmp_path / "cache", {"{}": 1}, "cat/films_for_cat/search.json")
    cache = ResponseCache(root, lambda asked: place)
    assert run(cache.answer(Asked(Problem("p", ()), TOOL, {}))) is None
    assert digest(root, [place])[1] == 0


def test_examples_are_the_first_that_fit(tmp_path: Path) -> None:
    answers = {f"{{'q': {n}}}": {"error": "", "response": "x" * 500} for n in range(9)}
    write(tmp_path, answers)
    cache = ResponseCache(tmp_path, lambda asked: PLACE)
    examples = cache.examples(Asked(Problem("p", ()), TOOL, {}))
    # Each takes some 550 characters of 2,048.
    assert [key for key, _ in examples] == ["{'q': 0}", "{'q': 1}", "{'q': 2}"]


def test_what_is_recorded_is_told_by_its_content(tmp_path: Path) -> None:
    first = digest(write(tmp_path / "a", {"{}": 1}), [PLACE, PLACE])
    same = digest(write(tmp_path / "b", {"{}": 1}), [PLACE])
    other = digest(write(tmp_path / "c", {"{}": 2}), [PLACE])
    none = digest(tmp_path / "d", [PLACE])
    assert (first[1], none[1]) == (1, 0)
    assert first == same != other


def test_errors_without_words_name_their_status() -> None:
    manner = ErrorAndResponse()
    assert json.loads(manner.given("t", 503, "").content) == {"error": "status 503", "response": ""}
    assert manner.given("t", 204, None) == Observation('{"error": "", "response": null}')


@pytest.mark.realdata
def test_places_are_those_that_upstreams_own_server_named_in_its_errors(data: Path) -> None:
    # Errors of upstream's runs tell which module a function was carried out by.
    folder = data / "tooluse" / "stabletoolbench"
    places: dict[str, set[str]] = {}
    for task in BENCHMARK.tasks.values():
        if isinstance(task, StableToolBenchTask):
            (part,) = task.load(Source(data), Setting(simulator="gpt"))
            world: Any = part.environment
            for functions in world.apis.known.values():
                for name, (place, _) in functions.items():
                    places.setdefault(name, set()).add(place.path)
    named = re.compile(r"from toolenv\.tools\.(\S+?)\.(\S+?)\.api import (\S+) error")
    file = folder.with_name("stabletoolbench_judged") / "tool_response_cache.json"
    told = {
        row["name"]: f"{found[1]}/{found[2]}_for_{found[1]}/{found[3]}.json"
        for row in json.loads(file.read_text())
        if (found := named.search(row["response"])) and row["name"] in places
    }
    others = {name for name, path in told.items() if path not in places[name]}
    assert len(told) - len(others) > 110
    for name in others:  # upstream takes the first function whose name ends in the one called
        ends = {p for longer, ps in places.items() if longer.endswith(name) for p in ps}
        assert told[name] in ends - places[name]
