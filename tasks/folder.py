"""Any folder in BEIR layout is a task by its path.

    corpus.jsonl      {"_id": ..., "title": ..., "text": ...}      (title optional; `id` will do)
    queries.jsonl     {"_id": ..., "text": ...}, and where there is one "instruction",
                      "candidates": [ids to rank], "excluded": [ids that must not be returned]
    qrels.tsv         or qrels/<split>.tsv: query, document, grade; or TREC's four columns
    candidates.json   {query: [ids]}, instead of the field; likewise excluded.json

The .jsonl files may be gzipped (.jsonl.gz). Only judged queries are run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.contracts import Collection, Material
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.records import Document, Qrels, Query, Setting, TaskCard
from harness.rows import Rows, read_rows
from tasks.qrels import read_qrels
from tasks.settings import accept

if TYPE_CHECKING:
    from harness.sources import Source

Pools = dict[str, Sequence[str]]


class FolderTask:
    """A collection in a folder.

    Args:
        path: the folder, or `PATH@split`.
        split: which judgements count; default `test`, else the only split that there is.
        drop_identical: never return the document whose id is the query's.

    Raises:
        UserError: there is no such folder.
    """

    measures: Sequence[str]
    pools: Sequence[str] = ("all", "candidates")
    views: Sequence[str] = ("documentation",)
    compats: Sequence[str] = ()
