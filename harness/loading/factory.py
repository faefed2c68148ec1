"""Calls a plug-in's class with the arguments of an expression, and says what it takes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from inspect import Parameter, Signature

from harness.errors import AssayError, UserError, whence
from harness.loading.identity import spoken
from harness.spec import value_text

_PLAIN = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "str": "a text in quotes",
}
"""Annotations that are held to, and how a person calls them."""
_TEXTS = "tuple[str, ...]"
_VARIABLE = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


class Factory:
    """A class or function that makes a plug-in, with its parameters.

    Args:
        make: the class or function.
        label: how an expression calls it, for messages.

    Raises:
        UserError: Python cannot tell its parameters.
    """

    def __init__(self, make: Callable[..., object], label: str) -> None:
        self._make, self._label = make, label
        try:
            self.parameters: Mapping[str, Parameter] = inspect.signature(make).parameters
        except (TypeError, ValueError) as error:
            raise UserError(f"{label}: its parameters cannot be read: {error}") from error
        self.runtime = frozenset(getattr(make, "runtime", ()))
        """Parameters that never change an answer, such as a device or a batch size."""

    @property
    def defaults(self) -> dict[str, object]:
        """The parameters that may be left out, with their defaults."""
        defaults: dict[str, object] = {}
        for name, parameter in self.parameters.items():
            if parameter.kind is Parameter.VAR_POSITIONAL:
                defaults[name] = ()
            elif parameter.default is not Parameter.empty:
                defaults[name] = parameter.default
        return defaults

    def bind(self, args: Iterable[object], kwargs: Mapping[str, object]) -> dict[str, object]:
        """Arguments by parameter name; those that `**name` takes stand beside the others.

        Raises:
            UserError: an argument that it does not take.
        """
        rest = self._rest
        wrong = next((n for n in kwargs if rest is None and n not in self.parameters), None)
        if wrong is not None:
            close = get_close_matches(wrong, self.parameters, n=1, cutoff=0.5)
            guess = f" Did you mean {close[0]}?" if close else ""
            raise UserError(f"{self._label} has no parameter '{wrong}'.{guess} {self._takes}")
        try:
            bound = self._signature.bind_partial(*args, **kwargs)
        except TypeError as error:
            raise UserError(f"{self._label}: {error}. {self._takes}") from None
        values = dict(bound.arguments)
        values |= values.pop(rest, {}) if rest else {}
        return {name: self._coerced(name, value) for name, value in values.items()}

    def complete(self, given: Mapping[str, object]) -> dict[str, object]:
        """Every parameter's value, defaults filled in, in the order of the signature.

        Raises:
            UserError: a parameter without a default is missing.
        """
        values = self.defaults | dict(given)
        missing = [n for n in self.parameters if n not in values and n != self._rest]
        if missing:
            raise UserError(f"{self._label} needs a value for '{missing[0]}'. {self._takes}")
        order = [*(n for n in self.parameters if n in values), *sorted(set(values))]
        return {name: values[name] for name in dict.fromkeys(order)}

    def lasting(self, values: Mapping[str, object]) -> dict[str, object]:
        """The values that can change an answer."""
        return {name: value for name, value in values.items() if name not in self.runtime}

    def build(self, given: Mapping[str, object]) -> object:
        """Makes the plug-in.

        Raises:
            UserError: it refuses the values.
        """
        bound = self._signature.bind_partial()
        bound.arguments.update({name: given[name] for name in self.parameters if name in given})
        if self._rest:
            extra = {name: value for name, value in given.items() if name not in self.parameters}
            bound.arguments[self._rest] = extra
        try:
            return self._make(*bound.args, **bound.kwargs)
        except AssayError:
            raise
        except (Exception, SystemExit) as error:
            what = first_line(str(error)) or type(error).__name__
            raise UserError(f"{self._label} cannot be made: {what}{whence(error)}") from error

    def written_by_place(self, name: str) -> bool:
        """Whether an expression gives a parameter without its name: it has no default."""
        parameter = self.parameters.get(name)
        if parameter is None or parameter.kind is Parameter.KEYWORD_ONLY:
            return False
        return parameter.default is Parameter.empty

    @property
    def _signature(self) -> Signature:
        return Signature(list(self.parameters.values()))

    @property
    def _rest(self) -> str | None:
        """The name of `**name`, where there is one."""
        variable = Parameter.VAR_KEYWORD
        return next((n for n, p in self.parameters.items() if p.kind is variable), None)

    @property
    def _takes(self) -> str:
        return f"It takes: {', '.join(self.parameters) or 'nothing'}"

    def _coerced(self, name: str, value: object) -> object:
        """The value as its parameter means it.

        1 becomes 1.0 where a float is meant, a list a tuple where the default is one, and a text
        the only one of several that are meant.

        Raises:
            UserError: the annotation names another plain type.
        """
        parameter = self.parameters.get(name)
        if parameter is None:
            return value
        if type(value) is int and _means_float(parameter):
            value = float(value)
        if type(value) is list and type(parameter.default) is tuple:
            value = tuple(value)
        wanted = _annotation(parameter)
        if wanted == _TEXTS and isinstance(value, str):
            value = (value,)
        if wanted in _PLAIN and type(value).__name__ != wanted:
            said = value_text(spoken(value))
            raise UserError(f"{self._label}: {name} must be {_PLAIN[wanted]}, not {said}")
        return value


def first_line(text: str) -> str:
    """The first line of a message that may have several."""
    return text.strip().partition("\n")[0]


def _means_float(parameter: Parameter) -> bool:
    """Whether whole numbers are meant as floats, by the default or else by the annotation."""
    if parameter.default is not Parameter.empty and parameter.default is not None:
        return isinstance(parameter.default, float)
    words = set(re.findall(r"\w+", _annotation(parameter)))
    return "float" in words and "int" not in words


def _annotation(parameter: Parameter) -> str:
    """A parameter's annotation as its author wrote it, or the empty string."""
    annotation = parameter.annotation
    if annotation is Parameter.empty or parameter.kind in _VARIABLE:
        return ""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
