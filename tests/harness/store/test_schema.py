"""The published JSON Schema is that of the results that are written."""

from __future__ import annotations

import json
from pathlib import Path

from toy import Overlap, ToyTask

from harness.evaluation import evaluate
from harness.store import Result

PUBLISHED = Path(__file__).parents[3] / "docs" / "result.schema.json"


def test_the_published_schema_is_current() -> None:
    """After a change of the schema: assay schema > docs/result.schema.json."""
    assert json.loads(PUBLISHED.read_text("utf-8")) == Result.model_json_schema()


def test_a_written_result_has_every_property_that_means_something_and_no_other(
    tmp_path: Path,
) -> None:
    evaluate(Overlap(), ToyTask(), out=tmp_path)
    [written] = tmp_path.rglob("result.json")
    properties = json.loads(PUBLISHED.read_text("utf-8"))["properties"]
    assert json.loads(written.read_text("utf-8")).keys() == properties.keys() - {"helpers"}


def test_every_property_that_is_not_plain_from_its_name_is_described() -> None:
    schema = json.loads(PUBLISHED.read_text("utf-8"))
    described = {name for name, field in schema["properties"].items() if "description" in field}
    assert {"model", "model_fingerprint", "data_hash", "status", "seed", "splits"} <= described
