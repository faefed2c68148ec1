"""Model cards are data: what their names stand for, and where each fact was found.

The golden strings are what a model reads, written out by hand from the source that its card names,
for the query "who?", the instruction "Find it." and the document "A text.".
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from harness import spec
from harness.cards import read_cards
from harness.joins import join
from harness.loading import load_model
from harness.records import Document, Query, Text
from models.neural.prompts import PromptTemplate
from models.neural.saved import Saved

FOLDER = Path(__file__).parents[2] / "models" / "cards"
CARDS = {name: card for name, card in read_cards(FOLDER).items() if "source" in card}
"""Cards of models whose facts were looked up; lexical and reference models are our own code."""
WEB = "Instruct: Given a web search query, retrieve relevant passages that answer the query\n"
QUESTION = "Instruct: Given a question, retrieve passages that answer the question\n"
SENTENCE = "Represent this sentence for searching relevant passages: "
FACTS = ("parameter_count", "dimension", "max_length", "licence", "languages")
COMMIT = re.compile("[0-9a-f]{40}")
NOWHERE = "0" * 40
"""A commit for models of which none is known: without one they would be looked up on the hub."""
needs_models = pytest.mark.skipif(
    not find_spec("sentence_transformers"), reason="needs the extra models"
)


class Golden(NamedTuple):
    """What is read for a query without, with and with an empty instruction, and for a document."""

    plain: str
    instructed: str
    empty: str
    document: str


TOOLRET = ("Instruct: Find it.\nQuery: who?", "Instruct: \nQuery: who?")
TOOLRET_ENDED = tuple(f"{text}<|endoftext|>" for text in TOOLRET)
TOOLRET_E5 = ("Instruct: Find it.\nquery: who?", "Instruct: \nquery: who?")
BARE = Golden("who?", *TOOLRET, "A text.")
E5 = Golden("query: who?", *TOOLRET_E5, "passage: A text.")
E5_TOOLRET = Golden("query: who?", *TOOLRET_E5, "A text.")
BGE = Golden(SENTENCE + "who?", *TOOLRET, "A text.")
QWEN3 = Golden(
    WEB + "Query:who?", "Instruct: Find it.\nQuery:who?", "Instruct: \nQuery:who?", "A text."
)
NV_EMBED = (
    QUESTION + "Query: who?</s>",
    "Instruct: Find it.\nQuery: who?</s>",
    QUESTION + "Query: who?</s>",
)
GOLDEN = {
    # hub README of each model; ToolRet, toolret/eval.py at 3e3bd9a, for instructed queries
    "e5-small-v2": E5,
    "e5-base-v2": E5,
    "e5-large-v2": E5,
    # ToolRet, toolret/eval.py at 3e3bd9a
    "e5-small-v2-toolret": E5_TOOLRET,
    "e5-base-v2-toolret": E5_TOOLRET,
    "e5-large-v2-toolret": E5_TOOLRET,
    # hub README
    "e5-mistral-7b-instruct": Golden(
        WEB + "Query: who?", "Instruct: Find it.\nQuery: who?", WEB + "Query: who?", "A text."
    ),
    # FlagEmbedding README, model list; ToolRet for instructed queries
    "bge-small-en-v1.5": BGE,
    "bge-base-en-v1.5": BGE,
    "bge-large-en-v1.5": BGE,
    # ToolRet
    "bge-base-en-v1.5-toolret": BARE,
    "bge-large-en-v1.5-toolret": BARE,
    # hub README; ToolRet for instructed queries
    "gte-base-en-v1.5": BARE,
    "gte-large-en-v1.5": BARE,
    # MTEB gte_models.py for instructed queries, and for the token behind every text
    "gte-Qwen2-1.5B-instruct": Golden(
        WEB + "Query: who?<|endoftext|>", *TOOLRET_ENDED, "A text.<|endoftext|>"
    ),
    # ToolRet; the token is added by the tokenizer there
    "gte-Qwen2-1.5B-instruct-toolret": Golden(
        "who?<|endoftext|>", *TOOLRET_ENDED, "A text.<|endoftext|>"
    ),
    # MTEB: no prompts; ToolRet for instructed queries
    "gtr-t5-base": BARE,
    "gtr-t5-large": BARE,
    "contriever-msmarco": BARE,
    "all-MiniLM-L6-v2": BARE,
    "all-mpnet-base-v2": BARE,
    # hub README: end-of-sequence token behind every text
    "NV-Embed-v1": Golden(*NV_EMBED, "A text.</s>"),
    # ToolRet: behind queries only
    "NV-Embed-v1-toolret": Golden(*NV_EMBED, "A text."),
    # gritlm README: the instruction is a turn of the user, the rest follows the embedding mark
    "GritLM-7B": Golden(
        "<|embed|>\nwho?",
        "<|user|>\nFind it.\n<|embed|>\nwho?",
        "<|embed|>\nwho?",
        "<|embed|>\nA text.",
    ),
    # QwenLM/Qwen3-Embedding README at f4ad0c4: no space behind "Query:"
    "Qwen3-Embedding-0.6B": QWEN3,
    "Qwen3-Embedding-4B": QWEN3,
    "Qwen3-Embedding-8B": QWEN3,
    # ToolRet
    "COLT": BARE,
    "ToolRet-trained-e5-base-v2": E5_TOOLRET,
    "ToolRet-trained-e5-large-v2": E5_TOOLRET,
    "ToolRet-trained-bge-base-en-v1.5": BARE,
    "ToolRet-trained-bge-large-en-v1.5": BARE,
}


# ToolRet's reranker code (toolret/eval.py): what stands for the query, with an instruction
TWO_LINES = "Instruct: Find it.\nQuery: who?"
QUESTION_OF_GEMMA = (
    "\nB: A text.\nGiven a query A and a passage B, determine whether the passage contains an "
    "answer to the query by providing a prediction of either 'Yes' or 'No'."
)
SYSTEM_OF_QWEN3 = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and "
    'the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n'
    "<|im_start|>user\n"
)
END_OF_QWEN3 = (
    "\n<Query>: who?\n<Document>: A text.<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
)
BY_QWEN3 = (
    f"{SYSTEM_OF_QWEN3}<Instruct>: Given a web search query, retrieve relevant passages that "
    f"answer the query{END_OF_QWEN3}",
    f"{SYSTEM_OF_QWEN3}<Instruct>: Find it.{END_OF_QWEN3}",
)
PROMPTS = {
    # MTEB rerankers_monot5_based.py
    "monot5-base-msmarco": (
        "Query: who? Document: A text. Relevant:",
        f"Query: {TWO_LINES} Document: A text. Relevant:",
    ),
    # FlagEmbedding, examples/inference/reranker/README.md
    "bge-reranker-v2-gemma": (
        f"A: who?{QUESTION_OF_GEMMA}",
        f"A: {TWO_LINES}{QUESTION_OF_GEMMA}",
    ),
    # QwenLM/Qwen3-Embedding README at f4ad0c4
    "Qwen3-Reranker-0.6B": BY_QWEN3,
    "Qwen3-Reranker-4B": BY_QWEN3,
    "Qwen3-Reranker-8B": BY_QWEN3,
}
"""What a reranker reads for a query without and with an instruction."""


class Run(NamedTuple):
    """How ToolRet's code runs a model (toolret/eval.py and encode.py at 3e3bd9a)."""

    instructed: str
    empty: str
    document: str
    max_length: int
    dtype: str
    pooling: str = ""
    normalize: bool | None = None
    pool_prompts: bool | None = None
    bidirectional: bool = False


