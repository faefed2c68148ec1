"""What probing found out about tools, kept in a file, and tools as a writer of programs reads them.

A file is one JSON object: "format", "version", "model" and "settings" of the probing, and "tools",
by name, whether something was found out about them or not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.files import replacing
from harness.formats import strict_json
from harness.records import ToolSpec

FORMAT, VERSION = "assay tool documentation", 1


@dataclass(frozen=True, slots=True)
class Probe:
    """What probing one tool came to.

    Attributes:
        phase: in which it was documented: 0 alone, then with the help of others; None if never.
        question: a request that the tool serves.
        program: calls the tool and prints what it gives.
        example: what it gave.
        schema: the same with the name of its type for each value.
        helpers: the tools whose documentation the program's author saw beside.
        programs: written for it, those that came to nothing too.
        input_tokens: of all that was asked about it.
        output_tokens: likewise.
    """

    phase: int | None = None
    question: str = ""
    program: str = ""
    example: Any = None
    schema: Any = None
    helpers: tuple[str, ...] = ()
    programs: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True)
class Documentation:
    """The tools that were probed.

    Attributes:
        tools: every one of them by name.
        model: who probed them.
        settings: by which it was done.
    """

    tools: Mapping[str, Probe]
    model: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def documented(self) -> Mapping[str, Probe]:
        """Those about which something was found out."""
        return {name: probe for name, probe in self.tools.items() if probe.phase is not None}

    @property
    def report(self) -> dict[str, Any]:
        """Figures, as in section 5 of the paper.

        "by phase" counts the tools documented alone and in each phase after that. Tokens are
        those of all tools, over the number of all ("tokens per tool") and of the documented ones
        ("tokens per documented tool", None where there is none).
        """
        phases = [probe.phase for probe in self.documented.values() if probe.phase is not None]
        tokens, found = sum(probe.tokens for probe in self.tools.values()), len(self.documented)
        return {
            "tools": len(self.tools),
            "documented": found,
            "by phase": [phases.count(phase) for phase in range(max(phases, default=-1) + 1)],
            "undocumented": [name for name in self.tools if name not in self.documented],
            "programs": sum(probe.programs for probe in self.tools.values()),
            "tokens per tool": tokens / len(self.tools) if self.tools else None,
            "tokens per documented tool": tokens / found if found else None,
            "settings": dict(self.settings),
        }

    @property
    def summary(self) -> str:
        """The report as a sentence."""
        figures = self.report
        alone, *helped = figures["by phase"] or [0]
        tokens = figures["tokens per tool"] or 0.0
        return (
            f"documented {figures['documented']} of {figures['tools']} tools ({alone} alone, "
            f"{sum(helped)} with helpers): {figures['programs']} programs, {tokens:,.0f} tokens a "
            "tool"
        )

    def save(self, path: str | Path) -> None:
        """Writes the file, whole or not at all."""
        tools = {name: asdict(probe) for name, probe in self.tools.items()}
        whole = {
            "format": FORMAT,
            "version": VERSION,
            "model": self.model,
            "settings": dict(self.settings),
            "tools": tools,
        }
        with replacing(Path(path)) as file:
            file.write(json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n")

    @classmethod
    def read(cls, path: str | Path) -> Documentation:
        """Reads a file.

        Raises:
            UserError: it cannot be read, or holds something else.
        """
        try:
            whole = strict_json.loads(Path(path).read_text("utf-8"))
            strict_json.check(whole)
        except OSError as error:
            raise UserError(f"cannot read {path}: {error.strerror}") from error
        except (strict_json.Refused, UnicodeDecodeError) as error:
            raise UserError(f"{path} is no documentation of tools: {error}") from error
        if not isinstance(whole, dict) or whole.get("format") != FORMAT:
            raise UserError(f"{path} is no documentation of tools: write one with `assay probe`")
        if whole.get("version") != VERSION:
            raise UserError(f"{path} has version {whole.get('version')}, this reads {VERSION}")
        tools, settings = whole.get("tools"), whole.get("settings", {})
        if not isinstance(tools, dict) or not isinstance(settings, dict):
            raise UserError(f"{path}: 'tools' and 'settings' are wanted as objects")
        read = {name: _probe(kept, f"{path}: tool '{name}'") for name, kept in tools.items()}
        return cls(read, str(whole.get("model", "")), settings)


def _probe(kept: object, place: str) -> Probe:
    known = {entry.name for entry in fields(Probe)}
    if not isinstance(kept, dict) or not set(kept) <= known:
        raise UserError(f"{place}: an object with some of {', '.join(sorted(known))} is wanted")
    numbers = [kept.get(name, 0) for name in ("programs", "input_tokens", "output_tokens")]
    numbers.append(kept.get("phase") or 0)
    texts = [kept.get(name, "") for name in ("question", "program")]
    helpers = kept.get("helpers", [])
    texts += helpers if isinstance(helpers, list) else [None]
    sound = all(type(number) is int and number >= 0 for number in numbers)
    if not sound or not all(isinstance(text, str) for text in texts):
        raise UserError(f"{place}: its counts are whole numbers, its texts are texts")
    return Probe(**{**kept, "helpers": tuple(helpers)})


def brief(function: str, tool: ToolSpec) -> str:
    """A tool in one paragraph: how it is called, and what it does."""
    return f"{signature(function, tool)}\n    {tool.description}".rstrip()


def documented(
    function: str, tool: ToolSpec, probe: Probe | None = None, *, returns: bool = True
) -> str:
    """All that is known of a tool.

    Args:
        function: its name in a program.
        tool: its own documentation.
        probe: what was found out about it. The schema that was seen precedes the documented one.
        returns: whether to tell what the tool is documented to give.
    """
    lines = [brief(function, tool)]
    properties = tool.parameters.get("properties")
    if isinstance(properties, Mapping) and properties:
        lines.append("    arguments:")
        lines += [f"      {name}: {_json(about)}" for name, about in properties.items()]
    known = probe is not None and probe.phase is not None
    if probe is not None and known:
        lines.append(f"    gives, as seen: {_json(probe.schema)}")
    elif returns and tool.returns is not None:
        lines.append(f"    gives: {_json(tool.returns)}")
    if probe is not None and known:
        lines.append(f"    example, for the request {_json(probe.question)}:")
        lines += [f"      {line}" for line in probe.program.strip().splitlines()]
    return "\n".join(lines)


def signature(function: str, tool: ToolSpec) -> str:
    """How a program calls it: "find(name, page=...)"; what has a default may be left out.

    Parameters whose names are none in Python are passed as in `find(**{"page-size": 5})`.
    """
    properties = tool.parameters.get("properties")
    required = tool.parameters.get("required")
    wanted = required if isinstance(required, list | tuple) else ()
    named = properties if isinstance(properties, Mapping) else {}
    return f"{function}({', '.join(str(n) if n in wanted else f'{n}=...' for n in named)})"


def named_in(reply: str, offered: Mapping[str, ToolSpec]) -> tuple[str, ...]:
    """The functions that a reply names, by theirs or the tool's own name, in order, each once.

    A name counts where it stands as a word of its own: "movie" is not named by "movie_credits".
    """
    spelled = {name: name for name in offered}
    spelled |= {tool.name: name for name, tool in offered.items() if tool.name not in offered}
    if not spelled:
        return ()
    longest_first = sorted(spelled, key=len, reverse=True)
    either = "|".join(re.escape(name) for name in longest_first)
    found = re.finditer(rf"(?<!\w)(?:{either})(?!\w)", reply)
    return tuple(dict.fromkeys(spelled[match[0]] for match in found))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
