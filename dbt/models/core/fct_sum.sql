{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "university_code"},
) }}

-- depends_on: {{ ref('v_batch_sum') }}
-- In a refresh the sums move by what the batch's records counted before (pipeline.leaving, taken before the facts
-- change) and count now: decimals and counts, so nothing drifts. A cell nobody counts in any more is no row.
{% if var('warm', false) %}
with moved as (
    select
        s.university_code, s.measure, s.rule, s.year, s.level, s.college_id, s.category_1,
        s.value, s.records, s.once_value, s.once_records
    from {{ this }} as s
    where true
    {{- of_touched('s.university_code') }}
    union all
    select
        l.university_code, l.measure, l.rule, l.year, l.level, l.college_id, l.category_1,
        -l.value, -l.records, -l.once_value, -l.once_records
    from {{ source('pipeline', 'leaving') }} as l
    union all
    select
        a.university_code, a.measure, a.rule, a.year, a.level, a.college_id, a.category_1,
        a.value, a.records, a.once_value, a.once_records
    from {{ ref('v_batch_sum') }} as a
)

select
    m.university_code,
    m.measure,
    m.rule,
    m.year,
    m.level,
    m.college_id,
    m.category_1,
    cast(sum(m.value) as decimal(38, 16)) as value,
    cast(sum(m.records) as bigint) as records,
    cast(sum(m.once_value) as decimal(38, 16)) as once_value,
    cast(sum(m.once_records) as bigint) as once_records
from moved as m
group by m.university_code, m.measure, m.rule, m.year, m.level, m.college_id, m.category_1
having sum(m.records) <> 0
{% else %}
with contributions as (
    {{ contributions_of(['university', 'college']) }}
)

select s.*
from (
    {{ sums_of('contributions') }}
) as s
where true
{{- of_touched('s.university_code') }}
{% endif %}
order by 1, 2, 3, 4, 5, 6 nulls first, 7
