"""Training and sampling against the libraries used plainly: same model, data and machine, one run.

    python benchmarks/training.py [--rows N] [--repeats N] [--threads N]

Training: `sft` against trl's own SFTTrainer on the same token ids, with the same batch and the same
rows at once, full weights in float32 (bfloat16 on a graphics card). Tokens are those of the rows,
padding not counted; loading and rendering are not timed, writing curves is. Sampling: 32 questions
that come together, against `generate` for one after the other, both greedily and of the same
length. Turns are interleaved, and the best of each side counts.

The model is a Llama of 4 layers and width 128 with random weights; rows have 20 to 500 tokens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    PreTrainedTokenizerFast,
)

from harness.records import Message
from harness.training.ledger import Ledger
from harness.training.work import Work
from models.neural.devices import choose_device
from models.neural.opening import quiet
from models.producers.sft import Sft
from models.training.running.course import Course
from models.training.text.base import load_model, open_base
from models.transformers_chat import TransformersChat

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
WORDS = ("river", "stone", "window", "garden", "paper", "silver", "morning", "question", "answer")
BATCH, MICRO_BATCH, NEW = 32, 8, 64
SAMPLED = 32


def main() -> None:
    """Prints one line for training and one for sampling."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = choose_device(None)
    print(f"trl {version('trl')}, torch {torch.__version__}, {device}, {options.threads} threads")
    with TemporaryDirectory() as folder:
        root = Path(folder)
        data = written(root / "data.jsonl", options.rows)
        save_model(root / "base")
        with Ledger(root, "train") as ledger:  # its meter runs beside both sides
            training(root, data, device, options.repeats, ledger)
        sampling(root / "base", device, options.repeats)


def written(path: Path, rows: int) -> Path:
    """Conversations of different lengths."""
    chance = random.Random(1)
    with path.open("w") as file:
        for _ in range(rows):
            asked, said = (chance.choices(WORDS, k=chance.randint(10, 250)) for _ in range(2))
            file.write(json.dumps({"prompt": " ".join(asked), "completion": " ".join(said)}) + "\n")
    return path


def save_model(folder: Path) -> None:
    """A small Llama, and a tokenizer that has about one token a word."""
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=4096,
        special_tokens=["<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words.train_from_iterator([" ".join(WORDS)] * 10, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token="<|end|>", pad_token="<|pad|>"
    )
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=4096,
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        max_position_embeddings=1024,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    with quiet():
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def training(root: Path, data: Path, device: str, repeats: int, ledger: Ledger) -> None:
    """Tokens a second of both sides."""
    producer = Sft(
        str(root / "base"),
        str(data),
        batch=BATCH,
        micro_batch=MICRO_BATCH,
        device=device,
        dtype="float32" if device == "cpu" else "bfloat16",
    )
    rows = Work(root / "data", root, {}, ledger)
    rows.folder.mkdir()
    producer.stages()[0].run(rows)
    tokens = json.loads((rows.folder / "summary.json").read_text())["tokens"]
    steps = producer.total_steps(len(rows.rows("rows.jsonl")))

    def ours(turn: int) -> Any:
        folder = root / f"train-{turn}"
        folder.mkdir()
        work = Work(folder, root, {"data": rows.folder}, ledger)
        optimisation: Any = producer.stages()[1]
        return optimisation._trainer(Course(producer, work, steps), open_base(producer).tokenizer)

    def plain(turn: int) -> Any:
        from trl.trainer.sft_config import SFTConfig
        from trl.trainer.sft_trainer import SFTTrainer

        return SFTTrainer(
            model=load_model(producer),
            args=SFTConfig(
                output_dir=str(root / f"plain-{turn}"),
                per_device_train_batch_size=MICRO_BATCH,
                gradient_accumulation_steps=BATCH // MICRO_BATCH,
                max_steps=steps,
                learning_rate=producer.lr,
                gradient_checkpointing=False,
                bf16=device != "cpu",
                use_cpu=device == "cpu",
                max_length=None,
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
            ),
            train_dataset=ours_rows,
            processing_class=open_base(producer).tokenizer,
        )

    with quiet():
        ours_rows = ours(-1).train_dataset
    sides = {"assay sft": ours, "trl, plainly": plain}
    best = compared({name: timed_training(make) for name, make in sides.items()}, repeats)
    speeds = {name: tokens / seconds for name, seconds in best.items()}
    print(f"training, {len(ours_rows)} rows, {tokens:,} tokens, {steps} steps of {BATCH} rows")
    tell(speeds, "tokens/s", bar=1.0)


def timed_training(make: Callable[[int], Any]) -> Callable[[int], float]:
    """Seconds that training takes once everything is loaded."""

    def run(turn: int) -> float:
        with quiet():
            trainer = make(turn)
            trainer.pop_callback(trainer_printer())
            start = perf_counter()
            trainer.train()
            return perf_counter() - start

    return run


def trainer_printer() -> Any:
    """What prints a line every few steps."""
    from transformers.trainer_callback import PrinterCallback

    return PrinterCallback


def sampling(base: Path, device: str, repeats: int) -> None:
    """Answers a second of both sides."""
    chance = random.Random(2)
    asked = [" ".join(chance.choices(WORDS, k=40)) for _ in range(SAMPLED)]
    chat = TransformersChat(str(base), device=device, max_tokens=NEW, batch_size=SAMPLED)
    with quiet():
        tokenizer: Any = AutoTokenizer.from_pretrained(base)
        model: Any = AutoModelForCausalLM.from_pretrained(base).to(device).eval()

    async def together() -> Sequence[Any]:
        return await asyncio.gather(*(chat.sample([Message("user", text)]) for text in asked))

    def one_by_one() -> list[list[int]]:
        found = []
        for text in asked:
            filled = tokenizer.apply_chat_template(
                [{"role": "user", "content": text}],
                add_generation_prompt=True,
                return_tensors="pt",
                return_dict=True,
            ).to(device)
            with torch.inference_mode():
                drawn = model.generate(**filled, do_sample=False, max_new_tokens=NEW)
            found.append(drawn[0, filled["input_ids"].shape[1] :].tolist())
        return found

    same = sum(
        ours.tokens.tolist() == theirs
        for ours, theirs in zip(asyncio.run(together()), one_by_one(), strict=True)
    )
    sides = {
        "assay transformers": lambda: asyncio.run(together()),
        "generate, one by one": one_by_one,
    }
    best = compared({name: timed(work) for name, work in sides.items()}, repeats)
    print(f"sampling, {SAMPLED} questions, {NEW} tokens each; {same} answers are the same")
    tell({name: SAMPLED / seconds for name, seconds in best.items()}, "answers/s", bar=3.0)


def timed(work: Callable[[], Any]) -> Callable[[int], float]:
    """Seconds of a piece of work."""

    def run(turn: int) -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return run


def compared(sides: Mapping[str, Callable[[int], float]], repeats: int) -> dict[str, float]:
    """The fewest seconds of each side, turns interleaved."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(repeats):
        for name, run in sides.items():
            taken[name].append(run(turn))
    return {name: min(seconds) for name, seconds in taken.items()}


def tell(speeds: Mapping[str, float], unit: str, bar: float) -> None:
    """Prints both speeds, and what our own is of the other."""
    (ours, fast), (theirs, plain) = speeds.items()
    met = "met" if fast / plain >= bar else "MISSED"
    print(f"  {ours} {fast:,.1f}, {theirs} {plain:,.1f} {unit}: {fast / plain:.2f}x")
    print(f"  bar {bar:g}x: {met}")


if __name__ == "__main__":
    main()
