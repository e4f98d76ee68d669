"""Periods as tables print them."""

from __future__ import annotations

import pytest

from lod.tables.printed.periods import period_in_file_name, period_of, periods_in


@pytest.mark.parametrize(
    ("text", "code", "chinese", "english"),
    [
        ("中華民國101年底", "2012", "民國101年底", "End of 2012"),
        ("民國 92年", "2003", "民國92年", "2003"),
        ("中華民國１０１年", "2012", "民國101年", "2012"),
        ("87年 1月", "1998-01", "民國87年1月", "January 1998"),
        ("11310", "2024-10", "民國113年10月", "October 2024"),
        ("1141020", "2025-10-20", "民國114年10月20日", "20 October 2025"),
        ("End of 2012", "2012", "民國101年底", "End of 2012"),
        ("2015", "2015", "民國104年", "2015"),
        ("2015-07", "2015-07", "民國104年7月", "July 2015"),
        ("October 2024", "2024-10", "民國113年10月", "October 2024"),
        ("民國前1年", "1911", "民國前1年", "1911"),
        ("民國元年", "1912", "民國1年", "1912"),
        ("西元2012年3月", "2012-03", "民國101年3月", "March 2012"),
        ("101/12/31", "2012-12-31", "民國101年12月31日", "31 December 2012"),
        ("101年12月底", "2012-12", "民國101年12月底", "End of December 2012"),
        ("101年第一季", "2012-Q1", "民國101年第1季", "Quarter 1 of 2012"),
        ("Q3 2012", "2012-Q3", "民國101年第3季", "Quarter 3 of 2012"),
        ("101年下半年", "2012-H2", "民國101年下半年", "Second half of 2012"),
        ("101年1月至6月", "2012-H1", "民國101年上半年", "First half of 2012"),
        ("101年1-9月", "2012-01--09", "民國101年1月至9月", "January to September 2012"),
        ("101學年度", "2012-SY", "民國101學年度", "School year 2012/13"),
        ("101學年度第2學期", "2012-SY2", "民國101學年度第2學期", "School year 2012/13, semester 2"),
    ],
)
def test_a_period_is_read(text: str, code: str, chinese: str, english: str) -> None:
    period = period_of(text)
    assert period is not None
    assert (period.code, period.chinese, period.english) == (code, chinese, english)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "總計",
        "18-25歲",
        "11313",
        "中華民國 92年底至101年底",
        "1234567890",
        "0-5年",
        "Total 2012 x",
        "101",
        "101年13月",
    ],
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert period_of(text) is None


def test_a_stock_is_one_day_a_flow_all_days() -> None:
    stock, flow = period_of("中華民國101年底"), period_of("中華民國101年")
    assert stock is not None
    assert flow is not None
    assert (stock.first.isoformat(), stock.last.isoformat()) == ("2012-12-31", "2012-12-31")
    assert (flow.first.isoformat(), flow.last.isoformat()) == ("2012-01-01", "2012-12-31")


def test_titles_name_periods_but_ranges_do_not() -> None:
    assert [each.code for each in periods_in("公務人員 中華民國101年底 人數")] == ["2012"]
    assert [each.code for each in periods_in("中華民國 92年底至101年底")] == []
    assert [each.code for each in periods_in("表 2　全國公務人員人數按官等分")] == []


def test_a_file_name_says_its_period_at_the_end() -> None:
    period = period_in_file_name("臺北市政府主管人員性別統計表11310")
    assert period is not None
    assert period.code == "2024-10"
    assert period_in_file_name("supervisors") is None


def test_bare_digits_are_minguo_years_if_that_is_declared() -> None:
    period = period_of("98", is_minguo=True)
    assert period is not None
    assert period.code == "2009"


def test_a_school_year_ends_in_the_next_one() -> None:
    period = period_of("101學年度")
    assert period is not None
    assert (period.first.isoformat(), period.last.isoformat()) == ("2012-08-01", "2013-07-31")
