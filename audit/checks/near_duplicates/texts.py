"""When two texts are alike."""

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

#: Letters of a text that are compared.
MOST_LETTERS = 100
#: Share of letters that must stay: of four letters, one may be wrong.
SIMILARITY = 0.75
#: Letters of the shortest text that may be the short form of another.
SHORTEST = 5


def written(text: ir.Column) -> Any:
    """Return a text as it is compared letter by letter: in lower case, its beginning where it is long."""
    letters: Any = text
    return letters.left(MOST_LETTERS).lower()


def words(text: ir.Column) -> Any:
    """Return the words of a text in lower case and in order, without punctuation."""
    return written(text).re_replace(r"[^\p{L}\p{N}]+", " ").strip().split(" ").sort().join(" ")


@dataclass(frozen=True)
class Texts:
    """Two texts to compare, each as it is written and as its words in order; the fields are expressions."""

    left: Any
    left_words: Any
    right: Any
    right_words: Any

    @property
    def same_words(self) -> Any:
        """Whether only punctuation, capitals and the order of words differ."""
        return self.left_words == self.right_words

    @property
    def edits(self) -> Any:
        """How many letters are wrong, missing or too many (Levenshtein 1966), the order of words set aside where that helps."""
        return ibis.least(self.left.levenshtein(self.right), self.left_words.levenshtein(self.right_words)).cast("int64")

    @property
    def abbreviates(self) -> Any:
        """Whether one is a short form: the longer goes on where it ends, or has all its words."""
        ours, theirs = self.left_words.split(" ").unique(), self.right_words.split(" ").unique()
        held = ours.intersect(theirs).length() == ibis.least(ours.length(), theirs.length())
        goes_on = held | self.left_words.startswith(self.right_words) | self.right_words.startswith(self.left_words)
        return goes_on & (ibis.least(self.left_words.length(), self.right_words.length()) >= SHORTEST)

    def alike(self, most: int, *, abbreviated: bool) -> Any:
        """Return whether the texts are spelt alike.

        Parameters
        ----------
        most : int
            Wrong letters allowed; of four letters, never more than one.
        abbreviated : bool
            Whether short forms are alike, too.
        """
        near = self.edits <= ibis.least(self._longer * (1 - SIMILARITY), most)
        return near | self.abbreviates if abbreviated else near

    def similar(self, similarity: float) -> Any:
        """Return whether at least this share of the letters is right."""
        # a thousandth of a letter, because 10 × (1 − 0.9) is a little less than 1 in floating point
        return self.edits <= self._longer * (1 - similarity) + 1e-3

    @property
    def _longer(self) -> Any:
        return ibis.greatest(self.left.length(), self.right.length())
