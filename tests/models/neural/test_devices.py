"""Devices are chosen or refused by name; a full memory halves what is tried."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from harness.errors import UserError  # noqa: E402
from models.neural.devices import (  # noqa: E402
    choose_device,
    fitting,
    out_of_memory,
    torch_dtype,
)


def has(monkeypatch: pytest.MonkeyPatch, *, cuda: int = 0, mps: bool = False) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: cuda > 0)
    monkeypatch.setattr("torch.cuda.device_count", lambda: cuda)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: mps)


def test_the_best_device_there_is_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    has(monkeypatch)
    assert choose_device(None) == "cpu"
    has(monkeypatch, mps=True)
    assert choose_device(None) == "mps"
    has(monkeypatch, cuda=1, mps=True)
    assert choose_device(None) == "cuda"


def test_a_device_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    has(monkeypatch, cuda=2)
    assert choose_device("cpu") == "cpu"
    assert choose_device("cuda:1") == "cuda:1"
    assert choose_device("cuda:0, cuda:1") == "cuda:0,cuda:1"


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("cuda:2", "no device 'cuda:2': this machine has 2 of them"),
        ("cuda:0,cuda:7", "no device 'cuda:7'"),
        ("mps", "no device 'mps'"),
        ("gpu", "torch knows no device 'gpu'"),
        ("cuda 1", "'cuda 1' is no device"),
        ("", "'' is no device"),
    ],
)
def test_a_device_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, device: str, said: str
) -> None:
    has(monkeypatch, cuda=2)
    with pytest.raises(UserError, match=said):
        choose_device(device)


def test_a_machine_without_a_gpu_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    has(monkeypatch)
    with pytest.raises(UserError, match=r'has none, or torch was installed without CUDA.*"cpu"'):
        choose_device("cuda")


def test_a_dtype_goes_by_its_name() -> None:
    assert torch_dtype("bfloat16") is torch.bfloat16
    with pytest.raises(UserError, match=r"unknown dtype 'float15'\. Did you mean float16"):
        torch_dtype("float15")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 byte"),
        MemoryError(),
    ],
)
def test_a_full_memory_halves_until_the_work_fits(error: Exception) -> None:
    tried: list[int] = []

    def run(size: int) -> str:
        tried.append(size)
        if size > 10:
            raise error
        return f"{size} at a time"

    assert out_of_memory(error)
    assert fitting(run, 64) == "8 at a time"
    assert tried == [64, 32, 16, 8]


def test_what_does_not_fit_one_at_a_time_does_not_fit() -> None:
    def run(size: int) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(UserError, match="does not suffice for one text at a time"):
        fitting(run, 5)


def test_any_other_error_is_not_tried_again() -> None:
    tried: list[int] = []

    def run(size: int) -> None:
        tried.append(size)
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        fitting(run, 64)
    assert tried == [64]
