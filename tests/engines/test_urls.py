"""What may be seen of a URL."""

import pytest

from audit.engines.urls import masked, secrets, table_of

SEEN = [
    ("postgres://ann:s3cret@db:5432/shop#orders", "postgres://ann:…@db:5432/shop#orders", ["s3cret"]),
    ("postgres://ann@db/shop#orders", "postgres://ann@db/shop#orders", []),
    ("postgresql://db/shop?user=ann&password=pw1&sslmode=require#t", "postgresql://db/shop?user=ann&password=…&sslmode=require#t", ["pw1"]),
    ("https://host/f.parquet?X-Amz-Signature=abc&x=1", "https://host/f.parquet?X-Amz-Signature=…&x=1", ["abc"]),
    ("pyspark://local[2]#data/*.parquet", "pyspark://local[2]#data/*.parquet", []),
    ("a:b@c.parquet", "a:b@c.parquet", []),
]


@pytest.mark.parametrize(("url", "shown", "hidden"), SEEN)
def test_passwords_and_signatures_are_not_shown(url, shown, hidden):
    assert masked(url) == shown
    assert secrets(url) == hidden


def test_the_table_is_what_follows_the_hash():
    assert table_of("pyspark://local[2]#data/*.parquet") == ("pyspark://local[2]", "data/*.parquet")
    assert table_of("postgres://db/shop") == ("postgres://db/shop", "")
