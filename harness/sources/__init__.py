"""Where data comes from: a mirror folder, else the Hugging Face hub, else a clear error."""

from harness.sources.source import ENVIRONMENT, Read, Source

__all__ = ["ENVIRONMENT", "Read", "Source"]
