from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from toy import Letters, Overlap, ToyTask
from trained import lineage

from harness import evaluate, read_result
from harness.store import Result
from leaderboard.records import Card, TrainingData
from leaderboard.submission import Refused, card_template
from leaderboard.submission.cards import UNFILLED, card_yaml, unfilled
from leaderboard.submission.parsing import read_yaml
from leaderboard.submission.reading import read_card

_printable = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n\t"))
_lines = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(_lines, _printable, _printable, st.none() | st.dates())
def test_a_card_that_was_written_is_read_again(
    name: str, prompt: str, citation: str, released: date | None
) -> None:
    card = Card(
        name=name,
        kind="embedder",
        revision="1.0",
        parent=None,
        licence=name,
        open_weights=False,
        parameters=10**9,
        prompt=prompt,
        max_length=512,
        dtype="float16",
        training=[TrainingData(dataset=name, overlap=[name], note=prompt)],
        contact="no",
        released=released,
        citation=citation,
    )
    data = card_yaml(card)
    assert Card.model_validate(read_yaml(data)) == card
    assert card_yaml(Card.model_validate(read_yaml(data))) == data


def test_an_empty_template_asks_for_every_field_that_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(card_template())
    needed = [name for name, field in Card.model_fields.items() if field.is_required()]
    with pytest.raises(Refused) as error:
        read_card(path)
    assert error.value.reason == f"model.yaml: still to be filled in: {', '.join(needed)}"


def test_a_template_says_what_belongs_in_every_field() -> None:
    lines = card_template().splitlines()
    for name in Card.model_fields:
        at = next(
            i for i, line in enumerate(lines) if line.removeprefix("# ").startswith(f"{name}:")
        )
        assert lines[at - 1].startswith("# ")


def test_what_a_result_says_of_its_model_is_filled_in(result: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(card_template(read_result(result)))
    with pytest.raises(Refused, match=r"still to be filled in: contact$"):
        read_card(path)
    path.write_text(path.read_text().replace(UNFILLED, '"Anna <anna@example.org>"'))
    card = read_card(path)
    assert card.name == "BM25 (protocol of ToolRet and MAIR)"
    assert card.kind == "lexical"
    assert card.prompt == "{instruction} {query}"  # the join "space"
    assert card.training == []
    assert card.links == {"homepage": "https://github.com/xhluca/bm25s"}
    assert "Robertson" in card.citation


def _result(model: object) -> Result:
    return evaluate([model], [ToyTask()], cache=False).results[0]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("minilm", "A title"),
        ("mine/", "A title"),
        ("rag(mine/)", "rag(mine/)"),  # whose title is that of any model that retrieves and reads
        ("bm25 % 20 >> mine/", "bm25 % 20 >> mine/"),
    ],
)
def test_what_is_made_of_several_is_called_by_its_expression(model: str, name: str) -> None:
    told = {"model": model, "model_card": {"title": "A title"}}
    result = _result(Letters()).model_copy(update=told)
    assert yaml.safe_load(card_template(result))["name"] == name


def test_a_model_of_ones_own_is_asked_where_its_code_lies() -> None:
    template = card_template(_result(Overlap()))
    card = yaml.safe_load(template)
    assert card["name"] == "Overlap"
    assert card["links"] == {"code": UNFILLED}
    assert "code of your own" in template
    assert "links.code" in list(unfilled(card))


def test_code_of_ones_own_is_found_inside_a_pipeline(tmp_path: Path) -> None:
    result = _result(Letters()).model_copy(
        update={"model_identity": {"parameters": {"first": {"adapter": "X", "file": "0" * 64}}}}
    )
    assert yaml.safe_load(card_template(result))["links"] == {"code": UNFILLED}


def test_facts_of_an_embedder_are_taken_from_its_identity_and_its_card() -> None:
    result = _result(Letters()).model_copy(
        update={
            "model_identity": {
                "adapter": "models.hf:HuggingFace",
                "parameters": {
                    "revision": "abc",
                    "instructed": 'Instruct: {instruction}\nQuery: "{query}"',
                    "max_length": 512,
                    "dtype": "float16",
                },
            },
            "model_card": {
                "title": "An embedder: small",
                "kind": "learned sparse",
                "licence": "MIT",
                "parameter_count": 109_482_240,
                "homepage": "http://example.org",  # not https
            },
        }
    )
    card = yaml.safe_load(card_template(result))
    assert card == {
        "name": "An embedder: small",
        "kind": "sparse",
        "revision": "abc",
        "parent": UNFILLED,
        "licence": "MIT",
        "open_weights": UNFILLED,
        "parameters": 109_482_240,
        "prompt": 'Instruct: {instruction}\nQuery: "{query}"',
        "max_length": 512,
        "dtype": "float16",
        "training": UNFILLED,
        "contact": UNFILLED,
    }


def _trained(**changes: object) -> Result:
    """A result of a checkpoint, as training and loading write it down."""
    told = lineage(parent={"name": "owner/base", "revision": "abc", "digest": ""}, **changes)
    del told["digest"]
    adapter = {"adapter": "models.hf:HuggingFace", "parameters": {"max_length": 64}}
    return _result(Letters()).model_copy(
        update={
            "model_identity": {"folder": "e" * 64, "adapter": adapter},
            "model_card": {"adapter": 'hf(".")', "title": "base + sft", "lineage": told},
        }
    )


def test_the_lineage_of_a_checkpoint_is_filled_in_with_what_follows_from_it() -> None:
    card = yaml.safe_load(card_template(_trained()))
    assert card["lineage"] == lineage(
        digest=f"sha256:{'e' * 64}",
        parent={"name": "owner/base", "revision": "abc", "digest": None},
    )
    assert card["parent"] == "owner/base"
    assert card["revision"] == f"sha256:{'e' * 64}"
    assert card["max_length"] == 64  # of the adapter that runs it


def test_a_lineage_that_no_card_can_hold_is_left_out_of_the_template() -> None:
    template = card_template(_trained(config={"teacher": "/home/ada/model"}))
    card = yaml.safe_load(template)
    assert "lineage" not in card
    assert card["parent"] == UNFILLED
    assert "ada" not in template
