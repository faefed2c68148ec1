"""The smallest retriever: how many of the query's words does a document hold?

assay run -m "examples/my_model.py:MyRetriever(min_length=4)" -s starter
"""


class MyRetriever:
    """Counts shared words, short ones left out."""

    def __init__(self, min_length=3):
        self.min_length = min_length

    def index(self, corpus):
        """Called once for each corpus."""
        return MyIndex(self, {doc.id: self.words(doc.full_text) for doc in corpus})

    def words(self, text):
        """The words that count."""
        return {word for word in text.lower().split() if len(word) >= self.min_length}


class MyIndex:
    """One corpus, ready to be searched."""

    def __init__(self, model, documents):
        self.model, self.documents = model, documents

    def search(self, queries, k, *, within=None, without=None):
        """The best k documents of each query, as {query id: {document id: score}}."""
        answers = {}
        for query in queries:
            words = self.model.words(f"{query.instruction or ''} {query.text}")
            pool = (within or {}).get(query.id, self.documents)
            pool = set(pool).difference((without or {}).get(query.id, ()))
            scores = {id: len(words & self.documents[id]) for id in pool}
            best = sorted(scores, key=lambda id: (scores[id], id), reverse=True)[:k]
            answers[query.id] = {id: scores[id] for id in best}
        return answers
