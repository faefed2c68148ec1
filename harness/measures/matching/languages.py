"""The published rules: those of BFCL's ast_checker (v4), for Python, Java and JavaScript.

Source: bfcl_eval/eval_checker/ast_eval of ShishirPatil/gorilla, as of bfcl-eval 2026.3.23. Kept as
they are, so that a verdict equals the published one: an argument that the expected call does not
have is wrong even where the tool has it; an integer will do where a float is declared, in Python,
but not within a list; types are looked at one level deep; "-5" and "5" are the same text. Where an
argument makes that checker raise an exception, the call is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from harness.measures.attempt import CallError
from harness.measures.matching import java, javascript
from harness.measures.matching.mistakes import mistake, shown
from harness.measures.matching.types import Declared, typed
from harness.measures.matching.values import value_error, variable_error
from harness.records import Expected, ToolCall, ToolSpec

_PYTHON: Mapping[str, type] = MappingProxyType(
    {
        "string": str,
        "integer": int,
        "float": float,
        "boolean": bool,
        "array": list,
        "tuple": list,
        "dict": dict,
        "any": str,
    }
)


@dataclass(frozen=True, slots=True)
class Language:
    """What the rules differ in.

    Attributes:
        types: declared type -> Python type.
        lists: declared types of which the elements' type is looked at.
        read: turns a literal into a value, given the declared types of it and of its elements;
            None where arguments are values already.
        no_literal: the published name of the error that an argument is not given as a literal.
    """

    types: Mapping[str, type]
    lists: frozenset[str]
    read: Callable[[str, str, str | None], Any] | None = None
    no_literal: str = ""

    def errors(self, expected: Expected, tool: ToolSpec, call: ToolCall) -> Iterator[CallError]:
        """What is wrong with a call where another is expected: a `Check`."""
        if call.name != expected.name:
            said = f"called {shown(call.name)}, not {expected.name}"
            yield mistake("simple_function_checker:wrong_func_name", said)
            return
        missing = [p for p in tool.parameters.get("required") or () if p not in call.arguments]
        for parameter in missing:
            yield _missing("simple_function_checker:missing_required", parameter)
        for parameter, value in call.arguments.items():
            yield from self._argument_errors(expected, tool, parameter, value)
        for parameter, acceptable in expected.arguments.items():
            given = parameter in call.arguments or parameter in missing
            if not given and "" not in acceptable:
                yield _missing("simple_function_checker:missing_optional", parameter)

    def _argument_errors(
        self, expected: Expected, tool: ToolSpec, parameter: str, value: Any
    ) -> Iterator[CallError]:
        properties = tool.parameters.get("properties") or {}
        if parameter not in properties or parameter not in expected.arguments:
            said = f"parameter {shown(parameter)} is not expected"
            name = "simple_function_checker:unexpected_param"
            yield mistake(name, said, parameter)
            return
        error = self._value_error(value, properties[parameter], expected.arguments[parameter])
        if error:
            said = f"{parameter} is {shown(value)}: expected {_listed(expected, parameter)}"
            yield mistake(error, said, parameter)

    def _value_error(self, value: Any, schema: Mapping[str, Any], acceptable: Sequence[Any]) -> str:
        """The published name of what is wrong with an argument; "" if nothing is."""
        name = str(schema.get("type", ""))
        items = schema.get("items") if name in self.lists else None
        inner = str(items.get("type", "")) if isinstance(items, Mapping) else None
        if self.read:
            if type(value) is not str:
                return self.no_literal
            value = self.read(value, name, inner)
        else:
            value = _converted(value, name)
        declared = Declared(self.types.get(name), self.types.get(inner) if inner else None)
        finding = typed(value, acceptable, declared)
        if finding == "variable":
            return variable_error(value, acceptable)
        return value_error(value, acceptable, *declared) if finding == "plain" else finding


def _converted(value: Any, declared: str) -> Any:
    """What Python's rules convert by themselves: tuples, and integers where a float is declared."""
    if declared == "tuple" and type(value) is tuple:
        return list(value)
    if declared == "float" and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return value
    return value


def _missing(name: str, parameter: str) -> CallError:
    return mistake(name, f"parameter {parameter} is missing", parameter)


def _listed(expected: Expected, parameter: str) -> str:
    return " or ".join(shown(answer) for answer in expected.arguments[parameter]) or "nothing"


PYTHON = Language(_PYTHON, frozenset({"array", "tuple"}))
JAVA = Language(java.TYPES, frozenset({"Array", "ArrayList"}), java.read, "type_error:java")
JAVASCRIPT = Language(javascript.TYPES, frozenset({"array"}), javascript.read, "type_error:js")
