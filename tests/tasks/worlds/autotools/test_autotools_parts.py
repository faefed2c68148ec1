"""What the worlds are made of: names in queries, arguments, likenesses, units, bound programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import ProblemSet
from harness.records import Setting, ToolCall, ToolSpec
from harness.sources import Source
from tasks.toolflow import BENCHMARK
from tasks.worlds.autotools import names
from tasks.worlds.autotools.answers import Refusal
from tasks.worlds.autotools.arguments import check
from tasks.worlds.autotools.binder import Binder, Unbound
from tasks.worlds.autotools.films import FilmBinder
from tasks.worlds.autotools.likeness import Likeness, ranges
from tasks.worlds.autotools.places import position
from tasks.worlds.autotools.recordings import Recordings
from tasks.worlds.autotools.shelves import Shelf
from tasks.worlds.autotools.units import convert
from tasks.worlds.draw import Draw


def spec(name: str, required: tuple[str, ...] = (), /, **types: str) -> ToolSpec:
    properties = {key: {"type": kind} for key, kind in types.items()}
    return ToolSpec(name, "", {"properties": properties, "required": [*required]})


def test_queries_name_places_foods_and_music() -> None:
    asked = "Has Rome or New York rain? In Madrid, what about tomorrow? And in Rome?"
    assert names.places(asked) == ("Rome", "New York", "Madrid")
    assert names.coordinates("at 41.90° N, 12.49° E and 3 S, 4 W") == (
        ("41.90N", "12.49E"),
        ("3S", "4W"),
    )
    asked = "Please find one type each of orange juice, pear juice, and a steak recipe."
    assert names.foods(asked) == ("orange juice", "pear juice", "steak")
    asked = "Is Alan Walker's song 'Faded' on the album \"Different World\"? Is 'hot' set?"
    assert [(one.kind, one.name) for one in names.music(asked)] == [
        ("artist", "Alan Walker"),
        ("song", "Faded"),
        ("album", "Different World"),
    ]
    assert names.titles(asked) == ("Faded", "Different World", "hot")


def test_arguments_are_taken_as_a_query_string_carries_them() -> None:
    tool = spec("t", ("id",), id="integer", name="String", share="float")
    assert check(tool, {"id": "12", "name": 5, "share": "0.5"}) == {
        "id": 12,
        "name": "5",
        "share": 0.5,
    }
    assert check(tool, {"id": 3.0, "name": None}) == {"id": 3}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"id": None},
        {"id": True},
        {"id": "1e3"},
        {"id": 10**400},
        {"id": float("nan")},
        {"id": 1, "other": 2},
        {"id": 1, "name": ["a"]},
        {"id": 1, "name": " "},
        {"id": 1, "name": "a" * 501},
        {"id": 1, "share": float("inf")},
        {"id": "١"},
    ],
)
def test_other_arguments_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        check(spec("t", ("id",), id="integer", name="string", share="float"), given)
    assert refused.value.status == 400


def test_choices_that_are_documented_in_words_hold() -> None:
    told = {"type": "string", "description": "Default: day. One of these:day,week,all_time"}
    tool = ToolSpec("t", "", {"properties": {"period": told}})
    assert check(tool, {"period": "all_time"}) == {"period": "all_time"}
    with pytest.raises(Refusal, match="day, week, all_time"):
        check(tool, {"period": "year"})


def test_a_likeness_scales_draws_blanks_and_thins() -> None:
    shape = {
        "id": 7,
        "calories": "316",
        "fat": "12g",
        "amount": 1.5,
        "likes": 4,
        "summary": "Old.",
        "vegan": True,
        "ingredients": [{"name": "egg"}, {"name": "flour"}],
    }
    like = Likeness(
        {"calories", "fat", "amount"}, {"likes"}, {"summary"}, {"ingredients"}, {"likes": (10, 20)}
    )
    # Half of everything; halfway between 10 and 20; flour only.
    assert like.of(shape, 0.5, lambda key: 0.5, lambda name: name == "flour") == {
        "id": 7,
        "calories": "158",
        "fat": "6g",
        "amount": 0.75,
        "likes": 15,
        "summary": "",
        "vegan": True,
        "ingredients": [{"name": "flour"}],
    }
    nothing = like.of(shape, 1.0, lambda key: 0.0, lambda name: False)
    assert nothing["ingredients"] == [{"name": "egg"}]


def test_ranges_are_what_was_seen() -> None:
    seen = {"a": {"likes": 4, "score": 2}, "b": [{"likes": 10, "likes_text": "x"}, {"likes": True}]}
    assert ranges(seen, {"likes", "score"}) == {"likes": (4, 10), "score": (1.0, 3.0)}


def test_units_follow_the_documentation() -> None:
    us = {
        "temperature": 212,
        "wind": {"speed": 10, "angle": 90},
        "pressure": 30,
        "visibility": 10,
        "precipitation": {"total": 1, "type": "rain"},
        "probability": {"precipitation": 45},
    }
    # 100 °C; 10 mph = 4.4704 m/s; 30 inHg = 1015.92 hPa; 10 mi = 16.09 km; 1 in = 25.4 mm.
    metric = convert(us, "metric")
    assert (metric["temperature"], metric["wind"]) == (100.0, {"speed": 4.47, "angle": 90})
    assert (metric["pressure"], metric["visibility"]) == (1015.92, 16.09)
    assert metric["precipitation"] == {"total": 25.4, "type": "rain"}
    assert metric["probability"] == {"precipitation": 45}
    uk, ca = convert(us, "uk"), convert(us, "ca")
    assert (uk["wind"]["speed"], uk["visibility"], uk["pressure"]) == (10, 10, 1015.92)
    assert (ca["wind"]["speed"], ca["pressure"]) == (16.09, 101.59)
    assert convert(us, "auto") == us


def test_positions_are_read_as_documented() -> None:
    assert [position(text, "lat") for text in ("12N", "12.3", "13.2S", "-13.4")] == [
        12.0,
        12.3,
        -13.2,
        -13.4,
    ]


def test_a_shelf_finds_by_name_recorded_things_first() -> None:
    shelf = Shelf("dish", 1)
    made = shelf.make("pasta", "1", {"title": "Pasta"})
    shelf.record({"id": 5, "title": "Pasta with Basil"}, "Pasta with Basil")
    shelf.record({"id": 5, "title": "other", "size": 3}, "other")
    assert [thing["id"] for thing in shelf.find("pasta")] == [5, made]
    assert [thing["id"] for thing in shelf.find("Pastas")] == [5, made]
    assert [thing["id"] for thing in shelf.find("a pasta for two")] == [made]
    assert shelf.find("rice") == []
    assert shelf[5] == {"id": 5, "title": "Pasta with Basil", "size": 3}
    # The id is the draw that the seed, the kind and the name make, whoever asks first.
    assert made == Draw(1, "dish", "pasta", "1").integer(100_000_000, 999_999_999)


PLACES = {
    "GET_find_places": [{"place_id": "x"}],
    "GET_minutely_weather": {"minutely": {"data": [{"date": "2022-02-17T04:05:00"}]}},
}
TOOLS = {
    tool.name: tool
    for tool in (
        spec("GET_find_places", ("text",), text="string"),
        spec("GET_daily_weather", place_id="string", lat="string"),
        spec("GET_historical_weather", ("date",), date="string", place_id="string"),
        spec("GET_nearest_place", ("lat", "lon"), lat="string", lon="string"),
    )
}


def test_calls_in_a_row_take_one_thing_after_the_other() -> None:
    binder = Binder("weather", Recordings(PLACES, {}))
    path = ("GET_find_places", "GET_find_places", "GET_daily_weather", "GET_daily_weather")
    bound = binder.bind("Is it warmer in Rome or in Oslo?", path, TOOLS)
    assert bound == (
        ToolCall("GET_find_places", {"text": "Rome"}),
        ToolCall("GET_find_places", {"text": "Oslo"}),
        ToolCall("GET_daily_weather", {"place_id": "$1.0.place_id"}),
        ToolCall("GET_daily_weather", {"place_id": "$2.0.place_id"}),
    )


def test_positions_and_days_are_bound_to_the_query() -> None:
    binder = Binder("weather", Recordings(PLACES, {}))
    path = ("GET_nearest_place", "GET_historical_weather")
    bound = binder.bind("At 4.5 N, 7 E, how was this day two years ago?", path, TOOLS)
    assert bound[0].arguments == {"lat": "4.5N", "lon": "7E"}
    # Twice 365 days before the day of the recording.
    assert bound[1].arguments == {"date": "2020-02-18", "place_id": "$1.place_id"}


@pytest.mark.parametrize(
    "path", [("GET_daily_weather",), ("GET_nearest_place",), ("GET_find_places",)]
)
def test_a_path_without_what_it_wants_is_unbound(path: tuple[str, ...]) -> None:
    with pytest.raises(Unbound):
        Binder("weather", Recordings(PLACES, {})).bind("how warm is it?", path, TOOLS)


def test_kinds_of_film_ids_are_told_apart() -> None:
    tools = {
        tool.name: tool
        for tool in (
            spec("GET_search_person", query="string"),
            spec("GET_search_movie", query="string"),
            spec("GET_movie_movie_id_credits", ("movie_id",), movie_id="string"),
            spec("GET_person_person_id_movie_credits", ("person_id",), person_id="string"),
        )
    }
    bound = FilmBinder().bind(
        'Was Ann Lee in "The Pond"?',
        (
            "GET_search_person",
            "GET_search_movie",
            "GET_movie_movie_id_credits",
            "GET_person_person_id_movie_credits",
        ),
        tools,
    )
    assert [dict(call.arguments) for call in bound] == [
        {"query": "Ann Lee"},
        {"query": "The Pond"},
        {"movie_id": "$2.results.0.id"},
        {"person_id": "$3.cast.0.id"},
    ]
    with pytest.raises(Unbound, match="id of a movie"):
        FilmBinder().bind("Ann Lee?", ("GET_search_person", "GET_movie_movie_id_credits"), tools)


def test_without_recordings_there_is_no_world(tmp_path: Path) -> None:
    folder = tmp_path / "tooluse" / "toolflow_v0"
    folder.mkdir(parents=True)
    tool = {"api_name": "GET_find_places", "url": "https://w.example/f", "method": "GET"}
    row: dict[str, Any] = {
        "query": "rain in Rome?",
        "solution": [["GET_find_places", 1]],
        "api_list": [tool],
    }
    row |= {"dataset": "weather", "qid": 1}
    (folder / "weather.example.data.json").write_text(json.dumps([row]))
    (part,) = BENCHMARK.tasks["toolflow/v0-weather"].load(Source(tmp_path), Setting())
    assert isinstance(part, ProblemSet)
    assert part.environment is None
    assert part.problems[0].gold.program == ()
    assert part.problems[0].gold.path == ("GET_find_places",)
