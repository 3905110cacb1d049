"""M013: gain over the previous model, on the same rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from audit.checks.outcomes import Outcomes, by_group, cell_counts, key, label_counts, whole
from audit.checks.performance.metrics import accuracy
from audit.checks.performance.paired_scores import difference, place_sums, scored_rows
from audit.checks.rate import LEVEL, bar, paired_change
from audit.checks.wording import known, rounded_up, span
from audit.core.ask import Answers, Ask, Asks, Rows
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, points
from audit.stats.paired import mcnemar, more_paired_rows


@dataclass(frozen=True, kw_only=True)
class GainOverPreviousModel(Check):
    """Accuracy of the model minus accuracy of an earlier one on the rows that both have answered; with both scores, the difference in ROC AUC."""

    code: ClassVar[str] = "M013"
    title: ClassVar[str] = "Gain over the previous model"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "accuracy_gain"
    advice: ClassVar[str] = (
        "Keep the previous model, unless the new one is better in what its use asks for: another metric, a smaller gap between groups, fewer "
        "columns. Where that is so, raise the loss that is accepted and write the reason down."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37, 479-488: paired interval",
        "DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845: difference of two areas on the same rows",
    )

    limit: Limit = Limit(
        low=-0.01,
        blocking=False,
        reason="a new model should not be right less often than the one it replaces by more than one point, a convention",
        source="default of M013",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask for the counts of label × prediction × earlier prediction, and where both have scores for sums of places."""
        champion = _champion(subject)
        asks: dict[str, Ask] = {"labels": label_counts(subject), "cells": cell_counts(subject, (subject.need("prediction"), champion))}
        score, earlier = subject.roles.score, subject.roles.champion_score
        table = subject.held_out
        if score and earlier and subject.roles.positive is not None and all(table[c].type().is_numeric() for c in (score, earlier)):
            asks["places"] = place_sums(scored_rows(subject, table, a=table[score], b=table[earlier]), "a", "b")
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the two on the rows that both have answered."""
        champion, prediction = _champion(subject), subject.need("prediction")
        outcomes, cells = Outcomes.of(subject, answers.rows("labels")), answers.rows("cells")
        both = Rows(cells.columns, [row for row in cells.values if None not in (row[1], row[2])])
        unmatched = sum(int(row["n"]) for row in cells if row["label"] is not None and row["prediction"] is not None and row["prediction1"] is None)
        if not len(both):
            raise NotApplicable(f"no held-out row has both a prediction in '{prediction}' and one of the previous model in '{champion}'")
        # reading each of them refuses predictions that are no classes of the target
        model = accuracy(whole(by_group(subject, prediction, outcomes, both)))
        previous = accuracy(whole(by_group(subject, champion, outcomes, _second(both))), {"model": "previous"})
        right = _right(subject, both, prediction, champion)
        n, won, lost = int(right.sum()), int(right[1, 0]), int(right[0, 1])
        gain = paired_change("accuracy_gain", won, lost, n)
        measured = [
            gain,
            Measurement("p_value", mcnemar(won, lost, mid=True), "", {}, won + lost, method="exact McNemar test, mid-p"),
            Measurement("exact_p_value", mcnemar(won, lost), "", {}, won + lost, method="exact McNemar test"),
            model,
            previous,
        ]
        message = (
            f"The model is right on {known(model.value)} of {counted(n, 'row')}, the previous one on {known(previous.value)} of the same: "
            f"a {'gain' if won >= lost else 'loss'} of {points(abs(won - lost) / n)} points (gain: {span(gain)})."
        )
        message += (
            " The two answer alike wherever it matters."
            if won == lost == 0
            else f" {counted(won, 'row is', 'rows are')} now right that {'was' if won == 1 else 'were'} wrong, and {lost:,} the other way round."
        )
        low = self.limit.low if self.limit.low is not None else 0.0
        if self.limit.judges and (more := more_paired_rows(won, lost, n, low, LEVEL)):
            message += f" About {counted(rounded_up(more), 'more row')} would decide."
        if "places" in self.asks(subject):
            area = difference("roc_auc_gain", answers.rows("places"), {})
            measured.append(area)
            if area.value is not None:
                message += f" The ROC AUC {'rises' if area.value >= 0 else 'falls'} by {abs(area.value):.3f} (change: {span(area, 1, 3)})."
        if unmatched:
            measured.append(Measurement("unmatched_rows", unmatched, "rows", {}, n + unmatched, method="count of all rows"))
            message += (
                f" {counted(unmatched, 'row has', 'rows have')} no answer of the previous model and {'is' if unmatched == 1 else 'are'} left out."
            )
        bars = Exhibit(
            Kind.BARS, "Accuracy of the model and of the previous one", ("label", "value", "low", "high", "n"),
            [bar("model", model), bar("previous model", replace(previous, where={}))], "share of rows predicted right",
            note="The interval of the gain is narrower than the two bars suggest, since both are measured on the same rows.",
        )  # fmt: skip
        table = Exhibit(
            Kind.TABLE, "Rows by which of the two is right", ("", "previous right", "previous wrong"),
            [("model right", int(right[1, 1]), won), ("model wrong", lost, int(right[0, 0]))],
        )  # fmt: skip
        return Findings(measured, message, [bars, table])


def _champion(subject: Subject) -> str:
    if not subject.roles.champion:
        raise NotApplicable(
            "needs the answers of a previous model: name their column under 'roles: champion' in assay.yaml, or under 'audit: champion' a file of "
            "predictions, or for 'assay run' an earlier run ('last')"
        )
    return subject.roles.champion


def _second(cells: Rows) -> Rows:
    """Return the counts of the second prediction as if they were those of the first."""
    return Rows(("label", "prediction", "n"), [(row["label"], row["prediction1"], row["n"]) for row in cells])


def _right(subject: Subject, cells: Rows, *columns: str) -> Any:
    """Return how many labelled rows each of the two has right: first index the model, second the previous one."""
    target = subject.need("target")
    numeric: Mapping[str, bool] = {c: subject.table[c].type().is_numeric() for c in (target, *columns)}
    right = np.zeros((2, 2), dtype=np.int64)
    for row in cells:
        if row["label"] is not None:
            label = key(row["label"], numeric[target])
            ours, theirs = (int(key(row[name], numeric[c]) == label) for name, c in zip(("prediction", "prediction1"), columns, strict=True))
            right[ours, theirs] += int(row["n"])
    return right
