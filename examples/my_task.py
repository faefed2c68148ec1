"""The smallest task: four documents, three questions, and what is right.

assay run -m bm25 -t examples/my_task.py:Herbs
"""

from harness import Collection, Document, ListCorpus, Query, TaskCard

DOCUMENTS = {
    "d1": "Mint tea settles the stomach.",
    "d2": "Sage tea soothes a sore throat.",
    "d3": "Thyme oil eases a cough.",
    "d4": "Mint grows best in moist soil.",
}
QUERIES = {"q1": "tea for a sore throat", "q2": "growing mint", "q3": "what eases a cough"}
QRELS = {"q1": {"d2": 2, "d1": 1}, "q2": {"d4": 1}, "q3": {"d3": 1}}


class Herbs:
    """Which herb helps?"""

    card = TaskCard(
        name="herbs",
        title="Herbs",
        description="Which herb helps against what.",
        version="1",  # raise it whenever the same predictions would score differently
        licence="CC0-1.0",
    )
    measures = ("nDCG@10", "P@1")

    def load(self, source, setting):
        """Called once for each setting; a tuple of collections, one for each split."""
        corpus = ListCorpus(Document(id, text) for id, text in DOCUMENTS.items())
        queries = [Query(id, text, "Find the herb that helps.") for id, text in QUERIES.items()]
        return (Collection("test", corpus, queries, QRELS),)
