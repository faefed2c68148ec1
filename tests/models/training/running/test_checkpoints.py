"""Only whole checkpoints count, at whatever byte their writer was killed."""

from __future__ import annotations

from pathlib import Path

from models.training.running import checkpoints


def written(folder: Path, step: int) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    (path / "model.safetensors").write_bytes(b"weights")
    return path


def test_a_checkpoint_counts_once_it_is_marked(tmp_path: Path) -> None:
    path = written(tmp_path, 10)
    assert checkpoints.whole(tmp_path) == []
    checkpoints.mark(path)
    assert checkpoints.whole(tmp_path) == [path]


def test_the_last_two_are_kept_by_number_and_not_by_name(tmp_path: Path) -> None:
    for step in (8, 9, 10):
        checkpoints.mark(written(tmp_path, step))
    assert [path.name for path in checkpoints.whole(tmp_path)] == ["checkpoint-9", "checkpoint-10"]
    assert not (tmp_path / "checkpoint-8").exists()


def test_what_a_kill_left_half_written_or_half_deleted_goes(tmp_path: Path) -> None:
    checkpoints.mark(written(tmp_path, 1))
    written(tmp_path, 2)
    checkpoints.delete_torn(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]
