"""An embedding that needs no service: texts that are made of the same short runs of letters lie near one another.

It knows no meaning, but it forgives what a text search does not: misspelled words, joined and divided ones, endings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from showcase.ports import Tick

_DIMENSIONS = 2_048
_RUNS = (3, 4)  # letters of a run; a word counts with a blank at both ends
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
_COMMON_WORDS = """
a an and are as at be by can do does for from how i in is it its may my no not of on or own same so than that the
their there they this to was what when where which who why will with you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class LocalEmbeddings:
    """Counts of hashed runs of letters, damped by the logarithm and scaled to length 1; the same on every machine."""

    name: str = "local:letters-1"
    near: float = 0.12

    def embed(self, texts: Sequence[str], tick: Tick) -> list[list[float]]:
        """One vector a text; that of a text without a telling word is all zeros, and near to nothing."""
        # imported when it is first asked for: the library takes a second to load
        from sklearn.feature_extraction.text import HashingVectorizer

        tick()
        hashed = HashingVectorizer(
            analyzer="char_wb", ngram_range=_RUNS, n_features=_DIMENSIONS, norm=None, alternate_sign=False,
            preprocessor=_telling,
        )  # fmt: skip
        damped = np.log1p(hashed.transform(texts).toarray())
        length = np.linalg.norm(damped, axis=1, keepdims=True)
        vectors: list[list[float]] = np.divide(damped, length, out=np.zeros_like(damped), where=length > 0).tolist()
        return vectors


def _telling(text: str) -> str:
    """The words that tell something, in lower case."""
    return " ".join(word for word in _WORD.findall(text.lower()) if word not in _COMMON)
