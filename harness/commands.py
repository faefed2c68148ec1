"""The command that makes a result again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from harness.records import Setting
from harness.settings import setting_of
from harness.store import setting_to_json


def command(
    model: str,
    task: str,
    setting: Setting | Mapping[str, Any],
    seed: int = 0,
    *,
    suite: bool = False,
) -> str:
    """What to type into a shell; only options that differ from the defaults are written.

    Args:
        model: its expression. A file or a checkpoint goes by its name alone, so that the command is
            for the folder that it lies in.
        task: its name, or a suite's.
        setting: how it is asked; or as results carry it.
        seed: of the bootstrap and of shuffled instructions.
        suite: whether the name is a suite's.

    Raises:
        UserError: the setting has a field that there is none of.
    """
    asked = setting if isinstance(setting, Setting) else setting_of(setting)
    default = setting_to_json(Setting())
    words = ["assay", "run", "-m", model, "-s" if suite else "-t", task]
    for name, value in setting_to_json(asked).items():
        if value != default.get(name):
            words += [
                f"--{name.replace('_', '-')}",
                *map(str, value if isinstance(value, list) else [value]),
            ]
    if seed:
        words += ["--seed", str(seed)]
    return shlex.join(words)
