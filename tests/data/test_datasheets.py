"""Figures in the datasheets are measured again on the files."""

import re
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "data"


def sheet(name: str) -> str:
    """Return a datasheet as one line, so that a figure is found wherever its sentence was broken."""
    return re.sub(r"\s+", " ", (DATA / name / "DATASHEET.md").read_text(encoding="utf-8"))


def percent(part: float) -> str:
    return f"{part:.1%}".replace("%", " %")


@pytest.fixture(scope="module")
def arrests() -> pd.DataFrame:
    return pd.read_parquet(DATA / "arrests" / "arrests.parquet")


@pytest.fixture(scope="module")
def loans() -> pd.DataFrame:
    return pd.read_parquet(DATA / "loans" / "loans.parquet")


def test_arrests_values(arrests):
    text = sheet("arrests")
    for column in ("released", "colour", "year", "sex", "employed", "citizen", "checks"):
        for value, n in arrests[column].value_counts().items():
            assert f"{value} ({n:,})" in text, f"{column}: {value} occurs {n:,} times"
    assert int(arrests.isna().sum().sum()) == 0
    assert (arrests.age.min(), arrests.age.max(), arrests.age.median()) == (12, 66, 21)
    assert f"{(arrests.age < 18).sum():,} people under 18" in text


def test_arrests_release_by_group(arrests):
    text = sheet("arrests")
    released = arrests.released == "Yes"
    black, white = released[arrests.colour == "Black"], released[arrests.colour == "White"]
    assert f"Of {len(black):,} Black people {black.sum()} were released, {percent(black.mean())}" in text
    assert f"of {len(white):,} White people {white.sum():,}, {percent(white.mean())}" in text
    assert f"a gap of {100 * (white.mean() - black.mean()):.1f} points" in text
    for column, value in (("sex", "Female"), ("sex", "Male"), ("employed", "Yes"), ("employed", "No"), ("citizen", "Yes"), ("citizen", "No")):
        assert percent(released[arrests[column] == value].mean()) in text, f"{column} {value}"
    by_checks = released.groupby(arrests.checks).mean()
    assert f"from {percent(by_checks[0])} of those in no database to {percent(by_checks[5])} of those in five" in text
    means = arrests.groupby("colour").checks.mean()
    assert f"Black people were found in {means['Black']:.2f} databases on average and White people in {means['White']:.2f}" in text


def test_arrests_duplicates(arrests):
    text = sheet("arrests")
    copies = int(arrests.duplicated().sum())
    assert f"{copies:,} of {len(arrests):,} rows ({percent(copies / len(arrests))})" in text
    assert f"{len(arrests.drop_duplicates()):,} are distinct" in text
    assert f"one combination occurs {arrests.value_counts().max()} times" in text
    outcomes = arrests.groupby([c for c in arrests if c != "released"]).released.agg(["nunique", "size"])
    both = outcomes[outcomes["nunique"] == 2]
    assert f"{len(both)} combinations of the seven features occur with both outcomes; they cover {both['size'].sum():,} rows" in text


def test_arrests_oddities(arrests):
    text = sheet("arrests")
    young = arrests[arrests.age < 15]
    assert f"Of {len(young)} people under 15, {(young.employed == 'Yes').sum()} are recorded as employed" in text
    who = arrests.groupby(["year", "age", "sex", "colour", "employed", "citizen"]).size()
    assert f"{len(who):,} combinations, of which {(who == 1).sum()} occur once" in text


def test_loans_empty_cells(loans):
    text = sheet("loans")
    empty = loans.isna().sum()
    assert f"{empty.sum()} cells in {loans.isna().any(axis=1).sum()} rows" in text
    for column, n in empty[empty > 0].items():
        assert f"`{column}` {n}" in text
        assert re.search(rf"\| `{column}` \|[^\n]*?\| {n} \|", text), f"{column} in the table of columns"
    assert loans[loans.male.isna()].reject.sum() == 0


def test_loans_flags_and_small_codes(loans):
    text = sheet("loans")
    for column in loans:
        values = loans[column].dropna()
        row = re.search(rf"\| `{column}` \| (\w+) \| (.*?) \| ([^|]*) \| ([^|]*)\|", text)
        assert row, f"{column} has no row in the datasheet"
        if row[1] == "flag":
            assert set(values.unique()) <= {0, 1}
            assert row[3] == f"1 in {int(values.sum()):,} rows", column
        elif values.nunique() <= 5:
            assert row[3] == ", ".join(f"{int(v)} ({n:,})" for v, n in values.value_counts().sort_index().items()), column
        else:
            low, high = (float(part.replace(",", "")) for part in row[3].split(" to "))
            assert (low, high) == pytest.approx((float(values.min()), float(values.max())), abs=6e-4), column


