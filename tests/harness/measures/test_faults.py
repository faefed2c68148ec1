from typing import get_args

from harness.measures.attempt import Fault
from harness.measures.faults import API_BANK, BFCL, BFCL_OPEN, SEVERITY


def test_every_fault_has_a_severity_and_graver_ones_no_less() -> None:
    assert list(SEVERITY) == list(get_args(Fault))  # whose order is the gravest first
    assert list(SEVERITY.values()) == sorted(SEVERITY.values(), reverse=True)
    assert max(SEVERITY.values()) == 1
    assert min(SEVERITY.values()) > 0


def test_published_names_stand_for_known_faults() -> None:
    assert set(BFCL.values()) == set(get_args(Fault))  # it has a name for each
    assert set(API_BANK.values()) < set(get_args(Fault))
    assert len(API_BANK) == 9  # the classes that its evaluator counts


def test_names_that_leave_the_class_open_are_not_mapped() -> None:
    assert not BFCL_OPEN & BFCL.keys()
