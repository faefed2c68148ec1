"""How an expression names a model."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.errors import UserError
from harness.spec import CONSTANTS, Call, Cut, File, Folder, Model, Pipe, Value, parse


@pytest.mark.parametrize(
    ("expression", "node"),
    [
        ("bm25", Call("bm25")),
        ("bm25-mteb", Call("bm25-mteb")),
        ("e5.base_v2-x", Call("e5.base_v2-x")),
        ("bm25()", Call("bm25")),
        ("bm25(k1=0.9, b=0.4)", Call("bm25", (), (("b", 0.4), ("k1", 0.9)))),
        ("bm25(k1=0.9, b=0.4,)", Call("bm25", (), (("b", 0.4), ("k1", 0.9)))),
        ('hf("intfloat/e5-base-v2")', Call("hf", ("intfloat/e5-base-v2",))),
        ("hf('it\\'s \\u00e9')", Call("hf", ("it's é",))),
        ("my_model.py:MyRetriever", File("my_model.py", "MyRetriever")),
        ("../a/my_model.py:M(k=3)", File("../a/my_model.py", "M", (), (("k", 3),))),
        ("my_model.py", File("my_model.py")),
        ('"my models/a.py":M', File("my models/a.py", "M")),
        ("path/to/checkpoint/", Folder("path/to/checkpoint")),
        ("path/to/checkpoint", Folder("path/to/checkpoint")),
        ("./2024-11", Folder("./2024-11")),
        ("2024-11/x", Folder("2024-11/x")),
        ("checkpoint/", Folder("checkpoint")),
        ("/", Folder("/")),
        ('"my checkpoint"', Folder("my checkpoint")),
        ("bm25 % 100", Cut(Call("bm25"), 100)),
        ("bm25%100%50", Cut(Cut(Call("bm25"), 100), 50)),
        ('bm25 % 100 >> ce("x")', Pipe(Cut(Call("bm25"), 100), Call("ce", ("x",)))),
        ("a >> b % 5", Pipe(Call("a"), Cut(Call("b"), 5))),
        ("a >> b >> c", Pipe(Pipe(Call("a"), Call("b")), Call("c"))),
        ("a >> (b >> c)", Pipe(Call("a"), Pipe(Call("b"), Call("c")))),
        ("(a >> b) % 5", Cut(Pipe(Call("a"), Call("b")), 5)),
        ("rrf(bm25, minilm)", Call("rrf", (Call("bm25"), Call("minilm")))),
        (
            'rag(openai("x"), search=bm25 % 5)',
            Call("rag", (Call("openai", ("x",)),), (("search", Cut(Call("bm25"), 5)),)),
        ),
        ('x(("ckpt one"), "ckpt one")', Call("x", (Folder("ckpt one"), "ckpt one"))),
        ('x("a b.py":M)', Call("x", (File("a b.py", "M"),))),
    ],
)
def test_an_expression_is_read_as(expression: str, node: Model) -> None:
    assert parse(expression) == node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", True),
        ("false", False),
        ("null", None),
        ("None", None),
        ("3", 3),
        ("-3", -3),
        ("+3", 3),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("[]", ()),
        ("[1, [2.0, 'x'], null,]", (1, (2.0, "x"), None)),
        ('"a\\n\\t\\\\\\""', 'a\n\t\\"'),
    ],
)
def test_a_value_is_read_as(text: str, value: Value) -> None:
    (argument,) = parse(f"m({text})").args  # type: ignore[union-attr]
    assert repr(argument) == repr(value)  # 1, 1.0 and True are equal, but not the same


@pytest.mark.parametrize(
    ("expression", "canonical"),
    [
        ("bm25( k1 = .90,b=0.4 )", "bm25(b=0.4, k1=0.9)"),
        ("bm25()", "bm25"),
        ("hf('x')", 'hf("x")'),
        ("m(1e-3, True, None, 2.0)", "m(0.001, true, null, 2.0)"),
        ("a%100>>b", "a % 100 >> b"),
        ("((a) % 100) >> (b)", "a % 100 >> b"),
        ("(a >> b)%10", "(a >> b) % 10"),
        ("a>>(b>>c)", "a >> (b >> c)"),
        ("path/to/checkpoint", "path/to/checkpoint/"),
        ("'my_model.py':M( k=3 )", "my_model.py:M(k=3)"),
        ('x(("my dir"))', 'x(("my dir/"))'),
    ],
)
def test_the_canonical_text_of(expression: str, canonical: str) -> None:
    assert str(parse(expression)) == canonical


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("bm25(k1=0.9", "at character 12: expected ',' or ')'"),
        ("bm25(k1=)", "at character 9: expected a model, found ')'"),
        ("bm25(k1 0.9)", "at character 9: expected ',' or ')', found '0.9'"),
        ("bm25)", "at character 5: expected the end, '>>' or '%', found ')'"),
        ("(bm25", "at character 6: expected ')', '>>' or '%'"),
        ("bm25 % 0", "at character 8: expected a positive whole number after '%', found '0'"),
        ("bm25 % 2.5", "at character 8: expected a positive whole number"),
        ("bm25 >>", "at character 8: expected a model"),
        ("", "at character 1: expected a model"),
        ("true", "at character 1: expected a model, found 'true'"),
        ("bm25 $ 3", "at character 6: '$' means nothing here"),
        ("hf('x", "at character 4: this quote is never closed"),
        ("hf('\\q')", "at character 5: unknown escape '\\q'"),
        ("m(a=1, a=2)", "at character 8: 'a' is given twice"),
        ("m(a=1, 2)", "at character 8: expected name=value"),
        ("m(a-b=1)", "at character 3: expected a parameter name before '='"),
        ("m([1, 2)", "at character 8: expected ',' or ']', found ')'"),
        ("m(1e999)", "at character 3: expected a number of ordinary size"),
        ("m.py:", "at character 6: expected the name of a class"),
        ("./ckpt/(k=3)", "at character 8: a folder takes no arguments"),
        ('"":M', "expected a path between the quotes"),
    ],
)
def test_a_mistake_is_reported_where_it_is(expression: str, complaint: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(expression)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_brackets_without_end_are_a_mistake_too() -> None:
    with pytest.raises(UserError, match="too many brackets"):
        parse("(" * 100_000)


@pytest.mark.parametrize("name", ["api_key", "key", "token", "password", "secret", "API_KEY"])
def test_a_secret_is_refused_and_not_repeated(name: str) -> None:
    for expression in (f'openai("x", {name}="sk-123")', f"rag(openai({name}='sk-123'))"):
        with pytest.raises(UserError, match="secrets come from the environment") as caught:
            parse(expression)
        assert "sk-123" not in str(caught.value)
    with pytest.raises(UserError) as caught:
        parse(f'openai({name}="sk-123" oops')
    assert "sk-123" not in str(caught.value)


def test_a_long_expression_is_shown_in_one_short_line() -> None:
    with pytest.raises(UserError) as caught:
        parse("bm25(\n" + "k1=1, " * 500)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_parsing_imports_no_model() -> None:
    code = (
        "import sys; from harness.spec import parse; parse('bm25 % 5 >> my.py:M(x=[1])');"
        "print([m for m in sys.modules if m.split('.')[0] in ('models', 'tasks', 'numpy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


names = st.from_regex(r"[a-z_][a-zA-Z0-9_.\-]{0,8}", fullmatch=True).filter(
    lambda name: name not in CONSTANTS and not name.endswith(".py")
)
keywords = st.from_regex(r"x[a-z0-9_]{0,6}", fullmatch=True)
paths = st.text(min_size=1, max_size=12).map(lambda path: path.rstrip("/") or "/")
plain = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
plain |= st.floats(allow_nan=False, allow_infinity=False)


def nodes(smaller: st.SearchStrategy[Model]) -> st.SearchStrategy[Model]:
    lists = st.lists(plain | smaller | st.lists(plain, max_size=2).map(tuple), max_size=3)
    values = plain | smaller | lists.map(tuple)
    args = st.lists(values, max_size=3).map(tuple)
    kwargs = st.dictionaries(keywords, values, max_size=3).map(lambda d: tuple(d.items()))
    return (
        st.builds(Call, names, args, kwargs)
        | st.builds(File, paths, names, args, kwargs)
        | st.builds(File, paths.map(lambda path: f"{path}.py"), st.none(), args, kwargs)
        | st.builds(Cut, smaller, st.integers(1, 10**6))
        | st.builds(Pipe, smaller, smaller)
    )


leaves = st.builds(Call, names) | st.builds(Folder, paths.filter(lambda p: not p.endswith(".py")))


@given(st.recursive(leaves, nodes, max_leaves=8))
def test_the_canonical_text_reads_as_the_same_model(node: Model) -> None:
    assert repr(parse(str(node))) == repr(node)


@given(st.text(alphabet="ab1.5'\"\\()[]=,:%>/~ \n-_truenl", max_size=30))
@example("'\\\n'")
@example("_'\n'")
def test_any_text_is_a_model_or_a_one_line_mistake(text: str) -> None:
    try:
        node = parse(text)
    except UserError as error:
        complaint = str(error)
    else:
        complaint = ""
        assert parse(str(node)) == node
    assert "\n" not in complaint
