"""Prompts: how templates are filled, and what is cut where they are too long.

Every word is a token here, so lengths can be counted by hand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

transformers = pytest.importorskip("transformers")

from harness.errors import UserError  # noqa: E402
from models.neural.prompts import PromptReader, PromptTemplate  # noqa: E402

WORDS = ["[PAD]", "<s>", "</s>", "Q", "D", "R", *(f"w{i}" for i in range(40))]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Words as tokens, between marks of beginning and end."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[PAD]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]")


def read(
    tokenizer: Any,
    query: str,
    document: str,
    limit: int,
    *,
    closed: bool = True,
    template: str = "Q {query} D {document} R",
) -> tuple[str, bool]:
    """The words that are left of a prompt, and whether something was cut."""
    prompt = PromptTemplate(template).fill({"query": query, "document": document})
    tokens, cut = PromptReader(tokenizer, limit, closed=closed).read([prompt])
    assert tokens[0].dtype == np.int32
    assert len(tokens[0]) <= limit
    return " ".join(tokenizer.convert_ids_to_tokens(tokens[0].tolist())), bool(cut[0])


def words(first: int, last: int) -> str:
    return " ".join(f"w{i}" for i in range(first, last))


def test_a_template_is_filled_in_one_pass() -> None:
    template = PromptTemplate("A: {query}|{instruction}|{document} {not a field} {}")
    texts = {"query": "{document}", "instruction": "{query}", "document": "d{instruction}"}
    prompt = template.fill(texts)
    assert prompt.text == "A: {document}|{query}|d{instruction} {not a field} {}"
    assert {name: prompt.text[slice(*span)] for name, span in prompt.spans.items()} == texts
    assert template.fields == ("query", "instruction", "document")


@pytest.mark.parametrize(
    "text",
    ["{query}", "{document} {instruction}", "{query} {document} {query}", "{query}{document}{doc}"],
)
def test_a_template_without_its_fields_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="once each"):
        PromptTemplate(text)


def test_a_prompt_that_fits_stays_whole(tokenizer: Any) -> None:
    # 2 marks, 3 words of the template, 2 of the query, 4 of the document.
    whole = "<s> Q w0 w1 D w10 w11 w12 w13 R </s>"
    assert read(tokenizer, words(0, 2), words(10, 14), 11) == (whole, False)


def test_the_end_of_the_document_goes_first(tokenizer: Any) -> None:
    assert read(tokenizer, words(0, 2), words(10, 14), 10) == (
        "<s> Q w0 w1 D w10 w11 w12 R </s>",
        True,
    )


def test_a_model_that_writes_on_does_not_see_the_end(tokenizer: Any) -> None:
    assert read(tokenizer, words(0, 2), words(10, 14), 10, closed=False) == (
        "<s> Q w0 w1 D w10 w11 w12 w13 R",
        False,
    )


def test_a_long_query_leaves_the_document_half_of_the_room(tokenizer: Any) -> None:
    # 11 tokens less 5 of marks and template are 6: three for each.
    assert read(tokenizer, words(0, 9), words(10, 30), 11) == (
        "<s> Q w0 w1 w2 D w10 w11 w12 R </s>",
        True,
    )


def test_a_short_document_leaves_the_rest_to_the_query(tokenizer: Any) -> None:
    assert read(tokenizer, words(0, 9), "w10", 11) == (
        "<s> Q w0 w1 w2 w3 w4 D w10 R </s>",
        True,
    )


def test_the_document_may_come_first(tokenizer: Any) -> None:
    assert read(tokenizer, "w0", words(10, 30), 9, template="D {document} Q {query} R") == (
        "<s> D w10 w11 w12 Q w0 R </s>",
        True,
    )


def test_a_prompt_without_room_for_query_and_document_is_refused(tokenizer: Any) -> None:
    assert read(tokenizer, "w0 w1", "w10 w11", 7)[0] == "<s> Q w0 D w10 R </s>"
    with pytest.raises(UserError, match=r"may hold 6 tokens, .* it holds 3"):
        read(tokenizer, "w0 w1", "w10 w11", 6)


def test_many_prompts_keep_their_order(tokenizer: Any) -> None:
    template = PromptTemplate("{query} D {document}")
    prompts = [template.fill({"query": f"w{i % 40}", "document": "w1"}) for i in range(300)]
    tokens, cut = PromptReader(tokenizer, 99, closed=False).read(prompts)
    assert [WORDS[ids[1]] for ids in tokens] == [f"w{i % 40}" for i in range(300)]
    assert not cut.any()


def test_a_tokenizer_that_cannot_tell_places_is_refused() -> None:
    class Slow:
        is_fast = False

    with pytest.raises(UserError, match=r"tokenizer\.json"):
        PromptReader(Slow(), 10, closed=True)
