{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "university_code"},
) }}

-- The mart's side of an approved record is fct_record; of the others the rows that arrived, which the marts
-- show as work in progress.
with mart_records as (
    select f.university_code, f.type, f.filed_year, '30' as state, f.college_id, count(*) as records
    from {{ ref('fct_record') }} as f
    where f.valid_to is null
    {{- of_touched('f.university_code') }}
    group by f.university_code, f.type, f.filed_year, f.college_id
    union all
    select w.university_code, w.type, w.filed_year, w.state, w.college_id, w.records
    from {{ ref('rpt_work') }} as w
    where w.state <> '30'
    {{- of_touched('w.university_code') }}
),

store_records as (
    select s.university_code, s.type, cast(s.filed_year as integer) as filed_year, s.state, s.college_id, sum(s.records) as records
    from {{ source('feed', '_store_counts') }} as s
    where true
    {{- of_touched('s.university_code') }}
    group by s.university_code, s.type, s.filed_year, s.state, s.college_id
),

counted as (
    select
        coalesce(s.university_code, m.university_code) as university_code,
        'records' as subject,
        coalesce(s.type, m.type) as type,
        coalesce(s.filed_year, m.filed_year) as year,
        coalesce(s.state, m.state) as state,
        coalesce(s.college_id, m.college_id) as college_id,
        cast(coalesce(s.records, 0) as bigint) as store_value,
        cast(coalesce(m.records, 0) as bigint) as mart_value
    from store_records as s
    full outer join mart_records as m
        on
            m.university_code = s.university_code
            and m.type = s.type
            and coalesce(m.filed_year, 0) = coalesce(s.filed_year, 0)
            and m.state = s.state
            and coalesce(m.college_id, 0) = coalesce(s.college_id, 0)
),

-- R01 counts exactly the records in statistics: the chain from store to number, not only to the fact.
in_statistics as (
    select s.university_code, s.type, sum(s.records) as records
    from {{ source('feed', '_store_counts') }} as s
    where s.state = '30' and s.in_statistics
    {{- of_touched('s.university_code') }}
    group by s.university_code, s.type
),

numbers as (
    select i.university_code, i.category_1 as type, sum(i.value) as records
    from {{ ref('rpt_indicator') }} as i
    where i.indicator = 'R01' and i.level = 'university' and i.category_1 <> '*'
    {{- of_touched('i.university_code') }}
    group by i.university_code, i.category_1
),

numbered as (
    select
        coalesce(s.university_code, n.university_code) as university_code,
        'number' as subject,
        coalesce(s.type, n.type) as type,
        cast(null as integer) as year,
        '30' as state,
        cast(null as bigint) as college_id,
        cast(coalesce(s.records, 0) as bigint) as store_value,
        cast(coalesce(n.records, 0) as bigint) as mart_value
    from in_statistics as s
    full outer join numbers as n on n.university_code = s.university_code and n.type = s.type
),

balanced as (
    select
        b.university_code,
        'balance' as subject,
        r.type,
        cast(null as integer) as year,
        '30' as state,
        cast(null as bigint) as college_id,
        cast(sum(coalesce(b.store_balance, 0)) as bigint) as store_value,
        -- a difference in one project may not be made up for by another
        cast(sum(coalesce(b.store_balance, 0)) + sum(abs(b.balance - coalesce(b.store_balance, 0))) as bigint) as mart_value
    from {{ ref('rpt_balance') }} as b
    inner join {{ ref('stg_record') }} as r on r.id = b.project_id
    where true
    {{- of_touched('b.university_code') }}
    group by b.university_code, r.type
)

select u.university_code, u.subject, u.type, u.year, u.state, u.college_id, u.store_value, u.mart_value, u.store_value = u.mart_value as agrees
from (
    select * from counted
    union all
    select * from numbered
    union all
    select * from balanced
) as u
order by u.university_code, u.subject, u.type, u.year nulls first, u.state, u.college_id nulls first
