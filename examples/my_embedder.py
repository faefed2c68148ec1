"""The smallest embedder: how often a text has each three letters in a row.

assay run -m "examples/my_embedder.py:MyEmbedder(dimensions=4096)" -s starter
"""

from zlib import crc32

import numpy as np


class MyEmbedder:
    """Texts are near each other that are spelled alike."""

    similarity = "cosine"

    def __init__(self, dimensions=1024):
        self.dimensions = dimensions

    def encode(self, inputs, *, kind):
        """The vectors of queries or documents, shape (len(inputs), dimensions), float32."""
        vectors = np.zeros((len(inputs), self.dimensions), np.float32)
        for vector, given in zip(vectors, inputs, strict=True):
            text = f" {given.instruction or ''} {given.text} ".lower()
            for start in range(len(text) - 2):
                vector[crc32(text[start : start + 3].encode()) % self.dimensions] += 1
        return vectors
