from __future__ import annotations

import time
from typing import Any

import pytest

from harness.measures.endpoints import LONGEST, called, resolve
from harness.records import Gold, Problem, ToolCall, ToolSpec

FILMS = (
    "GET /search/movie",
    "GET /movie/{movie_id}",
    "GET /movie/popular",
    "GET /movie/{movie_id}/credits",
    "GET /movie/{movie_id}/release_dates",
    "GET /tv/{tv_id}/season/{season_number}/episode/{episode_number}",
    "POST /playlists/{playlist_id}/tracks",
    "DELETE /playlists/{playlist_id}/tracks",
    "GET /me/player/currently-playing",
)
SERVER = "https://api.example.org/3"


def problem(*tools: str, path: tuple[str, ...] = (), **endpoints: str) -> Problem:
    gold = Gold(path=path, details={"endpoints": endpoints} if endpoints else {})
    return Problem("p", (), tuple(map(ToolSpec, tools)), gold)


def service() -> Problem:
    """The films, each also by its whole address."""
    return problem(*FILMS, **{tool: tool.replace(" ", f" {SERVER}") for tool in FILMS})


@pytest.mark.parametrize(
    ("request_", "tool"),
    [
        ("GET /search/movie", "GET /search/movie"),
        ("GET /movie/550", "GET /movie/{movie_id}"),
        ("GET /movie/550/", "GET /movie/{movie_id}"),
        ("GET /movie/550?language=en&page=2", "GET /movie/{movie_id}"),
        ("GET /search/movie?query=The Matrix", "GET /search/movie"),
        ("GET /search/movie?url=https://x.org/movie/1", "GET /search/movie"),
        ("GET /movie/550#cast", "GET /movie/{movie_id}"),
        ("GET /movie/550/credits", "GET /movie/{movie_id}/credits"),
        (
            "GET /tv/1/season/2/episode/3",
            "GET /tv/{tv_id}/season/{season_number}/episode/{episode_number}",
        ),
        (f"GET {SERVER}/movie/550", "GET /movie/{movie_id}"),
        ("GET http://elsewhere.example/3/movie/550", "GET /movie/{movie_id}"),
        ("GET /3/movie/550", "GET /movie/{movie_id}"),
        ("  GET \t /movie/550 \n", "GET /movie/{movie_id}"),
        ("get /movie/550", "GET /movie/{movie_id}"),
        ("GET /movie/{movie_id}", "GET /movie/{movie_id}"),
        ("GET /movie/{id}", "GET /movie/{movie_id}"),  # never filled in, still that endpoint
        ("POST /playlists/37i/tracks", "POST /playlists/{playlist_id}/tracks"),
        ("DELETE /playlists/37i/tracks", "DELETE /playlists/{playlist_id}/tracks"),
    ],
)
def test_a_request_reaches_the_endpoint_whose_template_it_fits(request_: str, tool: str) -> None:
    assert resolve(service(), request_) == tool


@pytest.mark.parametrize(
    "request_",
    [
        "PUT /movie/550",  # another method
        "GET /movie",  # too few segments
        "GET /movie/550/cast/1",  # too many
        "GET /movies/550",  # another literal
        "GET /movie//credits",  # a parameter is never empty
        "GET movie/550",  # no path
        "FETCH /movie/550",  # no method
        "/movie/550",
        "GET",
        "",
        "\uff27\uff25\uff34 /movie/550",  # full-width letters only look like GET
        "GET /m\u043evie/550",  # a Cyrillic o
        "GET /movie/" + "5" * LONGEST,
    ],
)
def test_what_fits_no_template_reaches_nothing(request_: str) -> None:
    assert resolve(service(), request_) is None


def test_a_literal_segment_wins_over_a_parameter_whatever_the_order_of_the_tools() -> None:
    for tools in (FILMS, FILMS[::-1]):
        assert resolve(problem(*tools), "GET /movie/popular") == "GET /movie/popular"
        assert resolve(problem(*tools), "GET /movie/popular/credits") == FILMS[3]


