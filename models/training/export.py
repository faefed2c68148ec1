"""Checkpoints of torch exported to ONNX, to be run without torch by `models.embedded`.

Weights are stored as float16, each with a cast behind it that onnxruntime carries out once, when it
loads the graph: the file is half as large, and what is computed is computed in float32. Those of a
language model lie in `model.safetensors` beside the graph, from which transformers opens the same
folder, so that what was exported can be trained further.

    python -m models.training.export CHECKPOINT FOLDER
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.errors import MissingExtra, UserError, plainly
from harness.files import replacing
from models.neural.opening import quiet

if TYPE_CHECKING:
    import onnx
    import torch

GRAPH, WEIGHTS = "model.onnx", "model.safetensors"
OPSET = 20
LANGUAGE_MODEL_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
)
"""What the embedded runtime reads beside the graph, copied where it is there."""
ENCODER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
)
HALF = ".half"
"""Behind the name of what is stored as float16."""
_SMALL = 1024
"""Numbers below which a constant stays as it is: masks, frequencies, the weights of a norm."""


def export_language_model(checkpoint: Path, folder: Path) -> None:
    """Exports a causal language model with its cache of keys and values.

    The graph takes `input_ids`, `attention_mask`, `position_ids`, `kept` (places whose logits are
    wanted) and `past_key_values.N.key` and `.value`; it gives `logits` and `present.N.key` and
    `.value`.

    Args:
        checkpoint: a folder that transformers opens, of the kind of Llama or Qwen2.
        folder: where the graph and the files of the tokenizer go.

    Raises:
        MissingExtra: torch, transformers or onnx is not installed.
        UserError: the checkpoint cannot be opened.
    """
    torch = _torch()
    from transformers import AutoModelForCausalLM

    with quiet():
        model = _opened(
            lambda: AutoModelForCausalLM.from_pretrained(
                checkpoint, dtype=torch.float32, attn_implementation="eager"
            ),
            checkpoint,
        )
    graph = _language_model_graph(model.eval())
    folder.mkdir(parents=True, exist_ok=True)
    places = _save_weights(model, folder / WEIGHTS)
    _write(outside(graph, folder / WEIGHTS, places), checkpoint, folder, LANGUAGE_MODEL_FILES)


def export_encoder(checkpoint: Path, folder: Path) -> None:
    """Exports a sentence encoder with its pooling.

    The graph takes `input_ids` and `attention_mask` and gives `sentence_embedding`, whatever stands
    between them in sentence-transformers.

    Args:
        checkpoint: a folder that sentence-transformers opens, its first module a transformer.
        folder: where the graph and the files of the tokenizer go.

    Raises:
        MissingExtra: torch, sentence-transformers or onnx is not installed.
        UserError: the checkpoint cannot be opened.
    """
    _torch()
    from sentence_transformers import SentenceTransformer

    with quiet():
        model = _opened(
            lambda: SentenceTransformer(
                str(checkpoint), device="cpu", model_kwargs={"attn_implementation": "eager"}
            ),
            checkpoint,
        )
    _write(_encoder_graph(model.eval()), checkpoint, folder, ENCODER_FILES)


def _language_model_graph(model: Any) -> onnx.ModelProto:
    import torch
    from transformers import DynamicCache

    config = model.config
    layers, heads = config.num_hidden_layers, config.num_key_value_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads

    class Step(torch.nn.Module):
        """Tokens behind what was read before."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any, positions: Any, kept: Any, past: Any) -> Any:
            pairs = list(zip(past[::2], past[1::2], strict=True))
            cache: Any = DynamicCache(pairs)
            before = past[0].shape[2]
            own = torch.arange(before, before + ids.shape[1])[:, None]
            seen = (torch.arange(mask.shape[1])[None] <= own)[None] & (mask[:, None] > 0)
            bias = torch.where(seen, 0.0, -1e9)[:, None]
            hidden = self.model.model(
                input_ids=ids, attention_mask=bias, position_ids=positions, past_key_values=cache
            ).last_hidden_state
            logits = self.model.lm_head(hidden.index_select(1, kept))
            grown = [t for layer in cache.layers for t in (layer.keys, layer.values)]
            return (logits, *grown)

    rows, before, n = 2, 3, 4
    past = [torch.zeros(rows, heads, before, width) for _ in range(2 * layers)]
    example = (
        torch.ones(rows, n, dtype=torch.int64),
        torch.ones(rows, before + n, dtype=torch.int64),
        torch.arange(before, before + n).repeat(rows, 1),
        torch.tensor([1, n - 1]),
        past,
    )
    dim = torch.export.Dim
    row, old, new, all_ = dim("rows"), dim("before"), dim("n"), dim("all")
    shapes = (
        {0: row, 1: new},
        {0: row, 1: all_},
        {0: row, 1: new},
        {0: dim("k")},
        [{0: row, 2: old} for _ in past],
    )
    names = [f"{i}.{part}" for i in range(layers) for part in ("key", "value")]
    return _exported(
        Step(),
        example,
        shapes,
        [
            *("input_ids", "attention_mask", "position_ids", "kept"),
            *(f"past_key_values.{name}" for name in names),
        ],
        ["logits", *(f"present.{name}" for name in names)],
    )


