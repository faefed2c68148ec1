"""ROUGE-L over the words of two texts, as the `rouge` package for Python computes it.

Its "rouge-l" departs from Lin (2004): a full stop ends a sentence, be it inside a number; words are
counted once however often they occur; and of all longest common subsequences of two sentences it
takes the one that its own backtracking comes upon. Numbers printed with it can be compared only
with numbers made the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 50_000
"""Characters of the longest text that is compared; a longer one is like no reference."""
_EPSILON = 1e-8
"""Keeps the F-measure of two texts without a common word from dividing by zero."""


def rouge_l(answer: str, reference: str) -> float:
    """The F-measure of "rouge-l", from 0 to 1 - 5e-9.

    With U the words of the longest common subsequences of every sentence of the one and every
    sentence of the other, precision is |U| / |words of the answer|, recall |U| / |words of the
    reference|, all of them sets, and F = 2PR / (P + R + 1e-8).

    A text without sentences, empty or all full stops, scores 0; the package refuses it.

    Source: `Rouge().get_scores(answer, reference)[0]["rouge-l"]["f"]` of rouge 1.0.1
    (github.com/pltrdy/rouge, rouge_score.py: rouge_l_summary_level).
    """
    if max(len(answer), len(reference)) > LONGEST:
        return 0.0
    said, wanted = _sentences(answer), _sentences(reference)
    if not said or not wanted:
        return 0.0
    common: set[str] = set()
    for sentence in dict.fromkeys(wanted):
        for other in dict.fromkeys(said):
            common.update(longest_common_subsequence(sentence, other))
    precision = len(common) / len({word for sentence in said for word in sentence})
    recall = len(common) / len({word for sentence in wanted for word in sentence})
    return 2 * precision * recall / (precision + recall + _EPSILON)


def longest_common_subsequence(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """A longest common subsequence of two sequences of words, in order.

    Of several, the one found from the ends backwards by taking two equal words wherever they meet,
    else dropping the last of `first` where that loses less, else the last of `second`.

    The lengths are computed a row at a time in the bits of an integer (Crochemore et al., "A fast
    and practical bit-vector algorithm for the longest common subsequence problem", IPL 80, 2001):
    len(second) steps over len(first) bits.
    """
    bits = (1 << len(first)) - 1
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << place
    # A word of `second` that is not in `first` is dropped at once when going backwards.
    second = [word for word in second if word in places]
    rows = [bits]
    for word in second:
        row, here = rows[-1], rows[-1] & places[word]
        rows.append((row + here | row - here) & bits)

    def length(i: int, j: int) -> int:
        """Of the longest common subsequence of the first i words and the first j."""
        return i - (rows[j] & (1 << i) - 1).bit_count()

    found: list[str] = []
    i, j = len(first), len(second)
    while i and j:
        if first[i - 1] == second[j - 1]:
            i, j = i - 1, j - 1
            found.append(first[i])
        elif length(i - 1, j) > length(i, j - 1):
            i -= 1
        else:
            j -= 1
    return found[::-1]


def _sentences(text: str) -> list[tuple[str, ...]]:
    """The words of each sentence; blanks between full stops are a sentence of one empty word."""
    return [tuple(part.split()) or ("",) for part in text.split(".") if part]
