"""Classes of faults: how grave each is, and what benchmarks call them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.measures.attempt import Fault

SEVERITY: Mapping[Fault, float] = MappingProxyType(
    {
        "unparsable": 1.0,
        "missing call": 1.0,
        "needless call": 1.0,
        "wrong tool": 0.8,
        "missing parameter": 0.5,
        "unexpected parameter": 0.5,
        "wrong type": 0.4,
        "wrong value": 0.3,
    }
)
"""How grave a fault is: 1 makes a call worthless.

Our reconstruction of the error-oriented scoring of TTPA (Huang et al., Findings of EMNLP 2025),
which names neither classes nor weights; the order is by what must be right before the next thing
can be: format, whether to call, the tool, its parameters, their types, their values.
"""

BFCL: Mapping[str, Fault] = MappingProxyType(
    {
        "ast_decoder:decoder_failed": "unparsable",
        "ast_decoder:decoder_wrong_output_format": "unparsable",
        "simple_function_checker:wrong_func_name": "wrong tool",
        "simple_function_checker:missing_required": "missing parameter",
        "simple_function_checker:missing_optional": "missing parameter",
        "simple_function_checker:unexpected_param": "unexpected parameter",
        "type_error:simple": "wrong type",
        "type_error:nested": "wrong type",
        "type_error:java": "wrong type",
        "type_error:js": "wrong type",
        "value_error:string": "wrong value",
        "value_error:list/tuple": "wrong value",
        "value_error:dict_key": "wrong value",
        "value_error:dict_value": "wrong value",
        "value_error:list_dict_count": "wrong value",
        "value_error:others": "wrong value",
        "dict_checker:unclear": "wrong value",
        "list_dict_checker:unclear": "wrong value",
        "irrelevance_error:decoder_success": "needless call",
        "relevance_error:decoder_failed": "missing call",
        "multi_turn:inference_error": "unparsable",
        "multi_turn:empty_turn_model_response": "missing call",
    }
)
"""`error_type` of the Berkeley Function-Calling Leaderboard, v4 (bfcl_eval/eval_checker)."""

BFCL_OPEN = frozenset(
    {
        "simple_function_checker:wrong_count",  # too few calls, or too many
        "multiple_function_checker:wrong_count",
        "parallel_function_checker_no_order:wrong_count",
        "parallel_function_checker_no_order:cannot_find_match",  # that of the closest call
        "simple_function_checker:unclear",
        "multi_turn:force_terminated",
        "multi_turn:instance_state_mismatch",  # any fault may have led to it
        "multi_turn:execution_response_mismatch",
    }
)
"""Its names that do not tell the class by themselves."""

API_BANK: Mapping[str, Fault] = MappingProxyType(
    {
        "NO_API_CALL": "missing call",
        "API_NAME_MISMATCH": "wrong tool",
        "HAS_EXCEPTION": "wrong value",  # the API refused what it was given
        "INPUT_MISMATCH": "wrong value",
        "OUTPUT_MISMATCH": "wrong value",
        "INVALID_INPUT_PARAMETER": "unexpected parameter",
        "KEY_ERROR": "missing parameter",  # its check found a field of the call absent
        "FAILED_PARSE_API_CALL": "unparsable",
        "MISS_INPUT_ARGUMENT": "missing parameter",
    }
)
"""Error classes of API-Bank (evaluator_by_json.py of DAMO-ConvAI/api-bank)."""
