"""The gate's rules in Great Expectations on pandas."""

import sys
from pathlib import Path

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from gate_contract import CATEGORIES, COLUMNS, EMAIL, RANGES

frame = pd.read_parquet(sys.argv[1])
context = gx.get_context(mode="ephemeral")
batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
suite = context.suites.add(gx.ExpectationSuite("gate"))
for c in COLUMNS:
    suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=c, mostly=0.6))
for c, (low, high) in RANGES.items():
    suite.add_expectation(gxe.ExpectColumnValuesToBeBetween(column=c, min_value=low, max_value=high))
for c, values in CATEGORIES.items():
    suite.add_expectation(gxe.ExpectColumnValuesToBeInSet(column=c, value_set=values))
suite.add_expectation(gxe.ExpectColumnValuesToMatchRegex(column="email", regex=EMAIL))
suite.add_expectation(gxe.ExpectColumnValuesToBeUnique(column="id"))
suite.add_expectation(gxe.ExpectCompoundColumnsToBeUnique(column_list=COLUMNS))
definition = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=batch, suite=suite))
result = definition.run(batch_parameters={"dataframe": frame}, result_format="BASIC")
print(f"{sum(not r.success for r in result.results)} expectations not met")
