"""The rule by which a change is judged: which data keep a clause, before and after."""

from audit.core.contract_diff import Compatibility, Effect

_YES, _NO, _MAYBE = Compatibility.COMPATIBLE, Compatibility.BREAKING, Compatibility.UNDECIDED

#: Fewer data keep it: who delivers must do more, who reads may rely on all as before.
TIGHTER = Effect(_NO, _YES)
#: More data keep it: who reads can no longer rely on what was promised.
LOOSER = Effect(_YES, _NO)
#: Other data keep it.
OTHER = Effect(_NO, _NO)
#: The same data keep it.
SAME = Effect(_YES, _YES)
#: Which data keep it cannot be told from the text.
UNKNOWN = Effect(_MAYBE, _MAYBE)
#: It bears on checks that look at the data, with an outcome that only data can tell; nothing that was promised is taken back.
MORE_LOOKED_AT = Effect(_MAYBE, _YES)
#: What readers may do, or must do, with the data changes; the data that keep it do not.
DUTIES = Effect(_YES, _NO)


def inclusion(old_in_new: bool | None, new_in_old: bool | None) -> Effect:
    """Return the effect of a clause that is kept by other data than before.

    Parameters
    ----------
    old_in_new : bool or None
        Whether all data that kept the old clause keep the new one; ``None`` where that cannot be told.
    new_in_old : bool or None
        The reverse.
    """
    said = {True: _YES, False: _NO, None: _MAYBE}
    return Effect(said[old_in_new], said[new_in_old])
