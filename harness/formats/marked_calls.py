"""Calls that a model wrote as JSON, or as XML elements.

JSON: `[{"function": "weather", "parameters": {"city": "Oslo"}}]`, anywhere in a text. XML, between
`<functions>` and `</functions>`: `<function name="weather">` with `<param name= value= type=/>`
elements, in a `<params>` or not (verbose), or with `<param name= type=>value</param>` (concise).

Source of the forms: the answer formats of BFCL v4's format sensitivity (ShishirPatil/gorilla @
6ea57973, bfcl_eval/model_handler/parser/).
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from harness.formats.python_calls import MAX_LENGTH, NotCalls, read_python_value
from harness.records import ToolCall

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_JSON_STARTS = 100
"""How many places of a text are tried."""
_JSON_LIST = re.compile(r"\[\s*\{")


def read_json_calls(text: str) -> tuple[ToolCall, ...]:
    """The calls of the first JSON list of objects in a text.

    Raises:
        NotCalls: there is none, or its objects are no calls.
    """
    _bounded(text)
    decoder = json.JSONDecoder()
    for start in islice(_JSON_LIST.finditer(text), _JSON_STARTS):
        try:
            listed, _ = decoder.raw_decode(text, start.start())
        except RecursionError:
            raise NotCalls("nested too deep") from None
        except ValueError:
            continue
        return tuple(map(_from_object, listed))
    raise NotCalls("no JSON list of calls")


def read_xml_calls(text: str, *, concise: bool = False) -> tuple[ToolCall, ...]:
    """The calls of a `<functions>` element in a text.

    Args:
        text: what is around the element is ignored.
        concise: whether a value is the content of its `<param>` rather than an attribute.

    Raises:
        NotCalls: there is none, or it is broken, or a value is not of the type that it states.
    """
    from xml.etree import ElementTree

    _bounded(text)
    start, end = text.find("<functions>"), text.find("</functions>")
    if not 0 <= start < end:
        raise NotCalls("no <functions>")
    try:
        # Without what precedes the element there can be no DTD, and so no entities to expand.
        root = ElementTree.fromstring(text[start : end + len("</functions>")])
        return tuple(_from_element(element, concise) for element in root.findall("function"))
    except (ElementTree.ParseError, RecursionError, ValueError, KeyError) as error:
        raise NotCalls(f"broken XML: {error}") from None


def _bounded(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise NotCalls(f"longer than {MAX_LENGTH:,} characters")


def _from_object(call: Any) -> ToolCall:
    match call:
        case {"function": str(name), "parameters": dict(arguments)}:
            return ToolCall(name, arguments)
    raise NotCalls("an object of the list is no call")


def _from_element(function: Element, concise: bool) -> ToolCall:
    container = function if concise else function.find("params")
    parameters = (function if container is None else container).findall("param")
    arguments = {}
    for parameter in parameters:
        given = (parameter.text or "").strip() if concise else parameter.get("value", "")
        arguments[parameter.attrib["name"]] = _typed(given, parameter.get("type", "string"))
    return ToolCall(function.attrib["name"], arguments)


def _typed(text: str, declared: str) -> Any:
    match declared:
        case "integer":
            return int(text)
        case "float":
            return float(text)
        case "boolean":
            return text.lower() == "true"
        case "null":
            return None
        case "array" | "tuple" | "object" | "dict":
            return read_python_value(text)
    return text
