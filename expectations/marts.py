"""Suites for the marts, written by hand: do totals conserve, and does the mart equal the store?

All of them are errors: what fails here is a wrong number on a page.
"""

from __future__ import annotations

from expectations.checks import Check, Suite, Where

RECONCILIATION = Suite(
    "rpt_reconciliation",
    (
        Check("marts.reconciliation", "", "error", "对账未通过：集市与库内条数或金额不一致。",
              "Reconciliation failed: the mart and the store differ in records or money.",
              "ExpectColumnValuesToBeInSet", {"column": "agrees", "value_set": [True]}),
    ),
    key=None,
)  # fmt: skip

BALANCE = Suite(
    "rpt_balance",
    (
        Check("marts.balance", "", "error", "项目余额与库内不一致。", "A project's balance differs from the store's.",
              "ExpectColumnValuesToBeInSet", {"column": "agrees", "value_set": [True]}),
        Check("marts.overdrawn", "", "error", "项目余额小于0。", "A project is overdrawn.",
              "ExpectColumnValuesToBeBetween", {"column": "balance", "min_value": 0}),
    ),
    key="project_id",
)  # fmt: skip

MEASURES = Suite(
    "fct_measure",
    (
        Check("marts.year", "", "error", "计入的事件没有年度。", "A counted event has no year.",
              "ExpectColumnValuesToNotBeNull", {"column": "year"}, Where("included", (True,))),
        Check("marts.reason", "", "error", "不计入的事件没有原因。", "An event is left out without a reason.",
              "ExpectColumnValuesToNotBeNull", {"column": "reason"}, Where("included", (False,))),
        Check("marts.value", "", "error", "度量值为空。", "A measure has no value.",
              "ExpectColumnValuesToNotBeNull", {"column": "value"}),
    ),
)  # fmt: skip

INDICATORS = Suite(
    "rpt_indicator",
    (
        Check("marts.share", "", "error", "占比不在0与1之间。", "A share lies outside 0 to 1.",
              "ExpectColumnValuesToBeBetween", {"column": "bounded_share", "min_value": 0, "max_value": 1}),
        Check("marts.conserved", "", "error", "学院之和不等于全校。", "Colleges do not add up to the university.",
              "ExpectColumnValuesToBeInSet", {"column": "conserves", "value_set": [True]}),
    ),
    key=None,
)  # fmt: skip

SUITES: tuple[Suite, ...] = (RECONCILIATION, BALANCE, MEASURES, INDICATORS)
