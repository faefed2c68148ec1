"""From what a person calls a model, a task or a suite to the thing itself."""

from harness.loading.catalogue import all_suites, all_tasks, load_suite, load_task
from harness.loading.identity import LoadedModel
from harness.loading.models import adapted, contracts_of, load_model

__all__ = [
    "LoadedModel",
    "adapted",
    "all_suites",
    "all_tasks",
    "contracts_of",
    "load_model",
    "load_suite",
    "load_task",
]
