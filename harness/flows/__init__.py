"""One file for each kind of question: how a model of that kind is asked, what is written down.

A flow turns a task's material into questions with unique keys, has a model answer any subset of
them, and scores what was answered. `harness.evaluation` drives every flow alike.
"""

FLOWS: dict[str, str] = {
    "retrieval": "harness.flows.retrieval:RetrievalFlow",
    "tool_use": "harness.flows.tool_use:ToolUseFlow",
}
"""Kind of task (`TaskCard.kind`) -> the flow that asks it."""