def _encoder_graph(model: Any) -> onnx.ModelProto:
    import torch

    class Encode(torch.nn.Module):
        """Tokens to one vector a text."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any) -> Any:
            features = {"input_ids": ids, "attention_mask": mask, "modality": "text"}
            for module in self.model:
                features = module(features)
            return features["sentence_embedding"]

    example = (torch.ones(2, 5, dtype=torch.int64), torch.ones(2, 5, dtype=torch.int64))
    row, n = torch.export.Dim("rows"), torch.export.Dim("n")
    shapes = ({0: row, 1: n}, {0: row, 1: n})
    return _exported(
        Encode(), example, shapes, ["input_ids", "attention_mask"], ["sentence_embedding"]
    )


def _exported(
    module: torch.nn.Module,
    example: tuple[Any, ...],
    shapes: tuple[Any, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
) -> onnx.ModelProto:
    """A module as a graph of float16 weights, that says nothing of where it was made."""
    import torch

    with torch.inference_mode(), quiet():
        program = torch.onnx.export(
            module,
            example,
            dynamo=True,
            dynamic_shapes=shapes,
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    graph: onnx.ModelProto = program.model_proto
    return plain(halved(graph))


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its large float32 constants as float16, each behind a cast back."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    casts = []
    for constant in graph.initializer:
        if constant.data_type != TensorProto.FLOAT or np.prod(constant.dims) < _SMALL:
            continue
        name = constant.name
        values = numpy_helper.to_array(constant).astype(np.float16)
        constant.CopyFrom(numpy_helper.from_array(values, name + HALF))
        casts.append(
            helper.make_node(
                "Cast", [constant.name], [name], name=f"{name}.whole", to=TensorProto.FLOAT
            )
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def outside(
    model: onnx.ModelProto, weights: Path, places: Mapping[str, tuple[int, int]]
) -> onnx.ModelProto:
    """The model with its large weights in another file, where they may stand transposed.

    Args:
        model: as `halved` leaves it.
        weights: the file, in the format of safetensors.
        places: of each tensor in it, its first byte in the file and how many there are.

    Raises:
        ValueError: one of the model's weights is not in the file.
    """
    from onnx import external_data_helper, helper, numpy_helper
    from safetensors.numpy import load_file

    held: dict[tuple[bytes, bool], str] = {}
    tensors = load_file(weights)
    for name, tensor in tensors.items():
        held[np.ascontiguousarray(tensor.T).tobytes(), True] = name
        held[tensor.tobytes(), False] = name
    nodes = {node.input[0]: node for node in model.graph.node if node.op_type == "Cast"}
    turned: dict[str, onnx.NodeProto] = {}
    for constant in model.graph.initializer:
        if not constant.name.endswith(HALF):
            continue
        raw = numpy_helper.to_array(constant).tobytes()
        as_it_is = (raw, False) in held
        if (raw, not as_it_is) not in held:
            raise ValueError(f"{constant.name} is none of the weights in {weights.name}")
        name = held[raw, not as_it_is]
        constant.CopyFrom(numpy_helper.from_array(tensors[name], constant.name))
        first, length = places[name]
        external_data_helper.set_external_data(constant, weights.name, first, length)
        constant.ClearField("raw_data")
        if not as_it_is:
            cast = nodes[constant.name]
            whole, rows = cast.output[0], f"{cast.output[0]}.rows"
            cast.output[0] = rows
            turned[rows] = helper.make_node(
                "Transpose", [rows], [whole], name=f"{whole}.turned", perm=[1, 0]
            )
    ordered = [
        made for node in model.graph.node for made in (node, turned.get(node.output[0])) if made
    ]
    del model.graph.node[:]
    model.graph.node.extend(ordered)
    return model


def _save_weights(model: Any, path: Path) -> dict[str, tuple[int, int]]:
    """Writes a model's weights, large ones as float16, and tells where in the file each lies."""
    from safetensors.torch import save_file

    named: dict[str, Any] = {}
    seen: set[int] = set()
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() not in seen:  # weights that are tied stand there once
            seen.add(tensor.data_ptr())
            large = tensor.numel() >= _SMALL
            named[name] = (tensor.half() if large else tensor.float()).contiguous()
    save_file(named, path, metadata={"format": "pt"})
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    edges = {name: told["data_offsets"] for name, told in header.items() if name in named}
    return {name: (8 + size + start, end - start) for name, (start, end) in edges.items()}


def plain(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without what its exporter noted: paths, stack traces, versions, inner shapes."""
    del model.metadata_props[:]
    del model.functions[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    model.producer_name, model.producer_version, model.doc_string = "", "", ""
    model.graph.doc_string = ""
    for noted in (*model.graph.node, *model.graph.initializer):
        del noted.metadata_props[:]
        noted.doc_string = ""
    for value in (*model.graph.input, *model.graph.output):
        del value.metadata_props[:]
    return model


def _write(graph: onnx.ModelProto, checkpoint: Path, folder: Path, files: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in files:
        if (checkpoint / name).is_file() and (checkpoint / name) != folder / name:
            shutil.copyfile(checkpoint / name, folder / name)
    with replacing(folder / GRAPH) as file:
        file.write(graph.SerializeToString(deterministic=True))


def _opened(build: Any, checkpoint: Path) -> Any:
    try:
        return build()
    except (OSError, ValueError, KeyError) as error:
        said = " ".join(str(error).split())[:200]
        raise UserError(f"{checkpoint} cannot be exported: {said}") from error


def _torch() -> Any:
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
        import torch
        import transformers  # noqa: F401
    except ImportError as error:
        raise MissingExtra("exporting a model", "train") from error
    return torch


def main(arguments: Sequence[str]) -> int:
    """Exports CHECKPOINT into FOLDER, whichever of the two kinds it is."""
    if len(arguments) != 2:
        print("usage: python -m models.training.export CHECKPOINT FOLDER", file=sys.stderr)  # noqa: T201
        return 2
    checkpoint, folder = map(Path, arguments)
    encoder = (checkpoint / "modules.json").is_file()
    (export_encoder if encoder else export_language_model)(checkpoint, folder)
    return 0


if __name__ == "__main__":
    with plainly():
        sys.exit(main(sys.argv[1:]))
