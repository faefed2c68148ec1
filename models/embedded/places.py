"""Where an exported model lies: in a folder, or with the package itself."""

from __future__ import annotations

from importlib.util import find_spec

from harness.errors import MissingExtra, UserError
from harness.workspace import workspace
from models.neural.places import SHIPPED, Place, located

GRAPH, TOKENIZER = "model.onnx", "tokenizer.json"
"""Files of an exported model; see `models.training.export`."""
EXTRA, NEEDED = "embedded", ("onnxruntime", "tokenizers")


def exported(name: str, adapter: str) -> Place:
    """Finds an exported model without loading it.

    Args:
        name: one of `SHIPPED`, or a folder's path, relative to the workspace's base.
        adapter: who asks for it, for messages.

    Raises:
        MissingExtra: onnxruntime or tokenizers is not installed.
        UserError: there is no such folder, or a file of it is missing.
    """
    if not all(map(find_spec, NEEDED)):
        raise MissingExtra(adapter, EXTRA)
    folder = SHIPPED.get(name) or workspace().path(name)
    if not name or not folder.is_dir():
        raise UserError(
            f"{adapter}('{name}'): no such folder: export a checkpoint into one, or give one of "
            f"{', '.join(SHIPPED)}"
        )
    for file in (GRAPH, TOKENIZER):
        if not (folder / file).is_file():
            raise UserError(
                f"{adapter}('{name}'): {file} is missing, so it is no exported model: export it "
                "with python -m models.training.export CHECKPOINT FOLDER"
            )
    return located(name, "")
