"""Tools become documents as they do where the same task is asked as retrieval."""

from __future__ import annotations

import json
from typing import Any

from harness.corpus import ListCorpus
from harness.play.tool_documents import ToolDocuments, documentation
from harness.records import Setting, ToolSpec
from tasks.reading.tool_retrieval import as_retrieval
from tasks.starter_agent import BENCHMARK

NOWHERE: Any = None
ONE, OTHER = ToolSpec("find", "Finds films."), ToolSpec("find", "Finds flights.")


def test_a_tool_is_documented_by_all_but_what_it_returns() -> None:
    tool = ToolSpec("find", "Finds.", {"type": "object"}, returns={"type": "string"}, group="films")
    assert json.loads(documentation(tool)) == {
        "name": "find",
        "description": "Finds.",
        "parameters": {"type": "object"},
        "group": "films",
    }


def test_the_same_tool_is_one_document_and_namesakes_are_told_apart() -> None:
    documents = ToolDocuments()
    documents.add([ONE, OTHER, ToolSpec("find", "Finds films."), ToolSpec("find#2", "Odd.")])
    assert [document.id for document in documents.documents] == ["find", "find#2", "find#2'"]
    assert (documents.id(OTHER), documents.tool("find#2")) == ("find#2", OTHER)
    assert documents.names == ("find", "find#2")
    assert documents.named("find") == ["find", "find#2"]
    assert documents.named("lost") == ()
    assert len(documents) == 3


def test_the_order_of_fields_makes_no_other_tool() -> None:
    documents = ToolDocuments()
    documents.add(
        ToolSpec("f", parameters=dict(fields))
        for fields in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)])
    )
    assert len(documents) == 1


def test_the_documents_are_those_of_the_task_as_retrieval() -> None:
    task = BENCHMARK.tasks["starter-agent/flights"]
    (split,) = task.load(NOWHERE, Setting())
    (collection,) = as_retrieval(task).load(NOWHERE, Setting())
    documents = ToolDocuments()
    for problem in split.problems:  # type: ignore[union-attr]
        documents.add(problem.tools)
    assert ListCorpus(documents.documents).fingerprint == collection.corpus.fingerprint
