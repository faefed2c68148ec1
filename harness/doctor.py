"""What is installed, and what more could be."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from harness.registry import HOME
from harness.sources import ENVIRONMENT

DISTRIBUTION = "assay-harness"
ADDS: Mapping[str, str] = {
    "fast": "BM25 search on all cores, several times faster",
    "models": "embedders, rerankers and late interaction: hf, ce, late, splade, monot5, yesno",
    "minilm": "the model minilm: all-MiniLM-L6-v2, weights included",
    "mteb": 'every embedder that the mteb package implements: mteb("name")',
    "openai": "endpoints that speak OpenAI's protocol: openai-embedding, openai, listwise, agents",
    "faiss": "exact vector search on a CPU twice as fast, and approximate indexes",
    "faiss-gpu": "the same on a GPU, instead of faiss",
    "figures": "the figures of assay board export",
    "sandbox": "programs that models write, run apart from everything",
    "mcp": "MCP servers as worlds, and problems served as MCP servers: assay serve",
    "view": "attempts in the viewer of inspect_ai: assay view",
    "train": "training of models: assay train, see assay producers",
    "embedded": "models without torch: starter-embedder, weights included, and what was exported",
    "export": "trained models written in the form that the extra embedded runs",
    "rank": "the model bm25-rank: BM25 as the rank-bm25 package computes it",
    "lucene": "the model bm25-pyserini: BM25 in Lucene, with its own Java",
    "oracle": "trec_eval's own measures, which the tests compare ours with",
    "bench": "the peers that the speed benchmarks run against",
    "dev": "everything that the tests and checks of this project need",
}
"""What each optional extra is good for."""

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(\[(?P<extras>[\w,\s-]+)\])?")
_EXTRA = re.compile(r"extra\s*==\s*['\"](?P<extra>[\w-]+)['\"]")


@dataclass(frozen=True, slots=True)
class Extra:
    """An optional set of packages.

    Attributes:
        packages: every package to the version that is installed, None where it is not.
    """

    name: str
    adds: str
    packages: Mapping[str, str | None]

    @property
    def installed(self) -> bool:
        """True when all of its packages are."""
        return None not in self.packages.values()


@dataclass(frozen=True, slots=True)
class Checkup:
    """The state of an installation.

    Attributes:
        packages: the packages that are always needed, to their versions.
        data: the mirror folder that ASSAY_DATA names, None where it names none.
        data_found: whether that folder exists.
        offline: the switches that keep the hub's client off the network and are on.
    """

    version: str
    python: str
    home: str
    packages: Mapping[str, str | None]
    extras: tuple[Extra, ...]
    data: str | None
    data_found: bool
    offline: tuple[str, ...]
    cores: int


def examine() -> Checkup:
    """Looks at what is installed. Imports none of it."""
    data = os.environ.get(ENVIRONMENT)
    wanted = _requirements()
    extras = (name for name in wanted if name)
    switches = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
    return Checkup(
        version=_version(DISTRIBUTION) or "not installed",
        python=platform.python_version(),
        home=str(HOME),
        packages=_versions(wanted.get("", ())),
        extras=tuple(Extra(e, ADDS.get(e, ""), _versions(_expanded(e, wanted))) for e in extras),
        data=data,
        data_found=bool(data) and Path(str(data)).expanduser().is_dir(),
        offline=tuple(name for name in switches if os.environ.get(name, "0") not in ("", "0")),
        cores=os.cpu_count() or 1,
    )


def _requirements() -> dict[str, list[str]]:
    """Requirements by extra; those of the base under an empty name."""
    try:
        lines = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return {}
    found: dict[str, list[str]] = {}
    for line in lines:
        extra = _EXTRA.search(line)
        found.setdefault(extra["extra"] if extra else "", []).append(line)
    return found


def _expanded(extra: str, wanted: Mapping[str, list[str]]) -> Iterator[str]:
    """An extra's requirements, with those of the extras that it includes."""
    for line in wanted.get(extra, ()):
        match = _REQUIREMENT.match(line)
        if match and match["name"] == DISTRIBUTION and match["extras"]:
            for inner in match["extras"].split(","):
                yield from _expanded(inner.strip(), wanted)
        else:
            yield line


def _versions(lines: Iterable[str]) -> dict[str, str | None]:
    names = [match["name"] for line in lines if (match := _REQUIREMENT.match(line))]
    return {name: _version(name) for name in names}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
