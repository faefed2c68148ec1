"""How alike texts are: by ROUGE-L of their words, and by runs of words that they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from harness.measures.rouge import rouge_l
from harness.training.leaks import words_of

LEAK = 13
"""Words in a row by which a text is taken to be copied, as evaluations of large models have it
(GPT-3, arXiv 2005.14165, appendix C)."""


class Texts:
    """Texts, of which it finds the one that is most like another.

    Likeness is `harness.measures.rouge.rouge_l` of the words, without case and punctuation.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: list[tuple[str, frozenset[str]]] = []
        for text in texts:
            self.add(text)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> None:
        """One more."""
        self._texts.append(_words(text))

    def nearest(self, text: str, least: float = 0.0) -> tuple[float, int]:
        """The greatest likeness and the number of the text that has it; (0.0, -1) for none.

        Args:
            text: that is compared with all.
            least: likeness that must be exceeded.
        """
        words, own = _words(text)
        best, found = least, -1
        for number, (other, theirs) in enumerate(self._texts):
            # F = 2 |U| / (|A| + |B|), and U lies within what both have.
            if not own or 2 * len(own & theirs) <= best * (len(own) + len(theirs)):
                continue
            if (likeness := rouge_l(words, other)) > best:
                best, found = likeness, number
        return (best, found) if found >= 0 else (0.0, -1)


def likeness(first: str, second: str) -> float:
    """ROUGE-L of two texts' words, from 0 to 1."""
    return rouge_l(_words(first)[0], _words(second)[0])


class Runs:
    """Runs of words that some texts hold.

    Args:
        length: of a run, in words.
    """

    def __init__(self, length: int = LEAK) -> None:
        self._length = length
        self._runs: set[str] = set()

    def add(self, text: str) -> None:
        """The runs of a text."""
        self._runs.update(runs_of(words_of(text), self._length))

    @classmethod
    def of_one_alone(cls, groups: Iterable[Iterable[str]], length: int = LEAK) -> Runs:
        """The runs that one group of texts has and no other: what several say is common wording.

        So an instruction that stands in every example of a task is no example's own. Groups that
        are the same count as one.
        """
        often = Counter(
            run
            for group in dict.fromkeys(map(tuple, groups))
            for run in {run for text in group for run in runs_of(words_of(text), length)}
        )
        found = cls(length)
        found._runs = {run for run, n in often.items() if n == 1}
        return found

    def common(self, text: str) -> str:
        """The first run of a text that is among them; "" for none."""
        found = runs_of(words_of(text), self._length)
        return next((run for run in found if run in self._runs), "")

    def share(self, texts: Iterable[str]) -> tuple[int, int]:
        """How many of the texts' runs are among them, and how many runs the texts have."""
        runs = [run for text in texts for run in runs_of(words_of(text), self._length)]
        return sum(run in self._runs for run in runs), len(runs)


def runs_of(words: Sequence[str], length: int) -> Iterator[str]:
    """All runs of so many words, in order."""
    return (" ".join(words[i : i + length]) for i in range(len(words) - length + 1))


def longest_common_run(texts: Iterable[str], others: Iterable[str]) -> int:
    """Words of the longest run that one of the texts has in common with one of the others.

    Two texts that have a run in common have all shorter ones within it in common, so that it
    suffices to look for one word more than the longest so far.
    """
    theirs = [words_of(other) for other in others]
    found = 0
    longer = _all_runs(theirs, 1)
    for words in map(words_of, texts):
        while longer and any(run in longer for run in runs_of(words, found + 1)):
            found += 1
            longer = _all_runs(theirs, found + 1)
    return found


def _all_runs(texts: Sequence[Sequence[str]], length: int) -> set[str]:
    return {run for words in texts for run in runs_of(words, length)}


def _words(text: str) -> tuple[str, frozenset[str]]:
    words = words_of(text)
    return " ".join(words), frozenset(words)
