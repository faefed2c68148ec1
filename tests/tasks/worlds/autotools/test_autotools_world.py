"""The worlds over the recorded responses: what is asked makes the answer, in the recorded shape."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import ProblemSet
from harness.loop import run, together
from harness.play.programs import run_program_of
from harness.records import Problem, Setting, ToolCall, ToolSpec
from harness.sources import Source
from tasks.reading.autotools import MIRROR
from tasks.toolflow import BENCHMARK, _documented
from tasks.worlds.autotools import FIDELITY, AutoToolsWorld
from tasks.worlds.autotools.recordings import DOMAINS, Recordings, read_recordings

pytestmark = pytest.mark.realdata

ASKED = ("Find a rice recipe and some oat milk, a song by Ed Sheeran, the album 'Folklore'.",)


@cache
def recorded(data: Path, domain: str) -> Recordings:
    return read_recordings(Source(data), domain)


@cache
def documented(data: Path, domain: str) -> dict[str, ToolSpec]:
    """The tools as a problem of the later release offers them."""
    published = MIRROR.json(Source(data), f"{domain}.tools.json")["endpoints"]
    told = [{"parameters": tool.get("params"), **tool} for tool in published]
    return {tool.name: tool for tool, _ in _documented(told, domain, domain)}


def world(data: Path, domain: str, seed: int = 1) -> AutoToolsWorld:
    return AutoToolsWorld(domain, lambda: recorded(data, domain), ASKED, seed)


def ask(world: AutoToolsWorld, data: Path, tool: str, **given: Any) -> Any:
    """What a call gives in a session of its own; an error as ("failed", its status)."""
    problem = Problem("p", (), tuple(documented(data, world.domain).values()))

    async def asked() -> Any:
        session = await world.open(problem)
        observed = await session.call(ToolCall(tool, given))
        body = json.loads(observed.content)
        return ("failed", body["code"]) if observed.failed else body

    return run(asked())


def part(data: Path, name: str) -> ProblemSet:
    (found,) = BENCHMARK.tasks[f"toolflow/{name}"].load(Source(data), Setting())
    assert isinstance(found, ProblemSet)
    return found


def form(value: Any) -> Any:
    """Keys and types, as far as they go: numbers are numbers, null and [] say nothing."""
    if isinstance(value, Mapping):
        return {key: form(part) for key, part in value.items()}
    if isinstance(value, list):
        return [form(part) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return None if value is None else type(value).__name__


def fits(found: Any, kinds: list[Any]) -> bool:
    """Whether a form is like one of the recorded forms at the same place."""
    kinds = [kind for kind in kinds if kind is not None]
    if found is None or not kinds:
        return True
    if isinstance(found, dict):
        like = [kind for kind in kinds if isinstance(kind, dict)]
        common = set.intersection(*map(set, like)) if like else set()
        return (
            bool(like)
            and common <= set(found)
            and all(
                fits(value, [kind[key] for kind in like if key in kind])
                and any(key in kind for kind in like)
                for key, value in found.items()
            )
        )
    if isinstance(found, list):
        like = [entry for kind in kinds if isinstance(kind, list) for entry in kind]
        return any(isinstance(kind, list) for kind in kinds) and all(fits(f, like) for f in found)
    return found in kinds


def test_every_tool_is_carried_out_and_says_how_it_answers(data: Path) -> None:
    for domain in DOMAINS:
        assert set(FIDELITY[domain]) == set(recorded(data, domain).responses)
        assert set(world(data, domain)._tools) == set(FIDELITY[domain])
    # 22 + 18 + 32 + 11 tools, as counted in the release.
    assert sum(len(tools) for tools in FIDELITY.values()) == 83


@pytest.mark.parametrize(
    ("name", "runs", "unbound"),
    [
        ("v0-food", 41, []),
        ("v0-weather", 50, []),
        ("v0-movie", 39, ["tmdb-43"]),
        ("eval-food", 20, []),
        ("eval-music", 19, ["music-q36"]),
        ("eval-weather", 20, []),
        ("eval-tmdb", 19, ["tmdb-43"]),
    ],
)
def test_gold_paths_run_end_to_end_and_again_alike(
    data: Path, name: str, runs: int, unbound: list[str]
) -> None:
    problems, environment = part(data, name).problems, part(data, name).environment
    assert environment is not None
    assert [problem.id for problem in problems if not problem.gold.program] == unbound
    bound = [problem for problem in problems if problem.gold.program]
    assert len(bound) == runs
    again = part(data, name).environment
    assert again is not None
    for problem in bound:
        first = run(_walked(environment, problem))
        assert first.end == "finished", first.detail
        assert tuple(call.name for call in first.calls) == problem.gold.path
        assert run(_walked(again, problem)) == first


async def _walked(environment: Any, problem: Problem) -> Any:
    return await run_program_of(problem, await environment.open(problem))


@pytest.mark.parametrize("name", ["v0-food", "v0-weather", "eval-music"])
def test_answers_have_the_recorded_keys_and_types(data: Path, name: str) -> None:
    found, domain = part(data, name), name.split("-")[1]
    assert found.environment is not None
    for problem in found.problems:
        if problem.gold.program:
            walked = run(_walked(found.environment, problem))
            names = [call.name for call in walked.calls]
            answers = [m.content for m in walked.messages if m.role == "tool"]
            for tool, answer in zip(names, answers, strict=True):
                shape = form(recorded(data, domain).responses[tool])
                assert fits(form(json.loads(answer)), [shape]), (problem.id, tool)


def test_ids_lead_to_what_they_were_given_for(data: Path) -> None:
    food, music = world(data, "food"), world(data, "music")
    (hit, *_) = ask(food, data, "GET_search_recipes", query="rice")["results"]
    told = ask(food, data, "GET_search_recipe_information", recipe_id=hit["id"])
    assert (told["id"], told["title"]) == (hit["id"], hit["title"])
    assert "Rice" in told["title"]
    (song, *_) = ask(music, data, "GET_search", q="Ed Sheeran")["hits"]
    artist = song["result"]["primary_artist"]
    details = ask(music, data, "GET_artist_details", id=artist["id"])["artist"]
    assert (details["id"], details["name"]) == (artist["id"], "Ed Sheeran")
    own = ask(music, data, "GET_artist_songs", id=artist["id"])["songs"]
    assert song["result"]["id"] in [one["id"] for one in own]


def test_a_recorded_id_gives_the_recording(data: Path) -> None:
    found = ask(world(data, "food"), data, "GET_taste_by_id", recipe_id=69095)
    assert found == recorded(data, "food").of("GET_taste_by_id")
    found = ask(world(data, "music"), data, "GET_song_details", id="2396871")
    assert found == recorded(data, "music").of("GET_song_details")


@pytest.mark.parametrize(
    ("domain", "tool", "given", "status"),
    [
        ("food", "GET_taste_by_id", {}, 400),
        ("food", "GET_taste_by_id", {"recipe_id": "one"}, 400),
        ("food", "GET_taste_by_id", {"recipe_id": 7}, 404),
        ("food", "GET_taste_by_id", {"recipe_id": 69095, "size": 1}, 400),
        ("food", "GET_search_recipes", {"query": {"x": 1}}, 400),
        ("food", "GET_search_menu_items", {"query": "milk", "number": 10**6}, 400),
        ("music", "GET_chart_songs", {"time_period": "year"}, 400),
        ("music", "GET_chart_songs", {"per_page": 0}, 400),
        ("music", "GET_song_details", {"id": "2396871; drop"}, 404),
        ("music", "GET_user_details", {"id": "²"}, 404),
        ("weather", "GET_daily_weather", {}, 400),
        ("weather", "GET_daily_weather", {"place_id": "New York"}, 400),
        ("weather", "GET_daily_weather", {"lat": "95N", "lon": "1E"}, 400),
        ("weather", "GET_daily_weather", {"lat": "12E", "lon": "1E"}, 400),
        ("weather", "GET_current_weather", {"place_id": "rome", "units": "kelvin"}, 400),
        ("weather", "GET_historical_weather", {"place_id": "rome", "date": "2022-13-01"}, 400),
        ("weather", "GET_historical_weather", {"place_id": "rome", "date": "1999-01-01"}, 400),
        ("weather", "GET_find_places", {"text": "\ud800"}, 400),
        ("weather", "GET_find_places", {"text": "名"}, 404),
        ("weather", "fly", {}, 404),
        ("game", "GET_game_id", {"id": "1"}, 404),
    ],
)
def test_what_is_wrong_with_a_call_is_told(
    data: Path, domain: str, tool: str, given: dict[str, Any], status: int
) -> None:
    assert ask(world(data, domain), data, tool, **given) == ("failed", status)


def test_tools_agree_about_the_same_weather(data: Path) -> None:
    sky = world(data, "weather")
    (rome,) = ask(sky, data, "GET_find_places", text="Rome")
    at = {"place_id": rome["place_id"]}
    daily = ask(sky, data, "GET_daily_weather", **at)["daily"]["data"]
    hourly = ask(sky, data, "GET_hourly_weather", **at)["hourly"]["data"]
    hours: dict[str, list[float]] = {}
    for hour in hourly:
        hours.setdefault(hour["date"][:10], []).append(hour["temperature"])
    whole = [day for day in daily if len(hours.get(day["day"], ())) == 24]
    assert len(whole) >= 4
    for day in whole:
        assert day["temperature_min"] == min(hours[day["day"]])
        assert day["temperature_max"] == max(hours[day["day"]])
    by_place = ask(sky, data, "GET_current_weather", **at)
    by_position = ask(sky, data, "GET_current_weather", lat=rome["lat"], lon=rome["lon"])
    assert by_place["current"] == by_position["current"]


def test_made_weather_stays_within_what_was_recorded(data: Path) -> None:
    hours = recorded(data, "weather").of("GET_hourly_weather")["hourly"]["data"]
    seen = [hour["temperature"] for hour in hours]
    for place in ("rome", "oslo", "lima"):
        told = ask(world(data, "weather"), data, "GET_hourly_weather", place_id=place)
        made = [hour["temperature"] for hour in told["hourly"]["data"]]
        assert min(seen) <= min(made) <= max(made) <= max(seen)


def test_units_are_those_that_were_asked_for(data: Path) -> None:
    sky = world(data, "weather")
    us = ask(sky, data, "GET_current_weather", place_id="rome")
    metric = ask(sky, data, "GET_current_weather", place_id="rome", units="metric")
    assert (us["units"], metric["units"]) == ("us", "metric")
    # °C = (°F - 32) / 1.8; 1 mph = 0.44704 m/s.
    celsius = round((us["current"]["temperature"] - 32) / 1.8, 2)
    assert metric["current"]["temperature"] == celsius
    assert metric["current"]["wind"]["speed"] == round(us["current"]["wind"]["speed"] * 0.44704, 2)
    assert metric["current"]["humidity"] == us["current"]["humidity"]


def test_food_agrees_with_itself(data: Path) -> None:
    food = world(data, "food")
    for hit in ask(food, data, "GET_search_recipes_by_nutrients"):
        told = ask(food, data, "GET_nutrition_by_id", recipe_id=hit["id"])
        assert abs(int(told["calories"]) - hit["calories"]) <= 1
    (hit, *_) = ask(food, data, "GET_search_recipes", query="rice")["results"]
    listed = ask(food, data, "GET_ingredients_by_id", recipe_id=hit["id"])["ingredients"]
    priced = ask(food, data, "GET_Price_Breakdown_by_id", recipe_id=hit["id"])["ingredients"]
    # The recorded price list leaves one ingredient out; all others are in both or in neither.
    known = recorded(data, "food").of("GET_Price_Breakdown_by_id")["ingredients"]
    names = {one["name"] for one in known}
    assert {one["name"] for one in listed} & names == {one["name"] for one in priced}


def test_bounds_and_numbers_cut_what_is_listed(data: Path) -> None:
    food = world(data, "food")
    hits = ask(food, data, "GET_search_recipes_by_nutrients", maxCalories=80)
    everything = ask(food, data, "GET_search_recipes_by_nutrients")
    assert hits == [hit for hit in everything if hit["calories"] <= 80] != everything
    found = ask(food, data, "GET_search_menu_items", query="burger", number=2)
    assert len(found["menuItems"]) == found["number"] == 2
    chart = ask(world(data, "music"), data, "GET_chart_songs", per_page=3, page=2)
    whole = recorded(data, "music").of("GET_chart_songs")["chart_items"]
    assert chart["chart_items"] == whole[3:6]
    assert chart["next_page"] == 3


def test_what_nobody_names_is_not_found(data: Path) -> None:
    assert ask(world(data, "food"), data, "GET_search_recipes", query="zymurgy")["results"] == []
    assert ask(world(data, "music"), data, "GET_search", q="zymurgy")["hits"] == []


@pytest.mark.parametrize(
    ("domain", "tool", "given"),
    [
        ("food", "GET_search_recipes", {"query": "rice"}),
        ("music", "GET_search", {"q": "Ed Sheeran"}),
        ("weather", "GET_daily_weather", {"place_id": "rome"}),
    ],
)
def test_a_seed_is_a_world(data: Path, domain: str, tool: str, given: dict[str, Any]) -> None:
    one = ask(world(data, domain), data, tool, **given)
    assert ask(world(data, domain), data, tool, **given) == one
    assert ask(world(data, domain, seed=2), data, tool, **given) != one


def test_sessions_share_nothing_and_count_how_they_were_answered(data: Path) -> None:
    food = world(data, "food")
    problem = Problem("p", (), tuple(documented(data, "food").values()))
    calls = (
        ToolCall("GET_taste_by_id", {"recipe_id": 69095}),
        ToolCall("GET_wine_description", {"wine": "merlot"}),
        ToolCall("GET_taste_by_id", {"recipe_id": 7}),
    )

    async def tried() -> None:
        first, second = await food.open(problem), await food.open(problem)
        alone = [await first.call(call) for call in calls]
        assert second.state == {"simulated": True, "answers": {}}
        assert await together([second.call(call) for call in calls]) == alone
        answers = Counter({"looked up": 1, "replayed": 1, "refused": 1})
        assert first.state == {"simulated": True, "answers": answers}
        assert (await first.again()).state["answers"] == {}

    run(tried())


def test_a_problems_own_tools_are_all_that_there_is(data: Path) -> None:
    few = Problem("p", (), (documented(data, "food")["GET_taste_by_id"],))

    async def tried() -> bool:
        session = await world(data, "food").open(few)
        return (await session.call(ToolCall("GET_search_recipes", {"query": "rice"}))).failed

    assert run(tried())


def test_games_are_looked_up(data: Path) -> None:
    game = world(data, "game")
    recording = recorded(data, "game").of("GET_game_id")
    assert ask(game, data, "GET_game_id", id=recording["id"]) == recording
    popular = recorded(data, "game").of("GET_game_popular")[0]
    told = ask(game, data, "GET_game_id", id=popular["id"])
    assert (told["name"], set(told)) == (popular["name"], set(recording))
    hits = ask(game, data, "GET_game_search", criteria=popular["name"])
    assert popular["id"] in [hit["id"] for hit in hits]
