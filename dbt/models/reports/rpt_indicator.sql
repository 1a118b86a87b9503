{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "university_code"},
) }}

-- Every additive indicator under its own rule, and whatever rules the derived ones ask of them.
with asked as (
    select i.indicator, i.measure, i.counting_rule as rule
    from {{ ref('dim_indicator') }} as i
    where i.kind = 'additive' and i.measure <> ''
    union
    select a.indicator, a.measure, d.numerator_rule
    from {{ ref('dim_indicator') }} as d
    inner join {{ ref('dim_indicator') }} as a on a.indicator = d.numerator
    union
    select a.indicator, a.measure, d.denominator_rule
    from {{ ref('dim_indicator') }} as d
    inner join {{ ref('dim_indicator') }} as a on a.indicator = d.denominator
),

additive as (
    select
        s.university_code, a.indicator, a.rule, s.year, s.level, s.college_id, s.category_1,
        cast(s.value as double) as value, s.records
    from {{ ref('fct_sum') }} as s
    inner join asked as a on a.measure = s.measure and a.rule = s.rule
    where true
    {{- of_touched('s.university_code') }}
),

-- A ratio whose source nobody entered is no row and never 0: its numerator stands somewhere, or its denominator comes
-- from the same source.
entered as (
    select distinct a.university_code, a.indicator
    from additive as a
),

-- Growth sets a year against an earlier one, and some rates read a stock at the start of the year: the earlier value is
-- moved to the year it is compared with.
below as (
    select
        d.indicator, d.operation, b.university_code,
        b.year + case d.operation when 'growth' then 1 when 'ratio_start' then 1 when 'growth_3' then 3 else 0 end as year,
        b.level, b.college_id, b.category_1, b.value, d.category_1_list
    from {{ ref('dim_indicator') }} as d
    inner join additive as b on b.indicator = d.denominator and b.rule = d.denominator_rule
    inner join {{ ref('dim_indicator') }} as u on u.indicator = d.denominator
    left join entered as e on e.university_code = b.university_code and e.indicator = d.numerator
    where
        d.kind = 'derived' and d.operation in ('ratio', 'ratio_start', 'difference', 'growth', 'growth_3')
        and (d.needs = '' or u.needs <> '' or e.indicator is not null)
),

above as (
    select d.indicator, d.operation, n.university_code, n.year, n.level, n.college_id, n.category_1, n.value, n.records, d.category_1_list
    from {{ ref('dim_indicator') }} as d
    inner join additive as n on n.indicator = d.numerator and n.rule = d.numerator_rule
    where d.kind = 'derived' and d.operation in ('ratio', 'ratio_start', 'difference', 'growth', 'growth_3')
),

levels as (
    select 'university' as level
    union all
    select 'college'
),

-- Citations look back on five years, the year itself among them: each year's sums stand in the four after it too.
offsets as (
    select 0 as years
    union all
    select 1
    union all
    select 2
    union all
    select 3
    union all
    select 4
),

windowed as (
    select
        d.indicator, n.university_code, n.year + o.years as year, n.level, n.college_id, n.category_1,
        sum(case when n.indicator = d.numerator then n.value else 0 end) as numerator,
        sum(case when n.indicator = d.denominator then n.value else 0 end) as denominator,
        cast(sum(case when n.indicator = d.numerator then n.records else 0 end) as bigint) as records
    from {{ ref('dim_indicator') }} as d
    inner join additive as n
        on (n.indicator = d.numerator and n.rule = d.numerator_rule) or (n.indicator = d.denominator and n.rule = d.denominator_rule)
    cross join offsets as o
    where d.operation = 'window_ratio'
    group by d.indicator, n.university_code, n.year + o.years, n.level, n.college_id, n.category_1
),

-- The h-index of a year: over all papers up to it (h5: of five years), the most that both the citations and the number of papers with at
-- least as many reach. Papers are first counted by year and citations: a few thousand rows whatever their number.
cited as (
    select
        d.indicator, d.operation, m.university_code, m.year, l.level, case when l.level = 'college' then m.college_id end as college_id,
        cast(m.value as bigint) as citations, count(*) as papers
    from {{ ref('dim_indicator') }} as d
    inner join {{ ref('dim_indicator') }} as n on n.indicator = d.numerator
    inner join {{ ref('fct_measure') }} as m on m.measure = n.measure
    cross join levels as l
    where d.operation in ('h_index', 'h5_index') and m.included and m.valid_to is null
    {{- of_touched('m.university_code') }}
    group by d.indicator, d.operation, m.university_code, m.year, l.level, case when l.level = 'college' then m.college_id end, cast(m.value as bigint)
),

cited_years as (
    select distinct c.indicator, c.university_code, c.year
    from cited as c
),

cited_until as (
    select y.indicator, y.university_code, y.year, c.level, c.college_id, c.citations, sum(c.papers) as papers
    from cited_years as y
    inner join cited as c
        on
            c.indicator = y.indicator and c.university_code = y.university_code and c.year <= y.year
            and (c.operation = 'h_index' or c.year > y.year - 5)
    group by y.indicator, y.university_code, y.year, c.level, c.college_id, c.citations
),

