"""How surprising a count of successes is."""

import math


def upper_tail(successes: int, n: int, chance: float) -> float:
    """Return the probability of at least this many successes in independent trials: the p-value of the exact one-sided test.

    Parameters
    ----------
    successes, n : int
        Count of successes among ``n`` trials.
    chance : float
        Of success in each trial, from 0 to 1.

    Raises
    ------
    ValueError
        The counts or the chance are impossible.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika 26, 404.
    """
    if not 0 <= successes <= n or not 0 <= chance <= 1:
        raise ValueError(f"expected 0 <= successes <= n and 0 <= chance <= 1; got {successes} of {n} with chance {chance}")
    if successes == 0 or chance == 1:
        return 1.0
    if chance == 0:
        return 0.0
    p, q = math.log(chance), math.log1p(-chance)
    whole = math.lgamma(n + 1)
    logs = [whole - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * p + (n - k) * q for k in range(successes, n + 1)]
    top = max(logs)
    return min(1.0, math.exp(top) * math.fsum(math.exp(x - top) for x in logs))
