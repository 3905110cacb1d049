"""A first gate in Great Expectations, as a newcomer would write it: expectations taken from the data at hand, since GX 1.x has no profiler."""

import json
import sys
from pathlib import Path

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

mode, file, stored = sys.argv[1:4]
frame = pd.read_csv(file)
context = gx.get_context(mode="ephemeral")
batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
if mode == "write":
    rules = [["columns", list(frame.columns)]]
    for c in frame.columns:
        rules += [["null", c]] if frame[c].notna().all() else []
        if pd.api.types.is_numeric_dtype(frame[c]):
            rules.append(["range", c, float(frame[c].min()), float(frame[c].max())])
        elif frame[c].nunique() <= 50:
            rules.append(["set", c, sorted(frame[c].dropna().unique())])
    Path(stored).write_text(json.dumps(rules))
    sys.exit(0)
suite = context.suites.add(gx.ExpectationSuite("s"))
for kind, c, *rest in json.loads(Path(stored).read_text()):
    if kind == "columns":
        suite.add_expectation(gxe.ExpectTableColumnsToMatchSet(column_set=c))
    elif kind == "null":
        suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=c))
    elif kind == "range":
        suite.add_expectation(gxe.ExpectColumnValuesToBeBetween(column=c, min_value=rest[0], max_value=rest[1]))
    else:
        suite.add_expectation(gxe.ExpectColumnValuesToBeInSet(column=c, value_set=rest[0]))
definition = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=batch, suite=suite))
result = definition.run(batch_parameters={"dataframe": frame})
sys.exit(0 if result.success else 1)
