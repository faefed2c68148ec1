"""How scripts end."""

from __future__ import annotations

import pytest

from harness.errors import InfrastructureError, UserError, plainly


@pytest.mark.parametrize(
    ("raised", "said", "code"),
    [
        (UserError("no such world"), "error: no such world\n", 2),
        (InfrastructureError("no answer"), "error: no answer\n", 1),
        (KeyboardInterrupt(), "interrupted: run the same command again\n", 130),
    ],
)
def test_a_script_ends_with_one_line(
    raised: BaseException, said: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, plainly():
        raise raised
    assert ended.value.code == code
    assert capsys.readouterr().err == said


def test_what_nobody_foresaw_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), plainly():
        _ = 1 / 0
