"""An experiment file says what many commands would, and options replace what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UserError
from harness.experiment import Experiment, Grid, read_experiment
from harness.records import Setting


def read(tmp_path: Path, text: str) -> Experiment:
    path = tmp_path / "e.yaml"
    path.write_text(text)
    return read_experiment(path)


def test_one_thing_and_a_list_of_things_are_the_same(tmp_path: Path) -> None:
    one = read(tmp_path, "models: bm25\ntasks: tiny\nsettings: {k: 5}\n")
    several = read(tmp_path, "models: [bm25]\ntasks: [tiny]\nsettings: [{k: [5]}]\n")
    assert one == several
    assert one.models == ("bm25",)
    assert one.plan() == [Setting(k=5)]


def test_nothing_said_is_the_default_setting() -> None:
    assert Experiment().plan() == [Setting()]
    assert Experiment().out == "results"


def test_every_combination_is_planned_once_and_in_order(tmp_path: Path) -> None:
    text = "settings:\n  instruction: [no, yes]\n  k: [10, 20]\n  compat: [b, a]\n"
    both = {"compat": ("a", "b")}
    assert read(tmp_path, text).plan() == [
        Setting(instruction="no", k=10, **both),
        Setting(instruction="no", k=20, **both),
        Setting(instruction="yes", k=10, **both),
        Setting(instruction="yes", k=20, **both),
    ]
    repeated = "settings: [{instruction: both}, {instruction: no}, {pool: task}]\n"
    assert read(tmp_path, repeated).plan() == [
        Setting(instruction="no"),
        Setting(instruction="yes"),
        Setting(pool="task"),
    ]


def test_options_replace_what_the_file_says_in_every_block(tmp_path: Path) -> None:
    said = read(
        tmp_path,
        "models: a\nsuites: s\nout: there\nseed: 3\nstrict: true\n"
        "settings: [{k: 5}, {k: 6, pool: task}]\n",
    )
    options = {"models": ["b", "c"], "tasks": ["t"], "k": 9, "seed": 0, "compat": ["x"]}
    now = said.override(options)
    assert (now.models, now.tasks, now.suites) == (("b", "c"), ("t",), ())
    assert (now.out, now.seed, now.strict) == ("there", 0, True)
    assert now.plan() == [Setting(k=9, compat=("x",)), Setting(k=9, pool="task", compat=("x",))]


def test_options_that_were_not_given_change_nothing(tmp_path: Path) -> None:
    said = read(tmp_path, "models: a\ntasks: t\nallow-missing: true\nsettings: {k: 5}\n")
    left_out = {"models": [], "suites": None, "k": None, "allow_missing": False, "compat": ()}
    assert said.override(left_out) == said
    assert said.allow_missing


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modles: a\n", ["modles", "Did you mean models?"]),
        ("settings: {instrction: no}\n", ["instrction", "instruction"]),
        ("settings: {k: many}\n", ["settings.0.k", "integer"]),
        ("models: {a: b}\n", ["models", "string"]),
        ("models: [a\ntasks: b\n", ["line 2", "broken YAML"]),
        ("- a\n", ["models and tasks"]),
        ("", ["models and tasks"]),
        ("strict: perhaps\n", ["strict"]),
    ],
)
def test_a_mistake_is_one_line_that_names_the_file(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert "\n" not in message
    assert [word for word in ["e.yaml", *words] if word not in message] == [], message


def test_a_file_that_is_not_there_is_a_mistake_too(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.yaml cannot be read: No such file"):
        read_experiment(tmp_path / "nowhere.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="cannot be read"):
        read_experiment(tmp_path / "binary.yaml")


def test_a_grid_has_every_field_of_a_setting() -> None:
    assert set(Grid.model_fields) == set(Setting.__dataclass_fields__)


@pytest.mark.parametrize("settings", ["[]", "{k: []}"])
def test_a_list_without_a_value_is_no_default(tmp_path: Path, settings: str) -> None:
    with pytest.raises(UserError, match="nothing to ask"):
        read(tmp_path, f"settings: {settings}\n").plan()


def test_a_batch_holds_at_least_one_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="batch_size: input should be greater than or equal to 1"):
        read(tmp_path, "batch_size: 0\n")


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "twice.yaml"
    file.write_text("models: bm25\ntasks: a\nmodels: random\n")
    with pytest.raises(
        UserError, match=r"twice\.yaml line 3: broken YAML \('models' stands twice\)"
    ):
        read_experiment(file)


def test_a_budget_is_a_notation_or_limits_by_name(tmp_path: Path) -> None:
    assert read(tmp_path, "budget: tokens=2M, money=5\n").budget == "tokens=2M, money=5"
    assert read(tmp_path, "budget: {tokens: 2M, money: 5}\n").budget == {"tokens": "2M", "money": 5}
    said = Experiment(budget="money=5")
    assert said.override({"budget": None}).budget == "money=5"
    assert said.override({"budget": "money=6"}).budget == "money=6"
    wrong = Experiment(models="bm25", suites="starter", out=str(tmp_path), budget="dollars=5")
    with pytest.raises(UserError, match="unknown limit of a budget 'dollars'"):
        wrong.run(lambda progress: None)


def test_faults_may_be_written_as_the_numbers_that_they_look_like(tmp_path: Path) -> None:
    plan = read(tmp_path, 'settings: {faults: [0.1, "0.2:429", no, 0.00001]}\n').plan()
    assert [setting.faults for setting in plan] == ["0.1", "0.2:429", "", "0.00001"]


def test_a_key_of_the_settings_may_be_spelled_as_the_option_is(tmp_path: Path) -> None:
    plan = read(tmp_path, "settings: [{tool-order: shuffled}]\n").plan()
    assert plan == [Setting(tool_order="shuffled")]


@pytest.mark.parametrize(
    "last", ["tools: [own, foo]", "tool_order: [own, foo]", "faults: [0, foo]"]
)
def test_what_is_wrong_with_the_last_setting_is_said_before_the_first_is_asked(
    tmp_path: Path, last: str
) -> None:
    with pytest.raises(UserError, match="foo"):
        read(tmp_path, f"settings: {{{last}}}\n").plan()


def test_more_trials_than_are_made_are_asked_for_before_any_is_made() -> None:
    def nothing(progress: object) -> None:
        raise AssertionError("something was begun")

    experiment = Experiment(
        models=("oracle",),
        tasks=("starter-agent/flights",),
        settings=(Grid(trials=(4, 2)),),
        measures=("success,pass@2,pass^3",),
    )
    with pytest.raises(UserError, match=r"pass\^3 needs 3 trials .* 2 would be made.*--trials 3"):
        experiment.run(nothing)


@pytest.mark.parametrize("text", ["a: &x [*x]", "settings: &x {k: *x}", "models: " + "[" * 3000])
def test_what_has_no_end_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "e.yaml").write_text(text + "]" * text.count("[" * 3000) * 3000)
    with pytest.raises(UserError, match="alias stands for itself"):
        read_experiment(str(tmp_path / "e.yaml"))
