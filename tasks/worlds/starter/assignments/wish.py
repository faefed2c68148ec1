"""One thing that somebody wants done or wants to know: its words, its calls, what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias, TypeVar

from harness.records import ToolCall
from tasks.worlds.draw import Draw
from tasks.worlds.starter.executable.account import Account, Entry
from tasks.worlds.starter.prose import FORMS
from tasks.worlds.starter.records import Person, Record
from tasks.worlds.starter.world import World

R = TypeVar("R", bound=Record)
PAGE = 20
"""Entries of a page, as the documentation of `page` has it."""

PHRASES = (".pastime", ".cause", ".landmark")
"""Fields that hold phrases, which one could say in other words."""
VERBATIM = "Quote the register word for word."


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one entry of the account.

    Attributes:
        kind: "bookings", "orders", ...
        entry: as it is in the end; None where it is gone.
        id: of an entry that there was before; "" for a new one.
    """

    kind: str
    entry: Entry | None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something wanted.

    Attributes:
        wordings: two ways to say it.
        calls: that fulfil it; "$1" is what the first of them gives.
        told: what the answer refers to, as `harness.play.programs` has it; None where nothing is
            asked.
        answers: right ones, taken from the world's facts.
        effects: what it leaves behind in the account.
        cost: crowns that it takes from the account.
        touches: what no other wish of the same problem may touch.
    """

    wordings: tuple[str, str]
    calls: tuple[ToolCall, ...]
    told: Any = None
    answers: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    cost: int = 0
    touches: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a wish is drawn from.

    Attributes:
        world: the facts.
        account: what the account holder has.
        draw: the stream of draws.
        room: how many calls the wish may take.
    """

    world: World
    account: Account
    draw: Draw
    room: int

    def other_person(self) -> Person:
        """Somebody who is not the account holder."""
        others = [p for p in self.world.people if p.id != self.account.holder_id]
        return self.draw.choice(others)

    def entry(self, kind: str, fits: Callable[[Entry], bool] = bool) -> tuple[str, Entry] | None:
        """Id and content of an entry of the account that fits; None where none does."""
        found = [pair for pair in self.account.tables[kind].items() if fits(pair[1])]
        return self.draw.choice(found) if found else None

    def place(self, kind: str, id: str) -> tuple[list[str], str]:
        """The ids of a table in order, and the one wanted: arguments of `Plan.pick`."""
        return list(self.account.tables[kind]), id


Maker: TypeAlias = Callable[[Scene], Wish | None]
"""Draws a wish; None where the world or the room has nothing for it."""


@dataclass
class Plan:
    """Calls that are written down one after the other."""

    calls: list[ToolCall] = field(default_factory=list)

    def call(self, function: str, /, **arguments: Any) -> str:
        """Adds a call and returns the reference to what it gives."""
        self.calls.append(ToolCall(function, arguments))
        return f"${len(self.calls)}"

    def pick(
        self, function: str, rows: Sequence[Any], wanted: Any, field: str, /, **arguments: Any
    ) -> str:
        """Adds a call that lists `rows` in pages and returns the reference to a field of one."""
        page, index = divmod(list(rows).index(wanted), PAGE)
        more = {"page": page + 1} if page else {}
        return f"{self.call(function, **arguments, **more)}.items.{index}.{field}"

    def find(self, function: str, table: Sequence[R], wanted: R, parameter: str, field: str) -> str:
        """Adds a search by the wanted record's name and returns the reference to its id.

        A search for a part of names finds all that contain it, in the order of the table.
        """
        text = wanted.label.casefold()
        rows = [record for record in table if text in record.label.casefold()]
        return self.pick(function, rows, wanted, field, **{parameter: wanted.label})

    def film(self, scene: Scene, film: Record) -> str:
        """Searches a film by its title."""
        return self.find("films.search", scene.world.films, film, "title", "film_id")

    def person(self, scene: Scene, person: Record) -> str:
        """Searches a person by name."""
        return self.find("people.search", scene.world.people, person, "name", "person_id")

    def firm(self, scene: Scene, firm: Record) -> str:
        """Searches a firm by name."""
        return self.find("firms.search", scene.world.firms, firm, "name", "firm_id")

    def product(self, scene: Scene, product: Record) -> str:
        """Searches a product by name."""
        return self.find("products.search", scene.world.products, product, "name", "product_id")

    def shop(self, scene: Scene, shop: Record) -> str:
        """Searches a shop by name."""
        return self.find("shops.search", scene.world.shops, shop, "name", "shop_id")

    def ask(
        self, told: Any, answer: str | int, *wordings: str, touches: Sequence[str] = ()
    ) -> Wish:
        """The wish to know what `told` refers to."""
        if isinstance(told, str) and told.endswith(PHRASES):
            wordings = tuple(f"{wording} {VERBATIM}" for wording in wordings)
        asked, calls = _two(wordings), tuple(self.calls)
        return Wish(asked, calls, told, (str(answer),), touches=frozenset(touches))

    def do(
        self, effects: Sequence[Effect], cost: int, touches: Sequence[str], *wordings: str
    ) -> Wish:
        """The wish that something be done."""
        return Wish(
            _two(wordings),
            tuple(self.calls),
            effects=tuple(effects),
            cost=cost,
            touches=frozenset(touches),
        )


def _two(wordings: tuple[str, ...]) -> tuple[str, str]:
    first, second = wordings
    return first, second


def on(day: date) -> str:
    """A day in words: Thursday 16 October 2031."""
    return FORMS["full"](day)


def listing(names: Sequence[str]) -> str:
    """Names in a row."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def changed(entry: Entry, **fields: Any) -> Mapping[str, Any]:
    """An entry with some fields changed."""
    return {**entry, **fields}