heights as (
    select
        u.indicator, u.university_code, u.year, u.level, u.college_id, u.citations,
        sum(u.papers) over (
            partition by u.indicator, u.university_code, u.year, u.level, u.college_id
            order by u.citations desc nulls last
        ) as place
    from cited_until as u
),

-- The share of the first tenth of persons reads a distribution: the facts, not their sums.
persons as (
    select
        d.indicator, m.university_code, m.year, l.level, case when l.level = 'college' then m.college_id end as college_id,
        m.owner_person_id, sum(m.value) as value, count(distinct m.record_id) as records
    from {{ ref('dim_indicator') }} as d
    inner join {{ ref('dim_indicator') }} as n on n.indicator = d.numerator
    inner join {{ ref('fct_measure') }} as m on m.measure = n.measure
    cross join levels as l
    where d.operation = 'top_share' and m.included and m.valid_to is null
    {{- of_touched('m.university_code') }}
    group by d.indicator, m.university_code, m.year, l.level, case when l.level = 'college' then m.college_id end, m.owner_person_id
),

placed as (
    select
        p.*,
        sum(case when p.owner_person_id is not null and p.value > 0 then 1 else 0 end)
            over (partition by p.indicator, p.university_code, p.year, p.level, p.college_id) as leaders,
        row_number() over (
            partition by p.indicator, p.university_code, p.year, p.level, p.college_id
            order by case when p.owner_person_id is null then 1 else 0 end asc nulls last, p.value desc nulls last, p.owner_person_id asc nulls last
        ) as place
    from persons as p
),

tenths as (
    select
        p.indicator, p.university_code, p.year, p.level, p.college_id,
        cast(sum(case when p.place <= ceil(p.leaders / 10.0) then p.value else 0 end) as double) as numerator,
        cast(sum(p.value) as double) as denominator,
        cast(sum(case when p.place <= ceil(p.leaders / 10.0) then p.records else 0 end) as bigint) as records
    from placed as p
    group by p.indicator, p.university_code, p.year, p.level, p.college_id
),

derived as (
    select
        coalesce(a.university_code, b.university_code) as university_code,
        coalesce(a.indicator, b.indicator) as indicator,
        coalesce(a.operation, b.operation) as operation,
        coalesce(a.year, b.year) as year,
        coalesce(a.level, b.level) as level,
        coalesce(a.college_id, b.college_id) as college_id,
        coalesce(a.category_1, b.category_1) as category_1,
        coalesce(a.category_1_list, b.category_1_list) as category_1_list,
        coalesce(a.value, 0) as numerator,
        b.value as denominator,
        coalesce(a.records, 0) as records
    from above as a
    full outer join below as b
        on
            b.indicator = a.indicator
            and b.university_code = a.university_code
            and b.year = a.year
            and b.level = a.level
            and coalesce(b.college_id, 0) = coalesce(a.college_id, 0)
            and b.category_1 = a.category_1
)

select
    a.university_code,
    a.indicator,
    a.year,
    a.level,
    a.college_id,
    a.category_1,
    a.value,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    a.records
from additive as a
inner join {{ ref('dim_indicator') }} as i on i.indicator = a.indicator and i.counting_rule = a.rule

union all

select
    d.university_code,
    d.indicator,
    d.year,
    d.level,
    d.college_id,
    d.category_1,
    case
        when d.operation = 'difference' then d.numerator - coalesce(d.denominator, 0)
        when d.denominator is null or d.denominator = 0 then null
        when d.operation = 'growth' then (d.numerator - d.denominator) / d.denominator
        when d.operation = 'growth_3' then case when d.numerator >= 0 and d.denominator > 0 then power(d.numerator / d.denominator, 1.0 / 3) - 1 end
        else d.numerator / d.denominator
    end as value,
    d.numerator,
    d.denominator,
    d.records
from derived as d
cross join {{ source('pipeline', 'clock') }} as k
where
    (d.category_1 = '*' or d.category_1_list <> '')
    -- the year after the last one has no numerator yet
    and d.year <= extract(year from k.local_day)

union all

select
    t.university_code, t.indicator, t.year, t.level, t.college_id, '*' as category_1,
    case when t.denominator <> 0 then t.numerator / t.denominator end as value,
    t.numerator, t.denominator, t.records
from tenths as t

union all

select
    w.university_code, w.indicator, w.year, w.level, w.college_id, w.category_1,
    case when w.denominator <> 0 then w.numerator / w.denominator end as value,
    w.numerator, w.denominator, w.records
from windowed as w
cross join {{ source('pipeline', 'clock') }} as k
where w.year <= extract(year from k.local_day)

union all

select
    h.university_code, h.indicator, h.year, h.level, h.college_id, '*' as category_1,
    cast(max(least(h.citations, h.place)) as double) as value,
    cast(null as double) as numerator, cast(null as double) as denominator,
    cast(max(h.place) as bigint) as records
from heights as h
group by h.university_code, h.indicator, h.year, h.level, h.college_id
order by university_code, indicator, year, level, college_id nulls first, category_1
