"""Values that the oracles and fixtures of github.com/bassrehab/api-mcp-compiler (Apache-2.0) want.

Keys are the kind and the name of a thing; the value goes first among its kind.
"""

from __future__ import annotations

IMAGES = {
    ("collection", "Star Wars Collection", "poster"): "starwars-poster.jpg",
    ("company", "Paramount Pictures", "logo"): "paramount-logo.svg",
    ("tv", "2 Broke Girls", "poster"): "2brokegirls-poster.jpg",
    ("movie", "Oppenheimer", "poster"): "oppenheimer-cover.jpg",
    ("episode", "The Witcher 1x2", "still"): "witcher-s1e2.jpg",
}
REVIEWS = {
    ("movie", "Poseidon"): "A sweeping disaster epic.",
    ("tv", "Breaking Bad"): "A masterclass in tension.",
    ("tv", "Fallout"): "Faithful and strange.",
}
KEYWORDS = {("movie", "Dune"): "desert planet"}
SIMILAR = {
    ("movie", "Titanic"): "Poseidon",
    ("movie", "The Godfather"): "Goodfellas",
    ("tv", "Breaking Bad"): "Better Call Saul",
}
RECOMMENDED = {("movie", "Titanic"): "The Notebook", ("tv", "Breaking Bad"): "Better Call Saul"}
MOST_POPULAR = frozenset({"Dune", "The Bear", "Zendaya"})
"""One of the films, of the series and of the people: the most popular of its kind."""
POPULAR = frozenset(
    {"Severance", "Friends", "Top Gear", "The Godfather", "Breaking Bad", "The Witcher", "Titanic"}
    | {"The Last of Us", "Twin Peaks", "The Dark Knight", "Avatar", "Twilight", "The Matrix"}
    | {"Sword Art Online", "House of Cards"}
)
"""More popular than whatever has a name like theirs; Severance is so of all series on the air."""
TRENDING = frozenset({"Fallout"})
