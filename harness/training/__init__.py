"""Training: how a producer is configured, planned, run, resumed and written down.

Knows no method. A producer is a row of stages; each has a desk (`Work`) with a folder of its own,
and is marked when it is over, so that training that was cut short goes on with the stage in which
that happened.
"""

from harness.training.catalogue import find_producers
from harness.training.configuration import LoadedProducer, load_producer
from harness.training.costs import Costs, costs_of
from harness.training.production import Trained, plan, train
from harness.training.work import Work

__all__ = [
    "Costs",
    "LoadedProducer",
    "Trained",
    "Work",
    "costs_of",
    "find_producers",
    "load_producer",
    "plan",
    "train",
]
