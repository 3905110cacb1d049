"""Words of people's and places' names in one spelling, so that they can be looked up."""

import re
import unicodedata

_ALIKE = str.maketrans({
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ə": "e",
    # Arabic and Persian letters that one name is written with
    "ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "\u200c": " ",
})  # fmt: skip
_BETWEEN = re.compile(r"[\s\-'’‘`.,·・]+")


def folded(text: str) -> str:
    """Return a text in small letters without accents.

    >>> folded("Łukasz"), folded("Ærø"), folded("Núñez")
    ('lukasz', 'aero', 'nunez')
    """
    text = text.casefold()
    if text.isascii():
        return text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare.translate(_ALIKE).casefold())


def words(text: str) -> list[str]:
    """Return the words of a name, folded.

    >>> words("O'Neil, Jean-Luc")
    ['o', 'neil', 'jean', 'luc']
    """
    return [w for w in _BETWEEN.split(folded(text)) if w]
