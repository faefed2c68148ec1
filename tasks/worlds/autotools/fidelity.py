"""How every tool of these worlds comes by its answers."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.worlds.autotools import food, game, music
from tasks.worlds.autotools.answers import Fidelity

_WEATHER = (
    "GET_find_places GET_find_places_prefix GET_nearest_place GET_current_weather "
    "GET_minutely_weather GET_hourly_weather GET_daily_weather GET_alerts GET_astro "
    "GET_historical_weather GET_weather_statistics"
)
_MUSIC = (
    "GET_search",
    "GET_multi_search",
    "GET_song_lyrics",
    "GET_song_recommendations",
    *music.DETAILS,
    *music.LISTED,
)
_FOOD = (*food.SEARCHES, *food.DETAILS, "GET_search_similar_recipes", "GET_search_random_recipes")
FIDELITY: Mapping[str, Mapping[str, Fidelity]] = {
    "food": {
        **dict.fromkeys(_FOOD, "generated"),
        "GET_search_recipes_by_nutrients": "looked up",
        **dict.fromkeys(("GET_search_recipes_by_ingredients", *food.WINES), "replayed"),
    },
    "game": {
        **dict.fromkeys((*game.DETAILS, *game.REVIEWS, *game.SEARCHES), "looked up"),
        **dict.fromkeys(game.REPLAYED, "replayed"),
    },
    "music": {
        **dict.fromkeys(_MUSIC, "generated"),
        **dict.fromkeys(music.REPLAYED, "replayed"),
    },
    "weather": dict.fromkeys(_WEATHER.split(), "generated"),
}
"""Service -> tool -> how it answers at worst: a generated tool gives what is recorded where that is
what was asked. An attempt's `state` counts how its calls were really answered."""
NOT_APPLIED: Mapping[str, tuple[str, ...]] = {
    "GET_search_recipes": (
        "cuisine",
        "diet",
        "intolerances",
        "type",
        "excludeIngredients",
        "maxReadyTime",
        "sort",
    ),
    "GET_ingredient_search_simple_food": (
        "minProteinPercent",
        "maxProteinPercent",
        "minFatPercent",
        "maxFatPercent",
        "minCarbsPercent",
        "maxCarbsPercent",
    ),
    "GET_search_recipes_by_ingredients": ("ingredients",),
    "GET_chart_songs": ("time_period", "chart_genre"),
    "GET_chart_artists": ("time_period",),
    "GET_chart_albums": ("time_period",),
    "GET_leaderboard": ("period",),
}
"""Parameters that are checked and make no difference, for nothing recorded tells what they would
do. Of the tools that are replayed, all but the pages; everywhere the language, the text format and
the time zone, beyond being repeated in the answer."""
