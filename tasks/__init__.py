"""The benchmarks. One line a benchmark: its name, and where it is defined."""

BENCHMARKS: dict[str, str] = {
    "starter": "tasks.starter:BENCHMARK",
    "starter-agent": "tasks.starter_agent:BENCHMARK",
    "toolret": "tasks.toolret:BENCHMARK",
    "mair": "tasks.mair:BENCHMARK",
    "beir": "tasks.beir:BENCHMARK",
    "bfcl": "tasks.bfcl:BENCHMARK",
    "bfcl-v1": "tasks.bfcl:VERSION_1",
    "toolflow": "tasks.toolflow:BENCHMARK",
    "restbench": "tasks.restbench:BENCHMARK",
    "stabletoolbench": "tasks.stabletoolbench:BENCHMARK",
    "apibank": "tasks.apibank:BENCHMARK",
    "toolalpaca": "tasks.toolalpaca:BENCHMARK",
    "multi-agent": "tasks.multi_agent:BENCHMARK",
    "starter-qa": "tasks.starter_qa:BENCHMARK",
    "qa": "tasks.question_answering:BENCHMARK",
    "tau-bench": "tasks.tau_bench:BENCHMARK",
}

MAKERS: dict[str, str] = {
    "folder": "tasks.folder:FolderTask",
    "questions": "tasks.question_answering.file:QuestionFile",
}
"""What makes tasks of a person's own data, by its name in expressions: `folder("path")` of any
folder in BEIR layout, `questions("gold.json")` of a file of questions."""

IMPORTERS: dict[str, str] = {
    "2wiki": "tasks.imports.twowiki:IMPORTER",
    "apibank": "tasks.imports.apibank:IMPORTER",
    "bfcl": "tasks.imports.bfcl:IMPORTER",
    "hotpotqa": "tasks.imports.hotpotqa:IMPORTER",
    "kilt": "tasks.imports.kilt:IMPORTER",
    "musique": "tasks.imports.musique:IMPORTER",
    "openai-chat": "tasks.imports.openai_chat:IMPORTER",
    "restbench": "tasks.imports.restbench:IMPORTER",
    "spp": "tasks.imports.spp:IMPORTER",
    "tau-bench": "tasks.imports.tau_bench:IMPORTER",
    "toolalpaca": "tasks.imports.toolalpaca:IMPORTER",
    "toolbench": "tasks.imports.toolbench:IMPORTER",
    "tau2": "tasks.imports.tau2_bench:IMPORTER",
}
"""Outputs that exist in the world: the name of a format, and what reads it."""

JUDGES: dict[str, str] = {
    "assay-solved": "tasks.judges.assay_solved:assay_solved",
    "implied-answer": "tasks.judges.implied_answer:implied_answer",
    "bfcl-state": "tasks.judges.bfcl_state:bfcl_state",
    "story-quality": "tasks.judges.story_quality:story_quality",
    "story-quality-shorter": "tasks.judges.story_quality:story_quality_shorter",
    "travel-plan": "tasks.judges.travel_plan:travel_plan",
    "travel-plan-earlier": "tasks.judges.travel_plan:travel_plan_earlier",
    "toolalpaca": "tasks.judges.toolalpaca:toolalpaca",
    "tooleval": "tasks.judges.tooleval:tooleval",
    "tooleval-preference": "tasks.judges.preference:tooleval_preference",
}
"""Who may judge attempts: a name, and what makes the judge."""
