"""Requests about films: who made them, whether they are good, where they are on."""

from __future__ import annotations

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import (
    Film,
    Person,
    Screening,
)
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    screening = draw.choice(world.screenings)
    film = world.get(Film, screening.film_id)
    return {
        "f": film,
        "s": screening,
        "star": world.get(Person, draw.choice(film.cast_ids)),
        "shown": draw.choice(world.where(Screening, "film_id", film.id)),
        "n": draw.integer(2, 5),
    }


FILMS = Errand(
    "films",
    "Films: who made them, whether they are good, where they are on",
    "culture",
    ("film enquiry", "movie night", "cinema", "film research"),
    _scene,
    (
        "Everybody talks about {f}.",
        "Last night somebody mentioned {f}.",
        "I want to see {f} with my sister.",
        "My film club has picked {f} for the next meeting.",
    ),
    (
        clause(
            "films.search films.get",
            "find a film and return its story and length",
            "What is the story of the film, and how many minutes does it run?",
            "What happens in it, without the ending?",
            "How long shall we sit there, and is it a funny one?",
        ),
        clause(
            "films.search films.credits",
            "find a film and name director and cast",
            "Who directed the film, and who is in the cast?",
            "Who made it?",
            "Who is in it?",
            "Whose work is it, and which house put up the money?",
        ),
        clause(
            "films.search films.reviews",
            "find a film and return critics' opinions",
            "Find reviews that critics wrote about the film.",
            "Did the papers like it?",
            "What did those say who write about such things for a living?",
        ),
        clause(
            "films.search films.rating",
            "find a film and tell its average mark",
            "What is the average rating of the film?",
            "How many stars does it get by and large?",
            "Is it above three, taken all together?",
        ),
        clause(
            "films.search films.rate",
            "find a film and publish a mark for it",
            "Rate the film for me: {n:word} stars.",
            "I have seen it in the meantime: give it {n:word} stars from me.",
            "For my part, {n:word} of five; make that public.",
        ),
        clause(
            "films.search films.similar",
            "find a film and recommend others like it",
            "Recommend similar films.",
            "I loved it: what should I see next?",
            "What else is there in that vein?",
        ),
        clause(
            "films.search cinema.showings",
            "find a film and its coming showings",
            "List the coming showings of the film in {shown.town}.",
            "Where is it still on?",
            "When could I catch it in {shown.town}?",
        ),
        clause(
            "films.search cinema.showings cinema.book",
            "find a film's showings and buy tickets",
            "Book {n:word} seats for the next showing of the film in {shown.town}.",
            "Get us {n:word} places in {shown.town}, any evening will do.",
            "Buy {n:word} seats for the next time it is on.",
        ),
        clause(
            "films.search cinema.showings cinema.seats",
            "find a film's showings and tell how many seats are left",
            "How many seats are left for the next showing of the film in {shown.town}?",
            "Is there any room left in {shown.town}?",
            "How full is the house in {shown.town} when it is next on?",
        ),
        clause(
            "films.search watchlist.add",
            "find a film and note it on the watchlist",
            "Add the film to my watchlist.",
            "Write it down for me so that I do not forget to go.",
            "Put it with the ones I still mean to go to.",
        ),
        clause(
            "watchlist.list",
            "show the watchlist",
            "Show me my watchlist.",
            "What else did I mean to go and see?",
            "Which titles have I noted so far?",
        ),
        clause(
            "watchlist.list watchlist.remove",
            "show the watchlist and strike something off",
            "Remove the oldest entry from my watchlist.",
            "Strike the oldest one off my list, I shall never go.",
            "And the first title I ever noted can go.",
        ),
        clause(
            "people.search films.of_person",
            "find a person and list their films",
            "List the other films of {star}.",
            "What other parts has {star} played?",
            "In what else can one admire {star}?",
        ),
        clause(
            "people.search people.get",
            "find a person and return their record",
            "Find the person called {star}: birth and home.",
            "How old is {star}?",
            "Where does {star} come from?",
        ),
        clause(
            "films.set_in",
            "list films set in a town",
            "Which films are set in the town of {f.setting}?",
            "Are there more stories that take place in {f.setting}?",
            "What else was filmed around {f.setting}?",
        ),
        clause(
            "films.search films.credits firms.results",
            "find a film's studio and return the firm's figures",
            "Which studio produced the film, and what were that firm's annual results?",
            "And is the company behind it making money?",
            "Did the house that paid for it have a good year?",
        ),
        clause(
            "cinema.programme",
            "list what a cinema shows on a day",
            "Show me the programme of the cinema in {s.town} on {s.starts:full}.",
            "What else do they play in {s.town} on {s.starts:full}?",
            "If not, what is on in {s.town} on {s.starts:full}?",
        ),
    ),
)
