"""How large a submission and its parts may be.

A limit is several times what real use needs and far below what would hurt. The largest real use is
both settings of ToolRet (7,961 queries) and of MAIR (10,038 queries, 126 tasks) with 100 documents
a query: 3.6 million lines of predictions, 36 MB compressed, in 322 folders.
"""

from __future__ import annotations

FILES = 10_000
"""In a submission. 2,000 results of four files, and what describes them, are 8,003."""
ENTRIES = 20_000
"""Files and folders that are looked at before giving up."""
FILE_BYTES = 100_000_000
"""Of one file on disk. GitHub refuses files of more than 100 MiB."""
TOTAL_BYTES = 500_000_000
"""Of a submission on disk. GitHub asks for repositories of less than 1 GB."""

CARD_BYTES = 64_000
"""Of `model.yaml`: with every text at its longest 15 kB, the rest is for lists of training data."""
ENVIRONMENT_BYTES = 64_000
"""Of `environment.json`: 200 packages of 200 characters."""
RUN_INFO_BYTES = 64_000
"""Of one `run_info.json`."""
MANIFEST_BYTES = 8_000_000
"""Of `manifest.json`: 10,000 files at 250 bytes and 2,000 results at 1 kB."""
RESULT_BYTES = 8_000_000
"""Of one `result.json`; that of the largest task of ToolRet has 20 kB. A list of all its queries
with what was wrong with each answer still fits."""

RUN_INFLATED = 512_000_000
"""Of predictions when decompressed: ten million documents of 50 bytes a line, of which ToolRet's
largest task has half a million; or 25,000 attempts with 20 kB of passages and calls each, where the
largest set of questions, NQ's training aside, has 14,000."""
PER_QUERY_INFLATED = 64_000_000
"""Of per-query values when decompressed: 100,000 queries with 30 measures at 20 bytes."""
EXPANSION = 200
"""How many times its size a file may become. Runs become 3 to 10 times as large, tables of equal
values up to 30 times; deflate allows 1,032, which only bombs come near."""
EXPANSION_FROM = 1_000_000
"""Bytes below which the factor does not matter."""

PATH = 240
"""Characters of a path below the submission: Windows allows 260 in all."""
NAME = 100
"""Characters of one name in it; the harness makes names of at most 80."""
PATH_PARTS = 4
"""`results/<setting>/<task>/<file>`."""

TEXT = 100_000
"""Characters of one text in a JSON file: a long answer that could not be read."""
NESTING = 64
"""Lists and objects inside each other. A pipeline takes three levels for every stage."""
CARD_NESTING = 8
"""The same in YAML; a card needs four."""
INTEGER = 2**53
"""No integer is farther from 0, so that JavaScript reads it exactly."""
DIGITS = 400
"""Characters of one number: the longest decimal of a double has 309 before its point."""

DOCUMENTS = 10_000
"""Documents a query, and the cut-off of a measure."""
TRIALS = 1_000
"""Times that each query is asked."""
MEASURES = 200
"""Measures of a result."""
MESSAGES = 20_000
"""Messages of an attempt, and calls in them: measures compare calls in pairs with those that are
right, and nobody makes a hundredth of that many."""

MESSAGE = 2_000
"""Characters of a reason: everything that is wrong with a card."""
SHOWN = 80
"""Characters of a submitted text within it."""
