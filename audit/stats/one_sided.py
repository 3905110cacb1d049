"""Fisher's exact test in one direction."""

import math

import numpy as np


def more_successes(successes: int, n: int, all_successes: int, total: int) -> float:
    """Return the one-sided p-value of Fisher's exact test: the probability of at least so many successes among ``n`` rows drawn from ``total``.

    Terms further than 40 standard deviations from the mean are left out; their probability is below any float.

    Parameters
    ----------
    successes, n : int
        Successes among the rows drawn.
    all_successes, total : int
        Successes among all rows.

    References
    ----------
    Fisher, R. A. (1934). Statistical Methods for Research Workers, 5th edition.
    """
    least, most = max(0, n + all_successes - total), min(n, all_successes)
    if successes <= least:
        return 1.0
    mean = n * all_successes / total
    reach = 40 * math.sqrt(mean * (1 - n / total) * (total - all_successes) / max(total - 1, 1)) + 40
    low, high = max(least, math.floor(mean - reach)), min(most, math.ceil(mean + reach))
    if successes > high:
        return 0.0
    low = min(low, successes)
    k = np.arange(low, high, dtype=float)
    ratios = np.log(n - k) + np.log(all_successes - k) - np.log(k + 1) - np.log(total - n - all_successes + k + 1)
    log_p = np.concatenate([[0.0], np.cumsum(ratios)])
    p = np.exp(log_p - log_p.max())
    return float(min(1.0, p[successes - low :].sum() / p.sum()))
