"""The smallest measure: is the first document as good as any that was judged?

assay run -m bm25 -s starter --measures "nDCG@10,examples/my_measure.py:best_first"
"""

import numpy as np


def best_first(judged):
    """One value for each query, an array of shape (len(judged.queries),)."""
    values = np.zeros(len(judged.queries))
    first = judged.top(1)  # positions of the judgements whose documents are at rank 1
    query = judged.owner[first]
    best = judged.ideal_grades[judged.offsets[query]]  # the highest grade of each of these queries
    values[query] = (judged.grades[first] == best) & (best > 0)
    return values
