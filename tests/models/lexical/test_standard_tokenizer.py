import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lexical.standard_tokenizer import _full_pattern, standard_tokens

CASES = [
    # The sentence by which Unicode Standard Annex 29 explains word boundaries (its figure 1).
    (
        'The quick ("brown") fox can’t jump 32.3 feet, right?',
        ["the", "quick", "brown", "fox", "can’t", "jump", "32.3", "feet", "right"],
    ),
    # WB6, WB7: one full stop, colon or apostrophe between letters joins them, two do not.
    ("U.S.A. o'neil foo:bar", ["u.s.a", "o'neil", "foo:bar"]),
    ("a..b ''c'' d'", ["a", "b", "c", "d"]),
    # WB11, WB12: one comma, semicolon or full stop between digits; never between digit and letter.
    ("1,000.50 1;2 1:2 1,a 3.x", ["1,000.50", "1;2", "1", "2", "1", "a", "3", "x"]),
    # WB9, WB10: letters and digits hold together. WB13a, WB13b: so does the underscore.
    ("R2D2 mp3 snake_case __init__ _ ___", ["r2d2", "mp3", "snake_case", "__init__"]),
    ("e-mail me@example.org C++ $5", ["e", "mail", "me", "example.org", "c", "5"]),
    ("", []),
    (" \t\n.,;", []),
    # Beyond ASCII.
    ("Straße ÄPFEL naïve", ["straße", "äpfel", "naïve"]),
    ("ΣΑΣ İstanbul", ["σασ", "istanbul"]),
    ("cafe\u0301s co\u00adop", ["cafe\u0301s", "co\u00adop"]),  # WB4: marks, soft hyphens
    ("北京大学 ABC", ["北", "京", "大", "学", "abc"]),  # one token an ideograph
    ("ひらがな カタカナ", ["ひ", "ら", "が", "な", "カタカナ"]),  # hiragana alone, WB13 katakana
    ("한국어 조사", ["한국어", "조사"]),
    ("ภาษาไทย", ["ภาษาไทย"]),  # scripts that need a dictionary stay whole
    ('צה"ל', ['צה"ל']),  # WB7b, WB7c
    ("x² ½ ©", ["x", "©"]),
    ("👍🏽 🇩🇪🇫🇷 #️⃣", ["👍🏽", "🇩🇪", "🇫🇷", "#️⃣"]),
]


@pytest.mark.parametrize(("text", "tokens"), CASES)
def test_follows_unicodes_word_boundaries(text: str, tokens: list[str]) -> None:
    assert standard_tokens(text) == tokens


@given(st.text("ab1 2_.,;:'\"-#*\n"))
def test_the_pattern_for_ascii_says_the_same_as_the_full_one(text: str) -> None:
    assert standard_tokens(text) == _full_pattern()(text)


@given(st.text(st.sampled_from("ab1 _.':éßçΣ北ひカ한ก👍\u0301\u200d\u202f\u00a0")))
def test_blanks_never_lie_within_a_token(text: str) -> None:
    lowered = text.replace("Σ", "σ").lower()
    assert standard_tokens(text) == _full_pattern()(lowered)


def test_tokens_are_cut_at_255_units_of_utf16() -> None:
    assert [len(token) for token in standard_tokens("a" * 600)] == [255, 255, 90]
    assert [len(token) for token in standard_tokens("𐐨" * 200)] == [127, 73]  # two units each


def test_a_long_run_of_underscores_takes_linear_time() -> None:
    # Tried from every place, this many would take hours.
    assert standard_tokens("_" * 1_000_000) == []
    assert standard_tokens("_" * 1_000_000 + "é") == ["_" * 255] * 3921 + ["_" * 145 + "é"]
    assert standard_tokens("_" * 1_000_000 + "北") == ["北"]