def test_the_first_segment_that_differs_decides_between_templates() -> None:
    both = problem("GET /{kind}/top", "GET /me/{list}")
    assert resolve(both, "GET /me/top") == "GET /me/{list}"
    assert resolve(both, "GET /you/top") == "GET /{kind}/top"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("GET", {"url": f"{SERVER}/movie/550/credits"}),
        ("GET", {"url": "/movie/550/credits", "params": {"language": "en"}}),
        ("GET", {"endpoint": "/movie/550/credits"}),
        ("GET", {"path": "/movie/550/credits"}),
        ("get", {"url": "/movie/550/credits"}),
        ("GET", {"url": "GET /movie/550/credits"}),
        ("http_request", {"method": "GET", "url": "/movie/550/credits"}),
        ("GET /movie/550/credits", {"url": "/search/movie"}),  # the name comes first
    ],
)
def test_the_address_may_stand_among_the_arguments(name: str, arguments: dict[str, Any]) -> None:
    assert resolve(service(), ToolCall(name, arguments)) == "GET /movie/{movie_id}/credits"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"url": None},
        {"url": ["/movie/550"]},
        {"url": 550},
        {"url": "/movie/550/cast/1"},
        {"address": "/movie/550"},
        {"url": "http://["},
    ],
)
def test_a_method_without_an_address_that_fits_reaches_nothing(arguments: dict[str, Any]) -> None:
    assert resolve(service(), ToolCall("GET", arguments)) is None
    assert called(service(), ToolCall("GET", arguments)) == "GET"


@pytest.mark.parametrize(
    ("operation", "tool"),
    [
        ("GET_movie_movie_id", "GET /movie/{movie_id}"),
        ("GET_movie_movie_id_release_dates", "GET /movie/{movie_id}/release_dates"),
        ("GET_me_player_currently_playing", "GET /me/player/currently-playing"),
        ("GET_me_player_currently-playing", "GET /me/player/currently-playing"),  # DRAFT's
        ("POST_playlists_playlist_id_tracks", "POST /playlists/{playlist_id}/tracks"),
    ],
)
def test_an_endpoint_has_an_operation_name_as_function_calling_needs_it(
    operation: str, tool: str
) -> None:
    assert resolve(service(), operation) == tool


@pytest.mark.parametrize(
    "operation",
    [
        "GET_movie",
        "get_movie_movie_id",
        "GET_movie_movie_id\u200b",  # an invisible character
        "GET_m\u043evie_movie_id",
        "GET.movie.movie.id",
    ],
)
def test_no_other_name_is_an_operations(operation: str) -> None:
    assert resolve(service(), operation) is None


def test_an_operation_name_of_two_endpoints_names_neither() -> None:
    assert resolve(problem("GET /a/b", "GET /a-b"), "GET_a_b") is None


def test_tools_with_names_of_their_own_are_reached_by_name_and_by_address() -> None:
    weather = problem("GET_astro", "GET_daily", GET_astro="GET https://w.example/astro")
    assert resolve(weather, "GET_astro") == "GET_astro"
    assert resolve(weather, ToolCall("GET", {"url": "https://w.example/astro?place_id=moro"}))
    assert resolve(weather, "GET https://w.example/daily") is None
    assert resolve(weather, "get_astro") is None


def test_an_address_with_a_slash_at_its_end_is_the_one_without() -> None:
    music = problem("GET_search", GET_search="GET https://m.example/search/")
    assert resolve(music, "GET https://m.example/search?q=x") == "GET_search"


def test_a_gold_tool_is_reached_also_where_it_is_not_offered() -> None:
    lacking = problem("GET_a", path=("GET_b",), GET_b="GET https://x.example/b")
    assert resolve(lacking, "GET https://x.example/b") == "GET_b"


def test_a_label_that_names_a_parameter_otherwise_means_the_tool_that_there_is() -> None:
    mislabelled = problem("GET /person/{person_id}", path=(" GET  /person/{movie_id} ",))
    assert called(mislabelled, " GET  /person/{movie_id} ") == "GET /person/{person_id}"


def test_what_reaches_nothing_keeps_its_own_name() -> None:
    assert called(service(), "  fly   to_moon ") == "fly to_moon"


def test_giant_names_and_addresses_are_looked_at_and_let_go() -> None:
    begun = time.process_time()
    giant = "GET /movie/" + "{" * 5_000_000
    assert resolve(service(), giant) is None
    assert resolve(service(), ToolCall("GET", {"url": "/a" * 5_000_000})) is None
    assert resolve(service(), "_" * 5_000_000) is None
    assert time.process_time() - begun < 2


def test_endpoints_that_are_no_mapping_are_ignored() -> None:
    odd = Problem("p", (), (ToolSpec("a"),), Gold(details={"endpoints": ["a"]}))
    assert resolve(odd, "a") == "a"


def test_problems_that_come_and_go_keep_their_own_tools() -> None:
    # An address in memory is soon another problem's: what is remembered must not be mixed up.
    for number in range(20_000):
        name = f"GET /a{number}"
        assert resolve(problem(name), name) == name
        assert resolve(problem("GET /b"), name) is None
