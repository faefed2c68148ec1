"""Which engine searches where, and that a GPU multiplies in full precision."""

from __future__ import annotations

import sys
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from harness.errors import UserError
from harness.vectors import engines
from harness.vectors.best import Best

MEMORY = 256 << 20


def chosen(device, queries, *, k=100, memory=MEMORY):
    return engines.choose(device, queries, 384, k, memory)


@pytest.fixture
def without(monkeypatch):
    """Hides installed packages."""

    def hide(*names):
        found = engines.find_spec
        monkeypatch.setattr(engines, "find_spec", lambda name: name not in names and found(name))

    return hide


@pytest.fixture
def loaded_torch(monkeypatch):
    """A torch that is loaded, with or without a GPU."""

    def load(gpu):
        cuda = SimpleNamespace(is_available=lambda: gpu)
        monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))

    return load


def test_few_queries_are_searched_by_numpy_and_many_by_faiss(loaded_torch):
    pytest.importorskip("faiss")
    loaded_torch(gpu=False)
    assert chosen("cpu", 300) is engines.by_numpy
    assert chosen("cpu", 7600).func is engines.by_faiss
    assert chosen("cpu", 7600).keywords == {"gpu": False}
    assert chosen(None, 7600).keywords == {"gpu": True}


def test_without_faiss_numpy_searches_for_any_number_of_queries(without, loaded_torch):
    loaded_torch(gpu=False)
    without("faiss")
    assert chosen(None, 7600) is engines.by_numpy


def test_memory_too_small_for_large_blocks_leaves_the_search_to_numpy():
    # faiss would take ten queries at a time, and as long as without BLAS.
    assert chosen("cpu", 7600, memory=1 << 20) is engines.by_numpy


def test_a_gpu_is_taken_where_torch_has_loaded_it_already(loaded_torch):
    loaded_torch(gpu=True)
    assert engines.place(None) == "cuda"
    assert engines.place("cpu") == "cpu"
    loaded_torch(gpu=False)
    assert engines.place(None) == "cpu"


def test_of_several_devices_the_first_searches(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: name == "torch")
    assert engines.place("cuda:1, cuda:0") == "cuda:1"
    engine = chosen("cuda:1, cuda:0", 1)
    assert (engine.func, engine.keywords) == (engines.by_torch, {"device": "cuda:1"})


def test_a_device_that_nothing_can_use_is_refused_with_a_way_out(without):
    without("torch", "faiss")
    with pytest.raises(UserError, match=r'searching on "cuda" needs torch.*device="cpu"'):
        chosen("cuda", 1)


def test_faiss_takes_a_device_where_torch_is_missing_and_it_has_a_gpu(without, monkeypatch):
    faiss = pytest.importorskip("faiss")
    without("torch")
    with pytest.raises(UserError, match="faiss-gpu and a GPU"):
        chosen("cuda", 1)
    monkeypatch.setattr(faiss, "get_num_gpus", lambda: 1)
    assert chosen("cuda", 1).keywords == {"gpu": True}


@pytest.mark.parametrize(("k", "used"), [(3, True), (2048, False)])
def test_faiss_searches_on_its_gpu_as_deep_as_that_goes(monkeypatch, k, used):
    faiss = pytest.importorskip("faiss")
    calls = []

    def knn_gpu(resources, *args, **keywords):
        calls.append(resources)
        return faiss.knn(*args, **keywords)

    monkeypatch.setattr(faiss, "get_num_gpus", lambda: 1)
    monkeypatch.setattr(faiss, "knn_gpu", knn_gpu, raising=False)
    monkeypatch.setattr(faiss, "StandardGpuResources", lambda: "the GPU", raising=False)
    vectors = np.arange(3000, dtype=np.float32)[:, None]
    best = Best(1, k, np.arange(3000))
    chunk = np.arange(3000), vectors
    engines.by_faiss(best, np.arange(1), vectors[1:2], chunk, MEMORY, gpu=True)
    assert best.result()[0][0].tolist() == list(range(2999, 2999 - k, -1))
    assert calls == ["the GPU"] * used


def test_torch_moves_vectors_in_slices_that_fit(monkeypatch):
    torch = pytest.importorskip("torch")
    moved = []
    tensor = torch.tensor
    monkeypatch.setattr(
        torch, "tensor", lambda data, **to: moved.append(data.shape) or tensor(data, **to)
    )
    best = Best(2, 1, np.arange(100))
    vectors = np.arange(100, dtype=np.float32)[:, None]
    queries = np.array([[1], [-1]], dtype=np.float32)
    engine = partial(engines.by_torch, device="cpu")
    # Of 1920 bytes, half are for scores: 2 queries at 16 bytes a score leave room for 30 vectors.
    engine(best, np.arange(2), queries, (np.arange(100), vectors), 1920)
    assert best.result()[0].tolist() == [[99], [0]]
    assert [shape for shape in moved if shape != (2, 1)] == [(30, 1)] * 3 + [(10, 1)]


def test_products_keep_full_precision_and_a_models_setting_is_restored():
    torch = pytest.importorskip("torch")
    before = torch.get_float32_matmul_precision()
    try:
        torch.set_float32_matmul_precision("high")
        with engines.full_precision(torch):
            assert torch.backends.cuda.matmul.fp32_precision == "ieee"
        assert torch.get_float32_matmul_precision() == "high"
        assert torch.backends.cuda.matmul.allow_tf32
    finally:
        torch.set_float32_matmul_precision(before)


def test_torch_before_2_9_keeps_full_precision_too():
    matmul = SimpleNamespace(allow_tf32=True)
    cuda = SimpleNamespace(matmul=matmul)
    with engines.full_precision(SimpleNamespace(backends=SimpleNamespace(cuda=cuda))):
        assert matmul.allow_tf32 is False
    assert matmul.allow_tf32 is True
