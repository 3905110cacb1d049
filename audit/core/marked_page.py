"""Pages of which a part is written from the code."""


def filled(page: str, begin: str, end: str, text: str) -> str:
    """Return a page with what stands between two markers replaced.

    Raises
    ------
    ValueError
        The markers are not there, in order.
    """
    before, begins, rest = page.partition(begin)
    _, ends, after = rest.partition(end)
    if not begins or not ends:
        raise ValueError(f"the page lacks the markers\n{begin}\n{end}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"
