"""The smallest retriever: how many of the query's words does a document hold?

assay run -m examples/my_model.py:MyRetriever -s starter
"""


class MyRetriever:
    """Counts shared words; `min_length` leaves out short words."""

    def __init__(self, min_length=3):
        self.min_length = min_length

    def words(self, text):
        return {word for word in text.lower().split() if len(word) >= self.min_length}

    def index(self, corpus):
        return MyIndex(self, {doc.id: self.words(doc.full_text) for doc in corpus})


class MyIndex:
    def __init__(self, model, documents):
        self.model, self.documents = model, documents

    def search(self, queries, k, *, within=None, without=None):
        answers = {}
        for query in queries:
            words = self.model.words(f"{query.instruction or ''} {query.text}")
            pool = within[query.id] if within and query.id in within else self.documents
            banned = without[query.id] if without and query.id in without else ()
            scores = {id: len(words & self.documents[id]) for id in pool if id not in banned}
            best = sorted(scores, key=scores.get, reverse=True)[:k]
            answers[query.id] = {id: scores[id] for id in best}
        return answers
