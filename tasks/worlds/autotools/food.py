"""The food service: what the recordings hold, and recipes and goods made for what queries name.

A made or merely mentioned recipe has a record in the likeness of the recorded one. One factor a
record scales all of its amounts, and what it is made of is the same in every tool, so that tools
agree with each other. What goes with which wine is knowledge, which is not made up: those tools
give what was recorded, whatever the wine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tasks.worlds.autotools.answers import Answer, Refusal, Tool
from tasks.worlds.autotools.likeness import Likeness, ranges
from tasks.worlds.autotools.names import phrases
from tasks.worlds.autotools.recordings import Recordings
from tasks.worlds.autotools.shelves import Shelf
from tasks.worlds.draw import Draw

MADE = 5
"""Things of a kind that are made for a phrase."""
MOST = 100
"""Entries that a list has at most."""
_SCALED = (
    "amount calories carbs fat percentOfDailyNeeds price pricePerServing protein totalCost "
    "totalCostPerServing value"
)
SCALED = frozenset(_SCALED.split())
_DRAWN = (
    "aggregateLikes bitterness cookingMinutes fattiness healthScore likes readyInMinutes "
    "saltiness savoriness servings sourness spiciness spoonacularScore sweetness"
)
DRAWN = frozenset(_DRAWN.split())
_BLANK = (
    "author brand creditsText description generatedText image ingredientList instructions "
    "original restaurantChain sourceName sourceUrl spoonacularSourceUrl summary upc"
)
BLANK = frozenset(_BLANK.split())
THINNED = frozenset({"equipment", "ingredients", "extendedIngredients"})
DETAILS = {
    "GET_search_recipe_information": ("recipe", "recipe_id"),
    "GET_summarize_recipe": ("recipe", "recipe_id"),
    "GET_taste_by_id": ("recipe", "recipe_id"),
    "GET_nutrition_by_id": ("recipe", "recipe_id"),
    "GET_ingredients_by_id": ("recipe", "recipe_id"),
    "GET_equipment_by_id": ("recipe", "recipe_id"),
    "GET_Price_Breakdown_by_id": ("recipe", "recipe_id"),
    "GET_menu_item_information": ("menu item", "item_id"),
    "GET_product_information": ("product", "product_id"),
    "GET_ingredient_information": ("ingredient", "ingredient_id"),
}
"""Tools that tell of one thing: its kind, and the parameter that names it."""
SEARCHES = {
    "GET_search_recipes": ("recipe", "results", "totalResults"),
    "GET_search_menu_items": ("menu item", "menuItems", "totalMenuItems"),
    "GET_search_grocery_product": ("product", "products", "totalProducts"),
    "GET_ingredient_search_simple_food": ("ingredient", "results", "totalResults"),
}
"""Tools that search: what, and where in the answer the hits and their number stand."""
LISTS = {
    "GET_search_recipes_by_nutrients": ("recipe",),
    "GET_search_recipes_by_ingredients": ("recipe",),
    "GET_search_similar_recipes": ("recipe",),
    "GET_search_random_recipes": ("recipe", "recipes"),
}
WINES = (
    "GET_dish_pairing_for_wine",
    "GET_wine_pairing",
    "GET_wine_description",
    "GET_wine_recommendation",
)


class Food:
    """The tools of the food service.

    Args:
        recordings: of the service.
        seed: of the world.
        queries: what the problems ask; what they name is to be had.
    """

    def __init__(self, recordings: Recordings, seed: int, queries: Iterable[str] = ()) -> None:
        self._recordings, self._seed = recordings, seed
        seen = ranges(recordings.responses, DRAWN)
        self._likeness = Likeness(SCALED, DRAWN, BLANK, THINNED, seen)
        kinds = ("recipe", "menu item", "product", "ingredient")
        self._shelves = {kind: Shelf(kind, seed) for kind in kinds}
        for kind, hit in self._recorded_hits():
            self._shelves[kind].record(hit, hit.get("title") or hit.get("name") or "")
        wanted = sorted({phrase for query in queries for phrase in phrases(query)})
        for kind, _, _ in SEARCHES.values():
            title = "name" if kind == "ingredient" else "title"
            for phrase in wanted:
                for number in range(1, MADE + 1):
                    said = phrase.title() + (f" No. {number}" if number > 1 else "")
                    self._shelves[kind].make(phrase, str(number), {title: said})

    @property
    def tools(self) -> Mapping[str, Tool]:
        """By name."""
        tools: dict[str, Tool] = {
            "GET_search_similar_recipes": self._similar,
            "GET_search_random_recipes": self._random,
            "GET_search_recipes_by_nutrients": self._by_nutrients,
            "GET_search_recipes_by_ingredients": self._by_ingredients,
        }
        for name in SEARCHES:
            tools[name] = self._bound(self._search, name)
        for name in DETAILS:
            tools[name] = self._bound(self._detail, name)
        for name in WINES:
            tools[name] = self._bound(self._wine, name)
        return tools

    def _bound(self, view: Callable[[str, Mapping[str, Any]], Answer], name: str) -> Tool:
        return lambda given: view(name, given)

    def _recorded_hits(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What the recordings list, and what they tell of one thing, by kind."""
        for tool, (kind, field, _) in SEARCHES.items():
            for hit in self._recordings.of(tool)[field]:
                yield kind, hit
        for tool, (kind, *fields) in LISTS.items():
            hits = self._recordings.of(tool)
            for hit in hits[fields[0]] if fields else hits:
                yield kind, hit
        for tool, (kind, parameter) in DETAILS.items():
            told = self._recordings.of(tool)
            id = self._recordings.key(tool, parameter)
            kept = {key: told[key] for key in ("title", "name") if key in told}
            yield kind, {"id": id, **kept}

    def _search(self, tool: str, given: Mapping[str, Any]) -> Answer:
        kind, field, total = SEARCHES[tool]
        shape = self._recordings.of(tool)
        found = self._shelves[kind].find(given["query"]) if "query" in given else []
        if "query" not in given:
            found = list(self._shelves[kind].known())
        found = [thing for thing in found if self._within(kind, thing["id"], given)]
        number = _number(given, shape["number"])
        hits = [self._hit(thing, shape[field][0]) for thing in found[:number]]
        recorded = all(self._shelves[kind].recorded(hit["id"]) for hit in hits)
        shape |= {field: hits, "number": number, total: len(found)}
        return Answer(shape, "looked up" if recorded else "generated")

    def _hit(self, thing: Mapping[str, Any], shape: Mapping[str, Any]) -> dict[str, Any]:
        """A thing as lists show it."""
        if set(shape) <= set(thing):
            return {key: thing[key] for key in shape}
        made = self._like(shape, thing["id"])
        return {key: thing.get(key, made[key]) for key in shape}

    def _within(self, kind: str, id: int, given: Mapping[str, Any]) -> bool:
        """Whether a thing is between the bounds that were given, where its record tells."""
        bounds = [(name, value) for name, value in given.items() if name[:3] in ("min", "max")]
        if not bounds or kind not in ("menu item", "product"):
            return True
        tool = "GET_menu_item_information" if kind == "menu item" else "GET_product_information"
        return _keeps(self._record(tool, id)["nutrition"], bounds)

    def _by_nutrients(self, given: Mapping[str, Any]) -> Answer:
        found = self._recordings.of("GET_search_recipes_by_nutrients")
        return Answer([hit for hit in found if _keeps(hit, list(given.items()))], "looked up")

    def _by_ingredients(self, given: Mapping[str, Any]) -> Answer:
        """The recorded hits; which ingredients other recipes have, nobody recorded."""
        found = self._recordings.of("GET_search_recipes_by_ingredients")
        return Answer(found[: _number(given, len(found))], "replayed")

    def _similar(self, given: Mapping[str, Any]) -> Answer:
        id = self._known("recipe", given["recipe_id"])
        shape = self._recordings.of("GET_search_similar_recipes")
        if id == self._recordings.key("GET_search_similar_recipes", "recipe_id"):
            return Answer(shape, "looked up")
        others = [thing for thing in self._recipes() if thing["id"] != id]
        chosen = Draw(self._seed, "similar", id).sample(others, len(shape))
        return Answer([self._hit(thing, shape[0]) for thing in chosen], "generated")

    def _random(self, given: Mapping[str, Any]) -> Answer:
        """The same recipes for the same tags: nothing here is random."""
        number = _number(given, 1)
        draw = Draw(self._seed, "random", str(given.get("tags", "")).lower())
        chosen = draw.sample(self._recipes(), number)
        shape = self._recordings.of("GET_search_random_recipes")["recipes"][0]
        return Answer({"recipes": [self._told(shape, one) for one in chosen]}, "generated")

    def _recipes(self) -> Sequence[Mapping[str, Any]]:
        """Recorded recipes whose title is known."""
        return [thing for thing in self._shelves["recipe"].known() if thing.get("title")]

    def _detail(self, tool: str, given: Mapping[str, Any]) -> Answer:
        kind, parameter = DETAILS[tool]
        id = self._known(kind, given[parameter])
        record = self._record(tool, id)
        if kind == "ingredient":
            record = self._portion(record, given)
        recorded = id == self._recordings.key(tool, parameter) and record == self._recordings.of(
            tool
        )
        return Answer(record, "looked up" if recorded else "generated")

    def _record(self, tool: str, id: int) -> Any:
        kind, parameter = DETAILS[tool]
        shape = self._recordings.of(tool)
        if id == self._recordings.key(tool, parameter):
            return shape
        record = self._told(shape, self._shelves[kind][id])
        if tool == "GET_summarize_recipe":
            record["summary"] = f"{record['title']}: a recipe of a simulated service."
        return record

    def _told(self, shape: Any, thing: Mapping[str, Any]) -> Any:
        """A record in the likeness of a recorded one, with what is known of the thing."""
        record = self._like(shape, thing["id"])
        for key, value in thing.items():
            plain = isinstance(value, str | int | float)
            if plain and key in record and type(record[key]) is type(value):
                record[key] = value
        return record

    def _like(self, shape: Any, id: int) -> Any:
        """A record of a thing, in the likeness of a recorded one."""

        def fraction(key: str) -> float:
            return Draw(self._seed, "value", id, key).below(1_000_000) / 1_000_000

        def has(name: str) -> bool:
            return Draw(self._seed, "has", id, name).chance(60)

        return self._likeness.of(shape, self._factor(id), fraction, has)

    def _factor(self, id: int) -> float:
        """How much larger a record's amounts are: by its calories where these are recorded."""
        thing = self._shelves["recipe"].get(id) or {}
        nutrients = (thing.get("nutrition") or {}).get("nutrients") or []
        told = [one["amount"] for one in nutrients if one["name"] == "Calories"]
        calories = thing.get("calories", told[0] if told else None)
        if calories is not None:
            return float(calories) / float(self._recordings.of("GET_nutrition_by_id")["calories"])
        return Draw(self._seed, "factor", id).integer(50, 150) / 100

    def _portion(self, record: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """An ingredient in the amount that was asked for."""
        unit, amount = given.get("unit", record["unit"]), given.get("amount", 100)
        if amount <= 0:
            raise Refusal(400, "'amount' is to be positive")
        factor = amount / 100 if unit == record["unit"] else 1.0
        if factor != 1.0:
            for key in ("nutrition", "estimatedCost"):
                record[key] = self._likeness.of(record[key], factor, lambda _: 0.0, lambda _: True)
        return record | {"amount": amount, "unit": unit}

    def _wine(self, tool: str, given: Mapping[str, Any]) -> Answer:
        value = self._recordings.of(tool)
        field = "recommendedWines" if tool == "GET_wine_recommendation" else "productMatches"
        if field in value:
            kept = [
                wine
                for wine in value[field]
                if float(wine["price"].strip("$")) <= given.get("maxPrice", 10**9)
                and wine["averageRating"] >= given.get("minRating", 0)
            ]
            value[field] = kept[: _number(given, len(kept) or 1)]
        return Answer(value, "replayed")

    def _known(self, kind: str, id: int) -> int:
        if id not in self._shelves[kind]:
            raise Refusal(404, f"A {kind} with the id {id} does not exist.")
        return id


def _number(given: Mapping[str, Any], usual: int) -> int:
    number = int(given.get("number", usual))
    if not 1 <= number <= MOST:
        raise Refusal(400, f"'number' is to be from 1 to {MOST}")
    return number


def _keeps(values: Mapping[str, Any], bounds: Sequence[tuple[str, Any]]) -> bool:
    """Whether amounts such as "10g" are between bounds such as ("minProtein", 5)."""
    for name, bound in bounds:
        key = name[3].lower() + name[4:]
        match = re.match(r"\d+(\.\d+)?", str(values.get(key, "")))
        if match is None:
            continue
        amount = float(match[0])
        if (name[:3] == "min" and amount < bound) or (name[:3] == "max" and amount > bound):
            return False
    return True
