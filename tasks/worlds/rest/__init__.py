"""What a simulated web service needs besides its facts: calls matched, arguments checked, pages.

A service is a class with `answer(operation, arguments)`, `refused(error)` and `state` (`Service`).
`RestWorld(operations, open_service)` makes an environment of it::

    operations = read_operations(document, "spotify_oas.json", "spotify")   # tasks.reading.openapi
    world = RestWorld(operations, lambda problem: Player(facts, problem), base="https://api...")
    session = await world.open(problem)

A call arrives in any of these ways and is matched to an operation (`Router.match`): by its name
"GET /movie/{movie_id}"; by the name of a function, "GET_movie_movie_id"; as a request, whose path
and query string give arguments, "GET /movie/597?page=2" or with "url" (and "params", "data",
"json", "body") among the arguments. Arguments of path, query and body are one object. They are then
checked against the operation's JSON Schema (`checked`): a text that says a number or truth value
counts as one, as it does in an address; what the operation does not know is dropped, as servers do;
defaults are filled in.

`answer` gets the operation's name, "GET /movie/{movie_id}", and the checked arguments, and returns
plain JSON; None is an answer without a body. What it cannot answer it raises as `HttpError`; the
errors of matching and checking are `HttpError`s too (404 where there is no such operation, 400
where an argument is missing or of the wrong type; `error.parameter` names it). `refused` turns any
of them into the body that this service would send. `page_of` cuts a list as page numbers do,
`window_of` as offset and limit do.
"""

from tasks.worlds.rest.arguments import checked
from tasks.worlds.rest.errors import HttpError
from tasks.worlds.rest.pages import Page, page_of, window_of
from tasks.worlds.rest.router import Router
from tasks.worlds.rest.world import RestSession, RestWorld, Service

__all__ = [
    "HttpError",
    "Page",
    "RestSession",
    "RestWorld",
    "Router",
    "Service",
    "checked",
    "page_of",
    "window_of",
]
