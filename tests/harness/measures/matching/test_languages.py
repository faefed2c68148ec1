"""The published rules: what is wrong with one call. Expectations follow the rules, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from harness.measures.attempt import Verdict
from harness.measures.matching import match
from harness.records import Expected, Gold, Message, Problem, ToolCall, ToolSpec, Trajectory

BOOK = ToolSpec(
    "hotel.book",
    parameters={
        "type": "dict",
        "properties": {
            "hotel": {"type": "string"},
            "nights": {"type": "integer"},
            "price": {"type": "float"},
            "extras": {"type": "array", "items": {"type": "string"}},
            "breakfast": {"type": "boolean"},
            "guest": {"type": "dict"},
            "note": {"type": "string"},
        },
        "required": ["hotel", "nights"],
    },
)
RIGHT = Expected(
    "hotel.book",
    {
        "hotel": ["Grand Plaza", "Plaza"],
        "nights": [3],
        "price": [99.5, 100.0],
        "extras": [["Pool", "Spa"], ""],
        "breakfast": [True, ""],
        "guest": [{"name": ["Ann"], "age": [30, ""]}, ""],
    },
)
ARGUMENTS = {"hotel": "Grand Plaza", "nights": 3, "price": 99.5}


def verdict(
    arguments: Any,
    name: str = "hotel.book",
    *,
    tool: ToolSpec = BOOK,
    right: Expected = RIGHT,
    rules: str = "python",
) -> Verdict:
    problem = Problem("p", (), (tool,), Gold(calls=(right,), rules=rules))
    call = ToolCall(name, arguments)
    return match(problem, Trajectory("p", messages=(Message("assistant", calls=(call,)),)))


def one(declared: Any, acceptable: list[Any], value: Any, rules: str = "python") -> str:
    """The published error of one argument; "" if it is right."""
    schema = declared if isinstance(declared, dict) else {"type": declared}
    tool = ToolSpec("f", parameters={"properties": {"x": schema}, "required": ["x"]})
    found = verdict(
        {"x": value}, "f", tool=tool, right=Expected("f", {"x": acceptable}), rules=rules
    )
    return found.errors[0].upstream if found.errors else ""


def test_the_expected_call_is_right_with_and_without_what_may_be_left_out() -> None:
    assert verdict(ARGUMENTS).valid
    optional = {"extras": ["Pool", "Spa"], "breakfast": True, "guest": {"name": "Ann"}}
    assert verdict(ARGUMENTS | optional).valid


@pytest.mark.parametrize(
    ("change", "fault", "upstream"),
    [
        ({"nights": None}, "wrong type", "type_error:simple"),
        ({"nights": "3"}, "wrong type", "type_error:simple"),
        ({"nights": 3.0}, "wrong type", "type_error:simple"),
        ({"nights": True}, "wrong type", "type_error:simple"),
        ({"nights": 4}, "wrong value", "value_error:others"),
        ({"price": "99.5"}, "wrong type", "type_error:simple"),
        ({"price": 99}, "wrong value", "value_error:others"),
        ({"hotel": "Grand Plazza"}, "wrong value", "value_error:string"),
        ({"hotel": ["Grand Plaza"]}, "wrong type", "type_error:simple"),
        ({"extras": ["Spa", "Pool"]}, "wrong value", "value_error:list/tuple"),
        ({"extras": ["Pool"]}, "wrong value", "value_error:list/tuple"),
        ({"extras": "Pool, Spa"}, "wrong type", "type_error:simple"),
        ({"guest": {"name": "Bob"}}, "wrong value", "value_error:dict_value"),
        ({"guest": {"age": 30}}, "wrong value", "value_error:dict_key"),
        ({"guest": {"name": "Ann", "sex": "f"}}, "wrong value", "value_error:dict_key"),
        ({"smoking": False}, "unexpected parameter", "simple_function_checker:unexpected_param"),
        ({"note": "late"}, "unexpected parameter", "simple_function_checker:unexpected_param"),
    ],
)
def test_one_wrong_argument_is_named(change: dict[str, Any], fault: str, upstream: str) -> None:
    (error,) = verdict(ARGUMENTS | change).errors
    (parameter,) = change
    assert (error.fault, error.upstream, error.parameter) == (fault, upstream, parameter)
    assert error.call == 0


@pytest.mark.parametrize(
    ("left_out", "upstream"),
    [
        ("hotel", "simple_function_checker:missing_required"),
        ("price", "simple_function_checker:missing_optional"),
    ],
)
def test_a_missing_parameter_is_named(left_out: str, upstream: str) -> None:
    given = {key: value for key, value in ARGUMENTS.items() if key != left_out}
    (error,) = verdict(given).errors
    expected = ("missing parameter", upstream, left_out)
    assert (error.fault, error.upstream, error.parameter) == expected


@pytest.mark.parametrize("name", ["hotel_book", "Hotel.book", "hotel.bооk", ""])  # Cyrillic о
def test_a_tool_is_called_by_its_exact_name(name: str) -> None:
    (error,) = verdict(ARGUMENTS, name).errors
    expected = ("wrong tool", "simple_function_checker:wrong_func_name")
    assert (error.fault, error.upstream) == expected


def test_everything_wrong_is_found_in_the_order_of_the_rules() -> None:
    errors = verdict({"hotel": "Ritz", "stars": 5, "price": "99"}).errors
    assert [(error.fault, error.parameter) for error in errors] == [
        ("missing parameter", "nights"),
        ("wrong value", "hotel"),
        ("unexpected parameter", "stars"),
        ("wrong type", "price"),
    ]


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("grand plaza", True),
        ("GRAND-PLAZA.", True),
        ("Grand, Pla_za/^*", True),
        ("Grand Plaza!", False),
        ("Grand\tPlaza", False),
        ("Gränd Plaza", False),
    ],
)
def test_texts_are_compared_without_case_blanks_and_some_signs(value: str, right: bool) -> None:
    assert verdict(ARGUMENTS | {"hotel": value}).valid is right


def test_signs_that_are_dropped_make_different_texts_equal() -> None:
    assert one("string", ["5"], "-5") == ""
    assert one("string", ["15"], "1.5") == ""
    assert one("string", ["it's"], 'it"s') == ""


def test_an_integer_does_for_a_float_but_not_within_a_list() -> None:
    assert one("float", [5.0], 5) == ""
    assert one({"type": "array", "items": {"type": "float"}}, [[1.0, 2.0]], [1, 2.0]) == (
        "type_error:nested"
    )
    # the elements of an acceptable list tell the type as well: here its first is an integer
    assert one({"type": "array", "items": {"type": "float"}}, [[1, 2.5]], [1, 2.5]) == ""


def test_an_integer_too_large_for_a_float_has_the_wrong_type() -> None:
    assert one("float", [5.0], 10**400) == "type_error:simple"


def test_tuples_are_lists_where_tuples_are_declared() -> None:
    declared = {"type": "tuple", "items": {"type": "float"}}
    assert one(declared, [[1.5, 2.5]], (1.5, 2.5)) == ""
    assert one(declared, [[1.5, 2.5]], [1.5, 2.5]) == ""
    assert one(declared | {"type": "array"}, [[1.5, 2.5]], (1.5, 2.5)) == "type_error:simple"


def test_a_value_of_the_acceptable_ones_type_names_a_variable_and_is_compared_exactly() -> None:
    declared = {"type": "array", "items": {"type": "float"}}
    assert one(declared, ["data['sales']"], "data['sales']") == ""
    assert one(declared, ["data['sales']"], 'data["sales"]') == "value_error:others"
    assert one("any", [5], 5) == ""
    assert one("string", ["", None], None) == ""
    assert one("string", ["", None], "null") == "value_error:others"


def test_an_empty_list_is_right_where_the_list_may_be_left_out() -> None:
    strings = {"type": "array", "items": {"type": "string"}}
    assert one(strings, [["a"], ""], []) == ""
    assert one(strings, [["a"]], []) == "value_error:list/tuple"
    dicts = {"type": "array", "items": {"type": "dict"}}
    assert one(dicts, [[{"a": [1]}], ""], []) == ""


def test_a_list_that_may_be_left_out_lets_elements_of_every_type_through_to_the_values() -> None:
    integers = {"type": "array", "items": {"type": "integer"}}
    assert one(integers, [[1, 2], ""], ["1"]) == "value_error:list/tuple"
    assert one(integers, [[1, 2]], ["1"]) == "type_error:nested"
    assert one(integers, [[1, 0], ""], [True, False]) == ""  # 1 == True, as Python has it


@pytest.mark.parametrize(
    ("value", "upstream"),
    [
        ([{"a": 1}, {"b": "X y"}], ""),
        ([{"b": "x y"}, {"a": 1}], "value_error:dict_key"),
        ([{"a": 1}], "value_error:list_dict_count"),
        ([{"a": 2}, {"b": "xy"}], "value_error:dict_value"),
        (["a", "b"], "type_error:nested"),
        ({"a": 1}, "type_error:simple"),
    ],
)
def test_lists_of_dictionaries_keep_their_order(value: Any, upstream: str) -> None:
    declared = {"type": "array", "items": {"type": "dict"}}
    assert one(declared, [[{"a": [1]}, {"b": ["x y"]}]], value) == upstream


def test_what_is_missing_in_a_dictionary_is_named_before_what_is_wrong() -> None:
    assert one("dict", [{"a": [1], "b": [2]}], {"a": 5}) == "value_error:dict_key"


def test_a_dictionary_without_an_acceptable_one_is_wrong() -> None:
    assert one("dict", [""], {}) == "dict_checker:unclear"
    list_of = {"type": "array", "items": {"type": "dict"}}
    assert one(list_of, [], []) == "type_error:simple"


def test_an_entry_whose_acceptable_values_are_a_text_accepts_its_characters() -> None:
    assert one("dict", [{"format": "ms"}], {"format": "ms"}) == "value_error:dict_value"
    assert one("dict", [{"format": "ms"}], {"format": "M"}) == ""
    assert one("dict", [{"format": "ms"}], {}) == ""  # "" is in every text


def test_a_type_that_the_rules_do_not_know_leaves_that_of_the_acceptable_values() -> None:
    assert one("number", [5], 5) == ""
    assert one({}, [5], "5") == "type_error:simple"
    assert one({"type": ["string", "null"]}, ["a"], "a") == ""
    assert one({"type": "array"}, [[1]], [1]) == ""


def test_an_only_tool_is_the_expected_one_whatever_the_expected_call_says() -> None:
    assert verdict(ARGUMENTS, right=Expected("book", RIGHT.arguments)).valid


@pytest.mark.parametrize(
    ("declared", "acceptable", "value", "upstream"),
    [
        ("integer", [5], "5", ""),
        ("integer", [5], 5, "type_error:java"),
        ("integer", [5], "5L", "type_error:simple"),
        ("long", [5], "5L", ""),
        ("long", [5], "5", "type_error:simple"),
        ("double", [2.5], "2.5", ""),
        ("float", [2.5], "2.5f", ""),
        ("float", [2.5], "2.5", "type_error:simple"),
        ("boolean", [True], "true", ""),
        ("boolean", [True], "True", "type_error:simple"),
        ("String", ["a b"], "A-B", ""),
        ("String", ["ab"], '"ab"', "value_error:string"),
        ("any", ["x.y()"], "x.y()", ""),
        ("HashMap", [{"k": ["v"]}], 'new HashMap<String, String>() {{ put("k", "v"); }}', ""),
        ("HashMap", [{"k": ["v"]}], '{"k": "v"}', "type_error:simple"),
        ("Set", [""], "new HashSet<>()", "type_error:simple"),
        ("integer", ["count"], "count", ""),
    ],
)
def test_java_arguments_are_literals(
    declared: str, acceptable: list[Any], value: Any, upstream: str
) -> None:
    assert one(declared, acceptable, value, "java") == upstream


def test_java_elements_are_of_the_declared_type() -> None:
    declared = {"type": "ArrayList", "items": {"type": "long"}}
    assert one(declared, [[1, 2]], "new ArrayList<>(Arrays.asList(1L, 2L))", "java") == ""
    assert one(declared, [[1, 2]], "new ArrayList<>(Arrays.asList(1, 2))", "java") == (
        "type_error:nested"
    )


@pytest.mark.parametrize(
    ("declared", "acceptable", "value", "upstream"),
    [
        ("integer", [5], "5", ""),
        ("integer", [5], 5, "type_error:js"),
        ("float", [5.0], "5", ""),
        ("Bigint", [5], "5n", ""),
        ("Bigint", [5], "5", "type_error:simple"),
        ("Boolean", [False], "false", ""),
        ("String", ["ab"], "'ab'", ""),
        ("String", ["ab"], "ac", "value_error:string"),
        ("dict", [{"k": ["v"], "n": [1]}], "{k: 'v', 'n': 1}", ""),
        ("dict", [{"k": ["v"]}], "{k: 'w'}", "value_error:dict_value"),
        ("dict", ["state"], "state", ""),
        ("any", ["x => x"], "x => x", ""),
    ],
)
def test_javascript_arguments_are_literals(
    declared: str, acceptable: list[Any], value: Any, upstream: str
) -> None:
    assert one(declared, acceptable, value, "javascript") == upstream
