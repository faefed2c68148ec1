"""What a checkpoint is and where it comes from: its model card, and a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.files import replacing
from harness.loading.identity import TRAINING
from harness.training.configuration import LoadedProducer

CARD, README = "model.yaml", "README.md"


def write_card(folder: Path, loaded: LoadedProducer, files: Sequence[str]) -> None:
    """Writes what the checkpoint is: for people first, and last what makes it a model.

    Nothing in it differs between two trainings that came out alike.
    """
    import yaml

    told = {
        "adapter": loaded.producer.adapter,
        "title": title_of(loaded),
        "lineage": {
            "method": loaded.name,
            "version": loaded.identity["version"],
            "parent": dict(loaded.producer.parent),
            "data": {label: dict(found) for label, found in loaded.inputs.items()},
            "config": dict(loaded.parameters),
        },
    }
    with replacing(folder / README) as file:
        file.write(_readme(told, files).encode())
    with replacing(folder / CARD) as file:
        file.write(yaml.safe_dump(told, sort_keys=False, allow_unicode=True).encode())


def title_of(loaded: LoadedProducer) -> str:
    """What people call the outcome."""
    parent = loaded.producer.parent.get("name", "").rstrip("/")
    return f"{parent} + {loaded.name}" if parent else loaded.name


def _readme(card: Mapping[str, Any], files: Sequence[str]) -> str:
    """A page about the checkpoint."""
    import yaml

    lineage = card["lineage"]
    config = yaml.safe_dump(lineage["config"], sort_keys=False, allow_unicode=True)
    parent = lineage["parent"].get("name", "nothing: its weights were drawn by chance")
    data = "\n".join(
        f"- {label}: `{found['name']}`, SHA-256 `{found['sha256']}`"
        for label, found in lineage["data"].items()
    )
    return (
        f"# {card['title']}\n\n"
        f"Made by `assay train {lineage['method']}` (version {lineage['version']}) "
        f"from {parent}.\n\n"
        f"`assay run -m` takes it as `PATH/OF/THIS/FOLDER/`, alone, in an agent or in a pipeline; "
        f"its adapter is `{card['adapter']}`.\n\n"
        f"## Data\n\n{data or 'None.'}\n\n"
        f"## Configuration\n\n```yaml\n{config}```\n\n"
        f"`{TRAINING}/` has its data as rows, its curves, and what it cost.\n\n"
        f"## Files\n\n" + "".join(f"- `{name}`\n" for name in files)
    )