IN_TOOLRET = {
    "e5-small-v2": Run(*TOOLRET_E5, "A text.", 512, "float16", "mean", True),
    "e5-base-v2": Run(*TOOLRET_E5, "A text.", 512, "float16", "mean", True),
    "e5-large-v2": Run(*TOOLRET_E5, "A text.", 512, "float16", "mean", True),
    "bge-base-en-v1.5": Run(*TOOLRET, "A text.", 512, "float16", "cls", True),
    "bge-large-en-v1.5": Run(*TOOLRET, "A text.", 512, "float16", "cls", True),
    "gte-base-en-v1.5": Run(*TOOLRET, "A text.", 2048, "float16", "cls", True),
    "gte-large-en-v1.5": Run(*TOOLRET, "A text.", 2048, "float16", "cls", True),
    "all-MiniLM-L6-v2": Run(*TOOLRET, "A text.", 512, "float16", "mean", True),
    "contriever-msmarco": Run(*TOOLRET, "A text.", 512, "float16", "mean", False),
    "NV-Embed-v1": Run(*NV_EMBED[1:], "A text.", 2048, "float16", "", True),
    # These run in sentence-transformers; gtr's pooling and the length of COLT are their own.
    "gtr-t5-base": Run(*TOOLRET, "A text.", 2048, "float32"),
    "gtr-t5-large": Run(*TOOLRET, "A text.", 2048, "float32"),
    "COLT": Run(*TOOLRET, "A text.", 0, "float32"),
    "e5-mistral-7b-instruct": Run(
        GOLDEN["e5-mistral-7b-instruct"].instructed,
        WEB + "Query: who?",
        "A text.",
        2048,
        "float16",
        "lasttoken",
        True,
    ),
    # What ToolRet's code reads ends in the token that is written out here.
    "gte-Qwen2-1.5B-instruct": Run(
        *TOOLRET_ENDED,
        "A text.<|endoftext|>",
        2048,
        "float16",
        "lasttoken",
        True,
        bidirectional=True,
    ),
    # gritlm at 9710681: encode() cuts at 512 tokens, and ToolRet does not say otherwise; its
    # torch_dtype="auto" is that of the weights.
    "GritLM-7B": Run(
        "<|user|>\nFind it.\n<|embed|>\nwho?",
        "<|embed|>\nwho?",
        "<|embed|>\nA text.",
        512,
        "bfloat16",
        "mean",
        True,
        pool_prompts=False,
        bidirectional=True,
    ),
}


