"""Tools about films: the films, the watchlist, the cinema."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

FILMS = Domain(
    "films",
    "film",
    "films",
    (
        Function(
            "search",
            "Finds {many} by title, genre or year.",
            "title? genre? year? page?",
            "film_id title year",
        ),
        Function(
            "get",
            "Returns year, length, genre, story and setting of {a}.",
            "film_id",
            "year minutes genre subject setting",
        ),
        Function(
            "credits",
            "Names the director, the cast and the studio of {a}.",
            "film_id",
            "director_id cast_ids studio_id",
        ),
        Function(
            "of_person",
            "Lists the {many} in which somebody had a part, before or behind the camera.",
            "person_id page?",
            "film_id title year",
        ),
        Function(
            "reviews",
            "Returns what critics wrote about {a}.",
            "film_id page?",
            "stars comment author_id",
        ),
        Function("rating", "Tells the average mark of {a}.", "film_id", "average"),
        Function(
            "rate",
            "Publishes the account holder's mark for {a}.",
            "film_id stars comment?",
            "status",
        ),
        Function("set_in", "Lists the {many} set in one town.", "town page?", "film_id title"),
        Function(
            "similar", "Recommends {many} that resemble one.", "film_id limit?", "film_id title"
        ),
    ),
    (
        Edition("series", "television series", "television series", "Broadcast episodes only."),
        Edition("radio_plays", "radio play", "radio plays", "Sound only."),
        Edition("novels", "novel", "novels", "Printed books only."),
        Edition("stage_plays", "stage play", "stage plays", "Scripts for the theatre."),
        Edition("home_movies", "home movie", "home movies", "Private reels of the archive."),
    ),
)
WATCHLIST = Domain(
    "watchlist",
    "watchlist entry",
    "watchlist entries",
    (
        Function(
            "add",
            "Notes a film that the account holder means to see; returns the new {one}.",
            "film_id",
            "watchlist_entry_id",
        ),
        Function(
            "list",
            "Shows the account holder's {many}.",
            "page?",
            "watchlist_entry_id film_id title",
        ),
        Function("remove", "Strikes {a} off.", "watchlist_entry_id", "status"),
    ),
    (
        Edition(
            "seen_list", "club entry", "club entries", "Film clubs, kept by their secretaries."
        ),
        Edition("rental_list", "rental entry", "rental entries", "Cinema owners renting reels."),
    ),
)
CINEMA = Domain(
    "cinema",
    "showing",
    "showings",
    (
        Function(
            "programme",
            "Lists all {many} in one town on one day.",
            "town day",
            "showing_id film_id title starts price",
        ),
        Function(
            "showings",
            "Lists the coming {many} of one film, in one town if wished.",
            "film_id town?",
            "showing_id town day starts price",
        ),
        Function("seats", "Tells how many seats {a} has left.", "showing_id", "seats"),
        Function("book", "Buys tickets for {a}.", "showing_id seats", "ticket_id total"),
        Function(
            "tickets",
            "Lists the {many} that the account holder has tickets for.",
            "page?",
            "ticket_id title day starts",
        ),
        Function("cancel", "Returns tickets for {a}.", "ticket_id", "status amount"),
    ),
    (
        Edition(
            "theatre",
            "stage performance",
            "stage performances",
            "Live actors, no film.",
            "showings",
        ),
        Edition("concerts", "concert", "concerts", "Music only.", "showings"),
        Edition("tours", "museum tour", "museum tours", "Guided walks only.", "showings"),
        Edition("press_shows", "press showing", "press showings", "Accredited critics only."),
    ),
)
