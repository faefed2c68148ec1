"""Model-written Python, run where it can harm nothing (extra `sandbox`)."""

from harness.sandbox.limits import Ended, Limits, Ran
from harness.sandbox.offers import Functions, Tools, function_names
from harness.sandbox.running import prepare, run_program

__all__ = [
    "Ended",
    "Functions",
    "Limits",
    "Ran",
    "Tools",
    "function_names",
    "prepare",
    "run_program",
]
