"""The benchmarks. One line a benchmark: its name, and where it is defined."""

BENCHMARKS: dict[str, str] = {
    "starter": "tasks.starter:BENCHMARK",
    "toolret": "tasks.toolret:BENCHMARK",
    "mair": "tasks.mair:BENCHMARK",
    "beir": "tasks.beir:BENCHMARK",
}

FOLDER = "tasks.folder:FolderTask"
"""Makes a task of any folder in BEIR layout."""
