"""AutoTools-Eval's files, which hold candidates for RestBench's queries too."""

from tasks.reading.mirror import Mirror

MIRROR = Mirror(
    "tooluse/autotools",
    "github.com/mangopy/AutoTools at 09c88df",
    (("data/*.json", ""), ("tools/*.json", "")),
)