def call(expression: str) -> spec.Call:
    """What an expression, or a card's name, says."""
    card = CARDS.get(expression)
    found = spec.parse(card["stands_for"] if card else expression)
    assert isinstance(found, spec.Call)
    return found


def arguments(name: str) -> dict[str, Any]:
    """The named arguments of what a card's name stands for."""
    return dict(call(name).kwargs)


def standing_for(*adapters: str) -> list[str]:
    return sorted(name for name in CARDS if call(name).name in adapters)


def claims(name: str) -> list[str]:
    """What a card names a source for."""
    return [claim for listed in CARDS[name]["source"].values() for claim in listed]


def loaded(expression: str) -> Any:
    """The model of an expression, which stands for one of the cards."""
    asked = call(expression)
    name = expression if expression in CARDS else asked.name
    if call(name).name == "hf" and "revision" not in arguments(name):
        given = () if name == expression else asked.kwargs
        expression = str(spec.Call(name, kwargs=(*given, ("revision", NOWHERE))))
    return load_model(expression).model


def rendered(model: Any) -> Golden:
    """What an embedder's model reads. The mark between a prompt and its text is left out."""
    queries = [Text("who?"), Text("who?", "Find it."), Text("who?", "")]
    texts = [*model.render(queries, "query"), *model.render([Text("A text.")], "document")]
    return Golden(*(text.replace("\x1f", "") for text in texts))


