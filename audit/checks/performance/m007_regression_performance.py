"""M007: how far predictions of a quantity are off."""

from dataclasses import dataclass, replace
from typing import ClassVar

from audit.checks.performance.regression_measures import Measured, ask_first, measure
from audit.checks.performance.regression_metrics import rows_that_decide
from audit.checks.quantities import ask_counts, left_out, left_out_in_words, observed, predicted, read_counts
from audit.checks.rate import bar
from audit.checks.wording import amount, reach, rounded_up
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.errors import UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit, Verdict
from audit.core.subject import Subject


@dataclass(frozen=True, kw_only=True)
class RegressionPerformance(Check):
    """Mean, median and squared errors, R² and pinball loss of predicted quantities, each with an interval, beside always answering mean or median.

    Parameters
    ----------
    quantiles : tuple of float
        Quantiles that the predictions may stand for; each gets its pinball loss.
    """

    code: ClassVar[str] = "M007"
    title: ClassVar[str] = "Regression performance"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "r_squared"
    advice: ClassVar[str] = (
        "Always answering the mean of the labels is as good. Look at whether labels and predictions belong to the same rows and have the same unit, "
        "and at the error along the prediction: a level that is off can be corrected, a flat line has no signal."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Hall (1992), JRSS B 54, 221-228: interval of a mean under skewness",
        "Koenker and Bassett (1978), Econometrica 46, 33-50: pinball loss",
    )

    limit: Limit = Limit(
        low=0.0,
        exclude_low=True,
        blocking=False,
        reason="at 0 the model is off by as much as always answering the mean of the labels",
        source="default of M007",
    )
    quantiles: tuple[float, ...] = (0.5,)

    def asks(self, subject: Subject) -> Asks:
        """Ask for the means; what is about them is asked once they are known."""
        for q in self.quantiles:
            if isinstance(q, bool) or not isinstance(q, (int, float)) or not 0 < q < 1:
                raise UsageError(f"check {self.code}: 'quantiles' are numbers between 0 and 1, such as 0.9; got {q!r}")
        table = predicted(subject)
        return ask_counts(table) | ask_first(table, self.quantiles)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compute every metric from means and moments, and the medians from fine bins."""
        counts = read_counts(subject, answers)
        found = measure(predicted(subject), answers, counts["n"], self.quantiles)
        metrics = [found.r_squared, found.absolute, found.squared, found.median, found.bias, *found.others, *found.constants]
        message = self._message(subject, found) + left_out_in_words(counts)
        return Findings([*metrics, *left_out(counts)], message, [_bars(found), *found.exhibits])

    def _message(self, subject: Subject, found: Measured) -> str:
        r2, absolute, bias = found.r_squared, found.absolute, found.bias
        rows = observed(subject, int(absolute.n or 0))
        text = f"Predictions of {rows} are off by {amount(float(absolute.value or 0))} on average ({reach(absolute)})"
        text += f"; R² is {r2.value:.3f} ({reach(r2, 3)})." if r2.value is not None else f". R² is {r2.method}."
        if bias.value is not None and bias.interval is not None and not bias.interval[0] <= 0 <= bias.interval[1]:
            off = bias if bias.value > 0 else replace(bias, interval=(-bias.interval[1], -bias.interval[0]))
            text += f" They are too {'high' if bias.value > 0 else 'low'} by {amount(abs(bias.value))} on average ({reach(off)})."
        constant = next((m for m in found.constants if m.name == "mean_absolute_error"), None)
        if constant is not None and constant.value is not None:
            text += f" Always answering the median of the labels would be off by {amount(constant.value)}."
        if found.only_prediction is not None:
            text += f" The model predicts {amount(found.only_prediction)} for every row."
        return text + self._what_decides(found)

    def _what_decides(self, found: Measured) -> str:
        low = self.limit.low
        if low is None or self.limit.measurement not in ("", self.judged) or self.limit.verdict(found.r_squared) is not Verdict.UNDECIDED:
            return ""
        if found.r_squared.value is None:
            return ""
        question = "whether the model is better than always answering the mean" if low == 0 else f"whether R² is above {low:g}"
        rows = rows_that_decide(found.r_squared, low)
        if not rows:
            return f" These rows cannot decide {question}."
        return f" These rows cannot decide {question}; about {rounded_up(rows):,} more like them would, if R² stays as it is."


def _bars(found: Measured) -> Exhibit:
    shown = [("mean absolute error", found.absolute, "model"), ("median absolute error", found.median, "model")]
    shown.append(("root mean squared error", found.squared, "model"))
    names = {"mean_absolute_error": "mean absolute error", "root_mean_squared_error": "root mean squared error"}
    shown += [(names[m.name], m, m.where["baseline"]) for m in found.constants if m.name in names]
    return Exhibit(
        Kind.BARS, "Errors of the model and of constant answers, with 95 % intervals", ("label", "value", "low", "high", "n", "series"),
        [bar(label, m, series) for label, m, series in shown], "error, in the unit of the target",
        note="Mean and median are those of these very rows, the strongest constants there are.",
    )  # fmt: skip
