"""Porter's stemmer as Lucene's PorterStemFilter has it.

M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the departures of his
own later program, which Lucene follows and Snowball's "porter" does not: words of one or two
letters stay, step 2 turns -bli (not only -abli) into -ble, and -logi into -log. Snowball also
undoubles fewer consonants (its "trekking" becomes "trekk").
"""

from __future__ import annotations

STEP_2 = {
    "ational": "ate",
    "tional": "tion",
    "enci": "ence",
    "anci": "ance",
    "izer": "ize",
    "bli": "ble",
    "alli": "al",
    "entli": "ent",
    "eli": "e",
    "ousli": "ous",
    "ization": "ize",
    "ation": "ate",
    "ator": "ate",
    "alism": "al",
    "iveness": "ive",
    "fulness": "ful",
    "ousness": "ous",
    "aliti": "al",
    "iviti": "ive",
    "biliti": "ble",
    "logi": "log",
}
STEP_3 = {
    "icate": "ic",
    "ative": "",
    "alize": "al",
    "iciti": "ic",
    "ical": "ic",
    "ful": "",
    "ness": "",
}
STEP_4 = (
    *("ement", "ance", "ence", "able", "ible", "ment", "sion", "tion"),
    *("ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "al", "er", "ic", "ou"),
)
"""Suffixes of step 4, longest first; of -sion and -tion only -ion is taken off."""


def porter(word: str) -> str:
    """The stem of a lower-cased word."""
    if len(word) < 3:
        return word
    word = _past(_plural(word))
    if word.endswith("y") and "v" in _shape(word[:-1]):
        word = word[:-1] + "i"
    word = _replace(_replace(word, STEP_2), STEP_3)
    return _final(_strip(word))


def _shape(stem: str) -> str:
    """The letters as "c" (consonant) and "v" (vowel); y is a vowel after a consonant."""
    shape, previous = [], "v"
    for letter in stem:
        vowel = letter in "aeiou" or (letter == "y" and previous == "c")
        previous = "v" if vowel else "c"
        shape.append(previous)
    return "".join(shape)


def _measure(stem: str) -> int:
    """Porter's m: how often a vowel is followed by a consonant."""
    return _shape(stem).count("vc")


def _short(word: str) -> bool:
    """Porter's *o: consonant, vowel, consonant at the end, the last not w, x or y."""
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"


def _plural(word: str) -> str:
    """Step 1a."""
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    """Step 1b: -eed, -ed and -ing."""
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    stem = word[:-2] if word.endswith("ed") else word[:-3] if word.endswith("ing") else ""
    if "v" not in _shape(stem):
        return word
    if stem.endswith(("at", "bl", "iz")):
        return stem + "e"
    if stem[-2:-1] == stem[-1] and _shape(stem)[-1] == "c":
        return stem if stem[-1] in "lsz" else stem[:-1]
    return stem + "e" if _measure(stem) == 1 and _short(stem) else stem


def _replace(word: str, suffixes: dict[str, str]) -> str:
    """Steps 2 and 3: the first suffix that fits decides, and is replaced where m > 0."""
    for suffix, replacement in suffixes.items():
        if word.endswith(suffix):
            stem = word[: -len(suffix)]
            return stem + replacement if _measure(stem) > 0 else word
    return word


def _strip(word: str) -> str:
    """Step 4: the longest suffix that fits decides, and is taken off where m > 1."""
    for suffix in STEP_4:
        if word.endswith(suffix):
            stem = word[: -3 if suffix in ("sion", "tion") else -len(suffix)]
            return stem if _measure(stem) > 1 else word
    return word


def _final(word: str) -> str:
    """Step 5: a last -e, and one of -ll."""
    measure = _measure(word)
    if word.endswith("e") and (measure > 1 or (measure == 1 and not _short(word[:-1]))):
        word = word[:-1]
    return word[:-1] if word.endswith("ll") and measure > 1 else word
