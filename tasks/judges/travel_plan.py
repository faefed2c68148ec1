"""Marks for travel plans: what 360REA looks at, in our words (`tasks.judges.marks`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.judges.marks import Marker

if TYPE_CHECKING:
    from harness.loading import LoadedModel
    from harness.sources import Source

WRITTEN = "a travel plan"
CRITERIA = (
    ("interests", "what is done each day serves the interests and the party in the request"),
    ("season", "it fits the time of year: weather, daylight, what is open and what takes place"),
    ("variety", "days differ, and what is done is balanced: sights, food, movement, rest"),
    ("feasibility", "distances, times, opening hours and the budget allow it to be done as told"),
    ("local insight", "it knows the place: customs, quarters, dishes, ways around crowds"),
)
"""The five of the later prompt, 100 marks in all."""
EARLIER = (
    ("completeness", "every day has what it needs: lodging, ways, things to do, meals"),
    ("practicality", "travel times and schedule are realistic"),
    ("originality", "it has ideas that not every guide book has"),
    ("order", "days follow from one another, and the plan is easy to follow"),
)
"""The four of the earlier prompt, 80 marks in all."""


def travel_plan(model: LoadedModel, source: Source | None = None) -> Marker:
    """Marks a travel plan on five criteria. It reads nothing from the source.

    Raises:
        UserError: the model is no chat model.
    """
    return Marker.of("travel-plan", model, WRITTEN, CRITERIA)


def travel_plan_earlier(model: LoadedModel, source: Source | None = None) -> Marker:
    """Marks a travel plan on the four criteria of 360REA's earlier prompt."""
    return Marker.of("travel-plan-earlier", model, WRITTEN, EARLIER)
