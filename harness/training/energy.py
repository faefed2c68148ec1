"""The energy that this machine uses meanwhile, by codecarbon, where it is installed.

Nothing is asked of the network. What a graphics card uses is measured; what processors and memory
use is measured where the machine tells (RAPL), else estimated from the processor's nominal power
and its load, which says little beyond comparisons on one machine. So the method is written down.
"""

from __future__ import annotations

import logging
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

SECONDS = 5
"""Between two readings."""
_MEASURED = {"intel_power_gadget", "intel_rapl"}
"""Ways in which codecarbon reads a processor's power; all others are guesses."""


class Energy:
    """A meter that is started once and stopped once; where it does not work it reads nothing."""

    def __init__(self) -> None:
        self._tracker: Any = None
        self._read: dict[str, Any] = {}

    def start(self) -> None:
        """Begins to count."""
        if not find_spec("codecarbon"):
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own, of its libraries
            from codecarbon import OfflineEmissionsTracker

            logging.getLogger("codecarbon").disabled = True
            self._tracker = OfflineEmissionsTracker(
                country_iso_code="USA",  # wanted, and of no weight
                force_carbon_intensity_g_co2e_kwh=1000.0,  # so that kilograms are kilowatt-hours
                save_to_file=False,
                log_level="critical",
                measure_power_secs=SECONDS,
                allow_multiple_runs=True,
            )
            self._tracker.start()

    def stop(self) -> None:
        """Counts no more."""
        if self._tracker is not None:
            self._note(self._tracker.stop())
            self._tracker = None

    def read(self) -> dict[str, Any]:
        """So far: "kwh", and by which "method"; nothing where there is no meter."""
        if self._tracker is not None:
            self._note(self._tracker.flush())
        return self._read

    def _note(self, kwh: float | None) -> None:
        if kwh is None:  # what goes wrong in it, it keeps to itself
            return
        parts = {
            type(part).__name__: str(getattr(part, "_mode", ""))
            for part in getattr(self._tracker, "_hardware", ())
        }
        gpu = "gpu measured, " if "GPU" in parts else ""
        cpu = "measured" if parts.get("CPU") in _MEASURED else "estimated"
        self._read = {
            "kwh": float(f"{kwh:.6g}"),
            "method": f"codecarbon {version('codecarbon')}: {gpu}cpu {cpu}, ram estimated",
        }