def test_loans_codes_for_unknown(loans):
    text = sheet("loans")
    assert f"`review` holds 999 in {(loans.review == 999).sum()} rows" in text
    assert f"`appinc` 666 in {(loans.appinc == 666).sum()}" in text
    assert f"`liq` 1,000,000 (thousands of dollars) in {(loans.liq == 1_000_000).sum()}" in text
    assert f"`term` 999,999.375 in {(loans.term == 999_999.375).sum()} and `lines` in {(loans.lines == 999_999.375).sum()}" in text
    assert f"`gdlin` 666 in {(loans.gdlin == 666).sum()}" in text


def test_loans_denied_by_group(loans):
    text = sheet("loans")
    groups = {"Black applicants": loans.black == 1, "Hispanic applicants": loans.hispan == 1, "others": loans.white == 1}
    for name, rows in groups.items():
        denied = loans[rows].reject
        assert f"{denied.sum()} of {len(denied):,} {name} ({percent(denied.mean())})" in text
    for rows in (loans.male == 1, loans.male == 0, loans.married == 1, loans.married == 0):
        denied = loans[rows.fillna(False).astype(bool)].reject
        assert f"{denied.sum()} of {len(denied):,} ({percent(denied.mean())})" in text
    assert f"{loans.reject.sum()} of {len(loans):,} ({percent(loans.reject.mean())})" in text


def test_loans_leaks_and_derived_columns(loans):
    text = sheet("loans")
    assert (loans.reject == (loans.action == 3)).all()
    assert (loans.approve == 1 - loans.reject).all()
    sold = loans[loans.typur != 0]
    assert f"of {len(sold)} loans with a purchaser {sold.reject.sum()} count as denied" in text
    unseen = loans[loans.review == 0]
    assert f"of {len(unseen)} files with 0 reviews {unseen.reject.sum()} were denied" in text
    unmet, met = loans[loans.gdlin == 0], loans[loans.gdlin == 1]
    assert f"of {len(unmet)} applicants who did not meet the lender's guidelines {unmet.reject.sum()} were denied" in text
    assert f"of {len(met):,} who did {met.reject.sum()}" in text
    insured = loans[loans.inson == 1]
    assert f"of its {len(insured)} applicants" in text
    assert f"{insured.reject.sum()} were denied the loan" in text
    assert (insured.inss == 1).all()
    assert (loans.white == ((loans.black == 0) & (loans.hispan == 0))).all()
    assert (loans.chist == (loans.cons <= 4)).all()
    assert (loans.multi.dropna() == (loans.unit.dropna() >= 2)).all()
    assert (loans.thick.dropna() == (loans.rep.dropna() >= 3)).all()
    assert loans.loanprc.to_numpy() == pytest.approx((loans.loanamt / loans.price).to_numpy(), abs=1e-6)
    for code, flag in enumerate(("mortno", "mortperf", "mortlat1", "mortlat2"), start=1):
        assert (loans[flag] == (loans.mortg == code)).all()
    assert loans.msa.unique().tolist() == [1120]


def test_loans_doubtful_values(loans):
    text = sheet("loans")
    assert f"In {(loans.obrat < loans.hrat).sum()} rows all obligations" in text
    typo = loans[loans.apr == 4316]
    assert typo.price.tolist() == [436]
    assert f"`loanprc` goes up to {loans.loanprc.max():.2f} and exceeds 1 in {(loans.loanprc > 1).sum()} rows" in text
    assert loans[loans.appinc == 0].atotinc.tolist() == [12_500]
    assert (loans.atotinc == 0).sum() == 4


@pytest.mark.parametrize(("name", "holder"), [("arrests", "vincent d warmerdam"), ("loans", "Tetsu HARUYAMA")])
def test_the_licence_notice_is_whole(name, holder):
    text = re.sub(r"\s+", " ", (DATA / name / "DATASHEET.md").read_text(encoding="utf-8").replace("> ", "").replace(">", ""))
    assert holder in text
    assert "The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software." in text
    assert text.rstrip().endswith("OTHER DEALINGS IN THE SOFTWARE.")