@pytest.fixture(autouse=True)
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of the hub say nothing of themselves: their files are not here."""
    monkeypatch.setattr(Saved, "at", classmethod(lambda cls, place: cls()))


def test_every_model_that_is_told_its_words_has_a_golden_string() -> None:
    assert sorted(GOLDEN) == standing_for("hf")
    assert sorted(PROMPTS) == standing_for("monot5", "yesno")


@needs_models
@pytest.mark.parametrize("name", GOLDEN)
def test_an_embedder_reads_what_its_source_says(name: str) -> None:
    assert rendered(loaded(name)) == GOLDEN[name]


@needs_models
@pytest.mark.parametrize("name", PROMPTS)
def test_a_language_model_is_asked_in_the_words_it_was_trained_on(name: str) -> None:
    model = loaded(name)
    template = PromptTemplate(model.template)
    found = []
    for instruction in (None, "Find it."):
        texts = model.pair(Query("q", "who?", instruction), Document("d", "A text."))
        found.append(template.fill(dict(zip(template.fields, texts, strict=True))).text)
    assert tuple(found) == PROMPTS[name]


@needs_models
@pytest.mark.parametrize("name", standing_for("ce"))
def test_a_cross_encoder_reads_an_instruction_and_a_query_as_two_lines(name: str) -> None:
    model, document = loaded(name), Document("d", "A text.")
    assert model.pair(Query("q", "who?"), document) == ("who?", "A text.")
    assert model.pair(Query("q", "who?", "Find it."), document) == (TWO_LINES, "A text.")


@needs_models
@pytest.mark.parametrize("name", standing_for("late", "splade"))
def test_late_and_sparse_models_read_an_instruction_before_the_query(name: str) -> None:
    # As toolret/eval.py does for ColBERT; "prompt" stands for the mark that the model itself has.
    found = loaded(name).render([Text("who?"), Text("who?", "Find it.")], "query")
    assert [text.split("\x1f") for text in found] == [
        ["query", "prompt", "who?"],
        ["query", "prompt", "Find it. who?"],
    ]


@pytest.mark.skipif(not find_spec("openai"), reason="needs the extra openai")
@pytest.mark.parametrize("name", standing_for("openai-embedding"))
def test_an_endpoint_is_sent_a_query_alone_or_in_toolrets_words(name: str) -> None:
    assert rendered(loaded(name)) == BARE


@needs_models
@pytest.mark.parametrize("name", IN_TOOLRET)
def test_the_protocol_of_toolret_is_an_expression_away(name: str) -> None:
    model = loaded(CARDS[name]["as_in_toolret"])
    assert rendered(model)[1:] == IN_TOOLRET[name][:3]
    assert (model.max_length, model.dtype) == IN_TOOLRET[name][3:5]
    pooled = (model.pooling, model.normalize, model.pool_prompts, model.bidirectional)
    assert pooled == IN_TOOLRET[name][5:]


@needs_models
def test_the_prompt_of_mair_is_a_join_away() -> None:
    # mair.py: model.encode(query, prompt=instruction), with nothing between the two.
    model = loaded('e5-base-v2(query="{query}", document="{document}")')
    asked = join(Query("q", "who?", "Find it. "), "concat")
    assert model.render([Text(asked.text, asked.instruction)], "query") == ["Find it. who?"]
    assert model.render([Text("A text.")], "document") == ["A text."]


def test_every_embedder_that_toolret_ran_says_how() -> None:
    said = {name for name in standing_for("hf") if "as_in_toolret" in CARDS[name]}
    assert said == set(IN_TOOLRET)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_says_what_a_model_is_and_where_it_is_from(name: str) -> None:
    card = CARDS[name]
    wanted = ("title", "description", "kind", "version", "licence", "homepage", "instructions")
    assert {field for field in (*wanted, "citation", "source") if not card.get(field)} == set()
    assert str(call(name)) == str(spec.parse(str(call(name))))
    assert spec.parse(name) == spec.Call(name)


@pytest.mark.parametrize("name", CARDS)
def test_every_fact_has_a_source_and_every_source_a_fact(name: str) -> None:
    facts = {fact for fact in FACTS if fact in CARDS[name]} | set(arguments(name))
    assert facts <= set(claims(name))
    assert set(claims(name)) - facts <= {"as_in_toolret"}
    assert len(claims(name)) == len(set(claims(name)))


@pytest.mark.parametrize("name", CARDS)
def test_weights_are_pinned_to_a_commit_or_the_card_says_why_not(name: str) -> None:
    revision, why = arguments(name).get("revision"), CARDS[name].get("revision")
    assert bool(revision) != bool(why)
    assert revision is None or COMMIT.fullmatch(revision)


@pytest.mark.parametrize("name", CARDS)
def test_code_from_the_hub_runs_at_a_pinned_commit_only_and_the_card_says_so(name: str) -> None:
    runs_code = bool(arguments(name).get("trust_remote_code"))
    said = "executes code from the hub" in CARDS[name]["description"]
    assert runs_code == said
    assert not runs_code or COMMIT.fullmatch(arguments(name)["revision"])


@needs_models
def test_the_mark_between_a_prompt_and_its_text_stands_where_prompts_are_not_pooled() -> None:
    queries = [Text("who?"), Text("who?", "Find it.")]
    assert loaded("GritLM-7B").render(queries, "query") == [
        "<|embed|>\n\x1fwho?",
        "<|user|>\nFind it.\n<|embed|>\n\x1fwho?",
    ]


def test_no_two_cards_read_the_same_words_with_the_same_weights() -> None:
    words = ("query", "instructed", "empty", "document", "template", "default_instruction")
    keys = [(*call(n).args, *(arguments(n).get(word) for word in words)) for n in CARDS]
    assert len(set(keys)) == len(CARDS)


def test_sizes_are_plausible() -> None:
    for name, card in CARDS.items():
        assert 64 <= card.get("dimension", 64) <= 30522, name
        assert 10**7 < card.get("parameter_count", 10**8) < 10**10, name
        assert 128 <= card.get("max_length", 128) <= 8192, name


@pytest.mark.slow
@pytest.mark.parametrize("name", standing_for("hf", "late", "ce", "yesno"))
def test_facts_agree_with_mtebs_own(name: str) -> None:
    mteb = pytest.importorskip("mteb")
    known = {meta.name: meta for meta in mteb.get_model_metas()}
    meta = known.get(call(name).args[0])
    if meta is None:
        pytest.skip("mteb does not know it")
    card = CARDS[name]
    assert arguments(name)["revision"] == meta.revision
    if meta.license:
        assert card["licence"].lower() == meta.license
    if meta.n_parameters:
        assert card["parameter_count"] == meta.n_parameters
    # mteb gives the width of this one's feed-forward layers.
    if meta.embed_dim and card["kind"] == "embedder" and "gte-Qwen2" not in name:
        assert card["dimension"] == meta.embed_dim
