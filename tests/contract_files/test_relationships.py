"""Foreign keys in both notations, and what is wrong with those that lead nowhere."""

import pytest

from audit.core.errors import UsageError
from tests.contract_files.test_read import contract

HEAD = """\
kind: DataContract
schema:
  - name: orders
    id: orders_tbl
    physicalName: orders_v2
    relationships: [{table}]
    properties:
      - {{name: customer, physicalName: cust, id: customer_id, relationships: [{column}]}}
      - {{name: country, id: country_id}}
  - name: customers
    id: customers_tbl
    physicalName: customers_v3
    properties: [{{name: number, physicalName: num, id: number_id}}, {{name: country, id: land_id}}]
"""


def keys(tmp_path, *, table: str = "", column: str = ""):
    read = contract(HEAD.format(table=table, column=column), tmp_path, table="orders")
    return [(k.columns, k.table, k.to, k.place.line) for k in read.relationships]


@pytest.mark.parametrize(
    "to",
    [
        "customers.number",
        "customers_v3.num",
        "schema/customers_tbl/properties/number_id",
        "/schema/customers_tbl/properties/number_id",
    ],
)
def test_one_column_in_every_notation(to, tmp_path):
    assert keys(tmp_path, column=f"{{to: {to}}}") == [(("cust",), "customers_v3", ("num",), 8)]
    assert keys(tmp_path, table=f"{{type: foreignKey, from: orders.customer, to: {to}}}") == [(("cust",), "customers_v3", ("num",), 6)]


def test_keys_of_several_columns(tmp_path):
    short = "{from: [orders.customer, orders.country], to: [customers.number, customers.country]}"
    long = short.replace("customers.number", "schema/customers_tbl/properties/number_id").replace(
        "orders.country", "schema/orders_tbl/properties/country_id"
    )
    expected = [(("cust", "country"), "customers_v3", ("num", "country"), 6)]
    assert keys(tmp_path, table=short) == keys(tmp_path, table=long) == expected


def test_several_keys_of_one_column(tmp_path):
    assert [k[1] for k in keys(tmp_path, column="{to: customers.number}, {to: orders.country}, {to: [customers.country]}")] == [
        "customers_v3",
        "orders_v2",
        "customers_v3",
    ]


def test_tables_outside_the_contract_go_by_their_own_names(tmp_path):
    assert keys(tmp_path, column="{to: shops.id}, {to: 'https://example.org/c.yaml#people.id'}") == [
        (("cust",), "shops", ("id",), 8),
        (("cust",), "people", ("id",), 8),
    ]


def test_a_key_of_another_table_is_checked_there(tmp_path):
    read = contract(HEAD.format(table="{from: customers.number, to: orders.customer}", column=""), tmp_path, table="orders")
    assert read.relationships == ()
    assert [what for _, what in read.beyond_data] == ["the relationship starts in the table 'customers_v3'; it is checked where that table is"]


def test_the_other_tables_are_known_with_their_types(tmp_path):
    read = contract(HEAD.format(table="", column=""), tmp_path, table="orders")
    (other,) = read.other_tables.values()
    assert (list(read.other_tables), other.name, other.physical_name, list(other.types)) == (
        ["customers_v3"],
        "customers",
        "customers_v3",
        ["num", "country"],
    )
    assert (read.table, read.also_called) == ("orders_v2", ("orders", "orders_tbl"))


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("", "{to: customers.numbr}", "8: 'customers.numbr': the table 'customers' has no column 'numbr'. Did you mean 'number'"),
        ("", "{to: schema/customers_tbl/properties/numbr_id}", "8: .*no column 'numbr_id'. Did you mean 'number_id'"),
        ("", "{to: schema/customer_tbl/properties/number_id}", "8: .*no schema object has the id 'customer_tbl'. Did you mean 'customers_tbl'"),
        ("", "{to: schema/customers_tbl}", "8: 'schema/customers_tbl' leads to no column of a table"),
        ("", "{to: number}", "8: 'number' leads to no column of a table"),
        ("", "{to: customers.address.street}", "8: .*leads to no column of a table"),
        ("", "{to: c.yaml#/schema/x/properties/y}", "8: .*by its id; write it as c.yaml#table.column"),
        ("", "{type: foreignKey}", "8: a relationship names the column it leads to"),
        ("", "{type: foreignkey, to: customers.number}", "8: no relationship type 'foreignkey'. Did you mean 'foreignKey'"),
        ("", "{from: orders.customer, to: customers.number}", "8: under a column, 'from' is that column"),
        ("", "{to: [customers.number, customers.country]}", "8: 'from' names 1 and 'to' 2 columns"),
        ("{to: customers.number}", "", "6: under a table, a relationship needs 'from'"),
        ("{from: orders.customer, to: [customers.number]}", "", "6: 'from' and 'to' are both one column, or both a list"),
        ("{from: [orders.customer], to: [customers.number, customers.country]}", "", "6: 'from' names 1 and 'to' 2 columns"),
        ("{from: [orders.customer, orders.country], to: [customers.number, shops.id]}", "", "6: 'to' names columns of 2 tables"),
        ("{from: orders.custmer, to: customers.number}", "", "6: .*no column 'custmer'. Did you mean 'customer'"),
    ],
)
def test_keys_that_lead_nowhere(table, column, words, tmp_path):
    with pytest.raises(UsageError, match=f"^c.odcs.yaml:{words}"):
        keys(tmp_path, table=table, column=column)
