"""Tools about people and culture: persons, contacts, messages, films, watchlist, cinema."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

PEOPLE = Domain(
    "people",
    "person",
    "persons",
    (
        Function(
            "search",
            "Finds {many} by name, occupation or home town.",
            "name? occupation? town? page?",
            "person_id name",
        ),
        Function(
            "get",
            "Returns the record of {a}: birth, home and occupation.",
            "person_id",
            "born birthplace home occupation",
        ),
        Function(
            "family",
            "Names husband or wife, parent and children of {a}.",
            "person_id",
            "spouse_id parent_id child_ids",
        ),
        Function("employer", "Tells for which firm {a} works.", "person_id", "employer_id name"),
        Function(
            "colleagues",
            "Lists the {many} who work for the same firm as one.",
            "person_id page?",
            "person_id name",
        ),
        Function(
            "birthdays",
            "Lists the {many} born on one day of the year.",
            "day page?",
            "person_id name",
        ),
        Function("pastimes", "Tells what {a} likes to do in free hours.", "person_id", "pastime"),
    ),
    (
        Edition("ancestors", "ancestor", "ancestors", "Parish books up to 1900; nobody living."),
        Edition("characters", "fictional character", "fictional characters", "From novels."),
        Edition("pets", "pet", "pets", "Registered animals.", "employer colleagues"),
        Edition("envoys", "foreign envoy", "foreign envoys", "Embassy staff only."),
    ),
)
CONTACTS = Domain(
    "contacts",
    "contact",
    "contacts",
    (
        Function(
            "add",
            "Saves {a} in the address book.",
            "person_id note?",
            "contact_id",
        ),
        Function(
            "list",
            "Lists the {many} in the address book.",
            "page?",
            "contact_id person_id name",
        ),
        Function("remove", "Deletes {a} from the address book.", "contact_id", "status"),
    ),
    (
        Edition("suppliers", "supplier contact", "supplier contacts", "For purchasing offices."),
        Edition("press_list", "press contact", "press contacts", "For accredited reporters."),
        Edition("next_of_kin", "emergency contact", "emergency contacts", "Hospitals only."),
    ),
)
MESSAGES = Domain(
    "messages",
    "message",
    "messages",
    (
        Function("send", "Sends {a} to one person.", "person_id body", "message_id"),
        Function(
            "inbox",
            "Lists the {many} that have come in.",
            "page?",
            "message_id sender_id day",
        ),
        Function("read", "Opens {a} and returns its text.", "message_id", "body"),
        Function("reply", "Answers {a}.", "message_id body", "message_id"),
        Function("forward", "Passes {a} on to another person.", "message_id person_id", "status"),
        Function("delete", "Deletes {a} for good.", "message_id", "status"),
    ),
    (
        Edition("memos", "office memo", "office memos", "Between desks of one ministry only."),
        Edition("circulars", "circular", "circulars", "To all subscribers at once.", "reply"),
        Edition("telegrams", "telegram", "telegrams", "The wire was shut down in 2029."),
        Edition("drills", "practice message", "practice messages", "Nothing is delivered."),
    ),
)
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
