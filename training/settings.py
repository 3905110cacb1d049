"""What training reads from the config, as far as it cares."""

from collections.abc import Sequence
from typing import Protocol


class SplitSettings(Protocol):
    """Shares of the three parts of the data, and the seed of everything random."""

    @property
    def train(self) -> float:
        """Share of rows to fit on."""

    @property
    def validation(self) -> float:
        """Share of rows to stop early, choose and mitigate on."""

    @property
    def test(self) -> float:
        """Share of rows that only the audit looks at."""

    @property
    def seed(self) -> int:
        """Seed of the split, of every model and of every randomised prediction."""


class MitigateSettings(Protocol):
    """How predictions are corrected after training."""

    @property
    def method(self) -> str:
        """Name of a file in ``training/mitigate``."""

    @property
    def constraint(self) -> str:
        """What is to be equal between groups, such as ``demographic_parity``."""

    @property
    def sensitive(self) -> str | None:
        """The attribute whose groups are meant; the first sensitive one where silent."""


class TrainingSettings(Protocol):
    """What is trained and how one candidate is chosen."""

    @property
    def candidates(self) -> Sequence[str]:
        """Names of files in ``training/models``."""

    @property
    def metric(self) -> str:
        """A name in ``training.evaluate.METRICS``."""

    @property
    def mitigate(self) -> MitigateSettings | None:
        """How predictions are corrected; not at all where silent."""

    @property
    def features(self) -> Sequence[str] | None:
        """Columns to learn from; all without a bookkeeping role where silent."""

    @property
    def exclude(self) -> Sequence[str]:
        """Columns not to learn from."""

    @property
    def max_epochs(self) -> int:
        """Upper bound on passes over the training rows for models trained by gradient descent."""


class Settings(Protocol):
    """The parts of the config that training reads."""

    @property
    def training(self) -> TrainingSettings:
        """What is trained."""

    @property
    def split(self) -> SplitSettings:
        """How the rows are divided."""
