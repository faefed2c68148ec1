"""Loading says nothing, and fails in one line."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from harness.errors import UserError  # noqa: E402
from models.neural.opening import opened  # noqa: E402
from models.neural.places import Place  # noqa: E402

HUB = Place("owner/name", "owner/name", "a" * 40)
FOLDER = Place("/somewhere/model", "model/", digest="sha256:0")


def raising(error: Exception, cause: Exception | None = None) -> Callable[[], None]:
    def build() -> None:
        raise error from cause

    return build


def test_what_was_built_comes_back_and_nothing_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    def build() -> str:
        from tqdm.auto import tqdm  # noqa: F401  (the bar that loading shows)
        from transformers.utils import logging as reports

        warnings.warn("about weights", stacklevel=1)
        logging.getLogger("transformers.modeling_utils").warning("missing keys")
        logging.getLogger("sentence_transformers").warning("no pooling")
        for _ in reports.tqdm(range(3), desc="Loading weights"):
            pass
        return "model"

    assert opened(build, HUB) == "model"
    assert "".join(capfd.readouterr()) == ""


def test_afterwards_the_libraries_speak_as_before() -> None:
    from transformers.utils import logging as reports

    loud = logging.getLogger("transformers")
    before = loud.level, reports.is_progress_bar_enabled()
    with pytest.raises(UserError):
        opened(raising(ValueError("broken")), HUB)
    assert (loud.level, reports.is_progress_bar_enabled()) == before


def test_a_model_that_cannot_be_fetched_says_how_to_get_it() -> None:
    from huggingface_hub.errors import LocalEntryNotFoundError

    error = OSError("We couldn't connect\nto load the files")
    how = f"it is not on this machine; .*hf download owner/name --revision {'a' * 40}"
    with pytest.raises(UserError, match=how):
        opened(raising(error, LocalEntryNotFoundError("offline")), HUB)
    with pytest.raises(UserError, match=how):
        opened(raising(ConnectionError("refused")), HUB)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("Unrecognized\n  model"), "'model/' cannot be loaded: Unrecognized model"),
        (OSError("x" * 999), "'model/' cannot be loaded: x{300}[.]{3}$"),
        (KeyError(), "cannot be loaded: KeyError"),
        (ImportError("No module named 'einops'"), "a package is missing: No module named 'einops'"),
        (ValueError("pass `trust_remote_code=True`"), "allow it with trust_remote_code=true"),
        (torch.OutOfMemoryError("out of memory"), "its weights do not fit into memory"),
    ],
)
def test_what_went_wrong_stands_in_one_line(error: Exception, said: str) -> None:
    with pytest.raises(UserError, match=said):
        opened(raising(error), FOLDER)


def test_an_error_that_people_can_read_already_stays_as_it_is() -> None:
    with pytest.raises(UserError, match=r"^wrong hash$"):
        opened(raising(UserError("wrong hash")), FOLDER)


def test_leaving_the_program_is_not_an_error_of_the_model() -> None:
    with pytest.raises(KeyboardInterrupt):
        opened(lambda: (_ for _ in ()).throw(KeyboardInterrupt), FOLDER)  # type: ignore[arg-type]
    assert "transformers" in sys.modules
