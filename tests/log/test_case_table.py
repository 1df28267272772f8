import pytest

from onward.log.case_table import CaseTable, build_case_table
from onward.log.formats import PARSERS


def table(*cases: str) -> CaseTable:
    text = "case,note\n" + "".join(f"{case},about {case}\n" for case in cases)
    return build_case_table(PARSERS[".csv"](text.encode(), "cases.csv"))


@pytest.mark.parametrize("written", ["EU;UN", "UN;EU", "UN-EU", "UN–EU"])
def test_a_pair_is_found_however_the_table_writes_it(written: str) -> None:
    assert table(written).of("EU;UN") == {"note": f"about {written}"}


def test_the_exact_name_goes_before_the_pair() -> None:
    both = table("EU;UN", "UN;EU")
    assert (both.of("EU;UN")["note"], both.of("UN;EU")["note"]) == ("about EU;UN", "about UN;EU")


def test_a_pair_that_several_rows_may_mean_has_none() -> None:
    assert table("UN-EU", "UN;EU").of("EU;UN") == {}


@pytest.mark.parametrize("case", ["eu;un", "EU", "C", "a"])
def test_another_case_has_no_texts(case: str) -> None:
    assert table("EU;UN", "A").of(case) == {}
    assert table("EU;UN", "A").title(case) == case


def test_a_table_of_many_cases_is_searched_by_name() -> None:
    names = [f"C{number};D{number}" for number in range(5_000)]
    many = table(*names)
    assert [many.of(name)["note"] for name in names] == [f"about {name}" for name in names]
    assert many.of("D4999-C4999") == {"note": "about C4999;D4999"}
    assert [many.of(f"E{number}") for number in range(5_000)] == [{}] * 5_000
