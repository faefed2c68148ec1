"""StableToolBench's recorded answers: a file an API, from calls as text to what they gave.

The layout is that of upstream's virtual server (server/main.py of THUNLP-MT/StableToolBench at
aa4ed9f): `<category>/<tool>_for_<category>/<api>.json`, an object whose keys are Python's text of
the dictionary of arguments, in the order in which a model wrote them, and whose values are
{"error": text, "response": anything}. Nothing is ever evaluated: a call is put into that form and
looked up. Upstream tells `{'a': 1, 'b': 2}` from `{'b': 2, 'a': 1}`, which are one call; here the
other orders are looked up as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice, permutations
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.records import Observation
from tasks.worlds.simulated import Asked

LONGEST = 1024
"""Characters of an answer that upstream's environment hands on, "..." behind what it cuts."""
EXAMPLES, EXAMPLES_LONGEST = 5, 2048
"""How many recorded answers upstream's simulator sees of an API, and of how many characters."""
ORDERS = 5
"""Arguments up to which every order is looked up: 120 orders."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answers of an API lie.

    Attributes:
        category: RapidAPI's name for it.
        tool: standardised name of the tool.
        api: standardised name of the API.
    """

    category: str
    tool: str
    api: str

    @property
    def path(self) -> str:
        """Below the folder of the cache."""
        category = self.category
        for sign in " ,/":
            category = category.replace(sign, "_")
        category = category.replace("__", "_")
        api = self.api.split(f"_for_{self.tool}")[0]
        return f"{category}/{self.tool}_for_{category}/{api}.json"


Places = Callable[[Asked], "Place | None"]
"""Where the answers of the API lie that a call is of; None where nobody knows."""


class ErrorAndResponse:
    """How upstream's server speaks: {"error": text, "response": anything}, cut."""

    def given(self, tool: str, status: int, response: Any) -> Observation:
        """An answer; one of a status from 300 on is an error."""
        if 200 <= status < 300:
            return recorded({"error": "", "response": response})
        text = response if isinstance(response, str) else json.dumps(response, ensure_ascii=False)
        return recorded({"error": text or f"status {status}", "response": ""})

    def refused(self, reason: str) -> Observation:
        """An error without a response."""
        return recorded({"error": reason, "response": ""})


def recorded(value: Any) -> Observation:
    """What was recorded, as an agent reads it."""
    text = json.dumps(value)
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return Observation(shown, failed=isinstance(value, Mapping) and bool(value.get("error")))


@dataclass
class ResponseCache:
    """Recorded answers of a folder.

    Attributes:
        folder: in upstream's layout.
        places: where the answers of a call's API lie.
    """

    folder: Path
    places: Places
    name: str = "cached"
    _files: dict[Place, Mapping[str, Any]] = field(default_factory=dict, init=False)

    async def answer(self, asked: Asked) -> Observation | None:
        """What is recorded of the call; None where nothing is.

        Raises:
            UserError: the file is broken.
        """
        answers = self._answers(asked)
        if answers:
            for key in _keys(asked.arguments):
                if key in answers:
                    return recorded(answers[key])
        return None

    def examples(self, asked: Asked) -> list[tuple[str, Any]]:
        """The first recorded answers of the call's API, as many as upstream's simulator sees."""
        found = list(islice(self._answers(asked).items(), EXAMPLES))
        while len(str(found)) > EXAMPLES_LONGEST:
            found.pop()
        return found

    def _answers(self, asked: Asked) -> Mapping[str, Any]:
        place = self.places(asked)
        if place is None:
            return {}
        if place not in self._files:
            path = _file(self.folder, place)
            self._files[place] = {} if path is None else _read(path)
        return self._files[place]


def digest(folder: Path, places: Iterable[Place]) -> tuple[str, int]:
    """SHA-256 over the files of these APIs, by name, and how many of them there are."""
    whole, files = sha256(), 0
    for name, place in sorted({place.path: place for place in places}.items()):
        if (path := _file(folder, place)) is not None:
            files += 1
            whole.update(name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return whole.hexdigest(), files


def _file(folder: Path, place: Place) -> Path | None:
    """The file of an API; None where there is none, or where its name leads out of the folder."""
    parts = place.path.split("/")
    if len(parts) != 3 or not {"", ".", ".."}.isdisjoint(parts):
        return None
    path = folder.joinpath(*parts)
    try:
        return path if path.is_file() else None
    except OSError:  # a name that is too long for any file
        return None


def _keys(arguments: Mapping[str, Any]) -> Iterator[str]:
    """The texts by which a call may be recorded, that of its own order first."""
    yield str(dict(arguments))
    if 1 < len(arguments) <= ORDERS:
        yield from (str(dict(order)) for order in permutations(arguments.items()))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is broken: {error}; fetch it again, or remove it") from None
    if not isinstance(found, dict):
        raise UserError(f"{path} is broken: an object of recorded answers is expected")
    return found
