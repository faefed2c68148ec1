"""Plain values that cross the borders between tasks, models and the engine.

Frozen, without behaviour beyond validation. The records of generation join these with their flow.
"""

from harness.records.chat import Completion, Image, Message, Observation, ToolCall, Usage
from harness.records.tasks import Outcome, Runs, Setting, TaskCard
from harness.records.texts import MAX_GRADE, Document, Qrels, Query, Text
from harness.records.tools import (
    End,
    Expected,
    Gold,
    Judgement,
    Problem,
    ToolSpec,
    Trajectory,
)

__all__ = [
    "MAX_GRADE",
    "Completion",
    "Document",
    "End",
    "Expected",
    "Gold",
    "Image",
    "Judgement",
    "Message",
    "Observation",
    "Outcome",
    "Problem",
    "Qrels",
    "Query",
    "Runs",
    "Setting",
    "TaskCard",
    "Text",
    "ToolCall",
    "ToolSpec",
    "Trajectory",
    "Usage",
]
