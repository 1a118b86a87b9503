"""Runs suites through Great Expectations on Arrow-typed pandas frames.

One ephemeral context a process, progress bars and usage reports off. Arrow dtypes because plain pandas
turns a nullable bigint into a float; frames carry only the columns their suite names.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from expectations.checks import Check, Failure, Suite

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5
"""Unexpected values quoted in a failure."""


@lru_cache(maxsize=1)
def _context() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.enable_analytics(enable=False)
    source = context.data_sources.add_pandas("frames")
    return source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")


def _expectation(check: Check, notes: bool = False) -> Any:
    import great_expectations.expectations as gxe

    arguments = dict(check.arguments)
    if check.where is not None:
        from great_expectations.expectations.row_conditions import Column

        column = Column(check.where.column)
        values = [int(value) if isinstance(value, bool) else value for value in check.where.values]
        arguments["row_condition"] = column.is_not_in(values) if check.where.negated else column.is_in(values)
    meta: dict[str, Any] = {"rule": check.rule}
    if notes:  # what Data Docs print beside the library's own English sentence
        meta["notes"] = {"format": "string", "content": [f"{check.zh} {check.en}"]}
    return getattr(gxe, check.expectation)(**arguments, meta=meta)


def run(suite: Suite, frame: pd.DataFrame) -> list[Failure]:
    """Every check of ``suite`` that does not hold, by university. An empty frame holds everything."""
    if frame.empty or not suite.checks:
        return []
    by_rule = {check.rule: check for check in suite.checks}
    result = validate(suite, frame, {"result_format": "COMPLETE", "return_unexpected_index_query": False})
    failures: list[Failure] = []
    for one in result.results:
        if not one.success:
            check = by_rule[one.expectation_config.meta["rule"]]
            failures += _failures(check, suite, frame, one)
    return failures


def validate(suite: Suite, frame: pd.DataFrame, result_format: dict[str, Any], notes: bool = False) -> Any:
    """Great Expectations' own result of a suite on a frame that is not empty."""
    import great_expectations as gx

    for check in suite.checks:  # a row condition takes no booleans
        if check.where is not None and any(isinstance(value, bool) for value in check.where.values):
            frame = frame.assign(**{check.where.column: frame[check.where.column].astype("int64[pyarrow]")})
    batch = _context().get_batch(batch_parameters={"dataframe": frame})
    expectations = [_expectation(check, notes) for check in suite.checks]
    return batch.validate(gx.ExpectationSuite(name=suite.name, expectations=expectations), result_format=result_format)


def _failures(check: Check, suite: Suite, frame: pd.DataFrame, one: Any) -> list[Failure]:
    rows = one.result.get("unexpected_index_list")
    if rows is None:  # the check itself could not be evaluated: nobody may be called good
        reason = str(one.exception_info)[:200]
        return [Failure(check, suite.name, code, (), (reason,)) for code in frame["university_code"].unique()]
    from pandas import isna  # loaded with the engine, and not before

    bad = frame.loc[rows]
    limited_by = check.where.column if check.where else None
    shown = [column for column in check.columns if column != limited_by]
    out = []
    for code, part in bad.groupby("university_code", observed=True):
        ids = tuple(int(v) for v in part[suite.key].dropna().unique()) if suite.key else ()
        said = (" ".join(str(v) for v in row if not isna(v)) for row in part[shown].head(SHOWN).itertuples(index=False))
        out.append(Failure(check, suite.name, str(code), ids, tuple(one for one in said if one)))  # what is missing has no example
    return out
