"""Where the six pairs stood at the end of every year, 1989 to 2007, and how the two readings of a date bracket that."""

from collections.abc import Callable, Collection
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import onward

Logs = Callable[[Collection[str]], st.SearchStrategy[onward.EventLog]]
Places = dict[str, str]

# From the report's text (§2.1, §4.1–§4.6), with its own dates. "-": not begun.
TIMELINE = """
            EU;UN        EU;NATO      NATO;UN      AU;UN        AU;EU        AU;NATO
    1989    -            -            -            -            -            -
    1990    -            -            -            -            -            -
    1991    -            -            -            -            -            -
    1992    -            courtship    founding     -            -            -
    1993    -            courtship    founding     -            -            -
    1994    -            courtship    founding     -            -            -
    1995    -            courtship    founding     -            -            -
    1996    -            courtship    founding     -            -            -
    1997    -            courtship    founding     -            -            -
    1998    -            courtship    founding     -            -            -
    1999    courtship    courtship    proven       -            -            -
    2000    negotiation  courtship    proven       -            -            -
    2001    negotiation  courtship    proven       -            -            -
    2002    negotiation  founding     proven       -            -            -
    2003    proven       founding     proven       -            -            -
    2004    maintenance  proven       proven       proven       founding     -
    2005    maintenance  proven       proven       proven       founding     founding
    2006    maintenance  proven       proven       proven       founding     founding
    2007    maintenance  maintenance  proven       proven       founding     founding
"""
HEADING, *ROWS = (line.split() for line in TIMELINE.strip().splitlines())
EXPECTED = {int(year): dict(zip(HEADING, places, strict=True)) for year, *places in ROWS}


def places_at(study: onward.Study, as_of: str) -> Places:
    """A pair without an event so far, or with one-sided texts only, has not begun."""
    cases = onward.replay(study.model, study.log, as_of=as_of).case_rows
    begun = {row.case: row.stage or row.phase for row in cases if row.rank}
    return {pair: begun.get(pair, "-") for pair in HEADING}


def reached(replayed: onward.Replay) -> dict[tuple[str, int], datetime]:
    """When each case first stood at a rank or beyond it."""
    ranks = replayed.model.ranks
    spells = [
        (row.case, f"{row.phase}.{row.stage}" if row.stage else row.phase, row.start) for row in replayed.spell_rows
    ]
    found: dict[tuple[str, int], datetime] = {}
    for case, place, start in spells:
        for rank in range(1, ranks[place].start + 1):
            if start is not None:
                found[case, rank] = min(start, found.get((case, rank), start))
    return found


def test_the_table_covers_every_year_from_1989_to_2007() -> None:
    assert list(EXPECTED) == list(range(1989, 2008))


@pytest.mark.parametrize("year", EXPECTED)
def test_at_the_end_of_the_year_every_pair_stands_where_the_text_puts_it(year: int, study: onward.Study) -> None:
    assert places_at(study, str(year)) == EXPECTED[year]


def test_the_un_and_the_au_pass_through_start_up_inside_2004(study: onward.Study) -> None:
    assert [places_at(study, month)["AU;UN"] for month in ("2004-05", "2004-06", "2004-12")] == [
        "-",
        "founding",
        "proven",
    ]


def test_nato_and_the_au_negotiate_from_may_to_july_2005(study: onward.Study) -> None:
    assert [places_at(study, month)["AU;NATO"] for month in ("2005-04", "2005-05", "2005-06", "2005-07")] == [
        "-",
        "negotiation",
        "negotiation",
        "founding",
    ]


def test_a_pair_is_ad_hoc_until_both_have_made_a_basis_and_formal_from_then_on(study: onward.Study) -> None:
    formal: dict[str, list[int]] = {}
    for year in EXPECTED:
        for row in onward.replay(study.model, study.log, as_of=year).case_rows:
            if dict(row.shows)["basis"] == "formal":
                formal.setdefault(row.case, []).append(year)
    since = {"EU;NATO": 2002, "EU;UN": 2003, "AU;UN": 2006, "AU;EU": 2007}
    assert formal == {pair: list(range(year, 2008)) for pair, year in since.items()}


def test_the_un_and_nato_had_begun_nothing_with_a_treaty_of_1949(study: onward.Study) -> None:
    row = next(row for row in onward.replay(study.model, study.log, as_of="1991").case_rows if row.case == "NATO;UN")
    assert (row.phase, row.events) == ("start", 1)


def test_no_pair_ever_goes_down(study: onward.Study) -> None:
    ranks = {**study.model.ranks, "-": range(1), "founding": range(3, 4), "proven": range(4, 5)}
    years = [places_at(study, str(year)) for year in EXPECTED]
    for before, after in pairwise(years):
        assert all(ranks[before[pair]].start <= ranks[after[pair]].start for pair in HEADING)


def test_no_step_goes_down(replayed: onward.Replay) -> None:
    ranks = replayed.model.ranks
    assert all(ranks[row.before].start <= ranks[row.after].start for row in replayed.step_rows)


def test_what_is_possible_is_never_later_than_what_is_certain(study: onward.Study) -> None:
    certain = reached(onward.replay(study.model, study.log, as_of=study.as_of, reading="certain"))
    possible = reached(onward.replay(study.model, study.log, as_of=study.as_of, reading="possible"))
    assert certain.keys() == possible.keys()
    assert all(possible[key] < certain[key] for key in certain)  # every date is wider than an instant


def test_at_the_ends_of_years_the_two_readings_say_the_same(study: onward.Study) -> None:
    for year in EXPECTED:
        certain, possible = (
            {row.case: row.rank for row in onward.replay(study.model, study.log, as_of=year, reading=reading).case_rows}
            for reading in ("certain", "possible")
        )
        assert certain == possible


@given(data=st.data())
def test_what_is_possible_is_never_later_than_what_is_certain_on_any_log_without_an_ending(
    data: st.DataObject, study: onward.Study, logs: Logs
) -> None:
    log = data.draw(logs(study.model.kinds.keys() - {"partnership_dissolved"}))
    certain = reached(onward.replay(study.model, log, reading="certain"))
    possible = reached(onward.replay(study.model, log, reading="possible"))
    assert certain.keys() == possible.keys()
    assert all(possible[key] <= certain[key] for key in certain)
