"""Tables in folders whose names are columns."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.core.errors import DataError
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import fingerprint, open_source


@pytest.fixture
def sales(tmp_path):
    for year, shop, amounts in ((2023, "01", [1, 2]), (2024, "01", [3]), (2024, "02", [4, 5])):
        folder = tmp_path / "sales" / f"year={year}" / f"shop={shop}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"amount": amounts}), folder / "part.parquet")
    return tmp_path


def rows(source):
    return sorted(AskEngine(source.backend).fetch(source.table)[1])


@pytest.mark.parametrize("location", ["sales", "sales/", "sales/**/*.parquet", "sales/year=*/shop=*/*.parquet"])
def test_names_of_folders_are_columns(sales, location):
    source = open_source(location, sales)
    assert source.table.columns == ("amount", "shop", "year")
    assert rows(source) == [(1, "01", 2023), (2, "01", 2023), (3, "01", 2024), (4, "02", 2024), (5, "02", 2024)]
    assert str(source.table.year.type()) == "int64"


def test_what_is_promised_as_text_is_text(sales):
    assert rows(open_source("sales", sales, promised={"year": "string"}))[0] == (1, "01", "2023")


def test_one_partition_keeps_its_number_and_its_rows_their_positions(sales):
    source = open_source("sales/year=2023/shop=01/part.parquet", sales)
    numbered = AskEngine(source.backend).fetch(source.numbered().select("assay_row", "amount", "year"))[1]
    assert sorted(numbered) == [(0, 1, 2023), (1, 2, 2023)]


def test_a_partition_that_is_renamed_changes_the_fingerprint(sales):
    before = fingerprint(open_source("sales", sales))
    (sales / "sales" / "year=2023").rename(sales / "sales" / "year=2022")
    assert fingerprint(open_source("sales", sales)) != before


def test_a_folder_above_the_data_is_no_partition(tmp_path):
    folder = tmp_path / "tenant=7"
    folder.mkdir()
    pq.write_table(pa.table({"a": [1]}), folder / "t.parquet")
    assert open_source("t.parquet", folder).table.columns == ("a",)


def test_a_folder_without_partitions_is_refused(tmp_path):
    (tmp_path / "plain").mkdir()
    with pytest.raises(DataError, match="'plain' is a folder"):
        open_source("plain", tmp_path)
