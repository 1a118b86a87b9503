-- The province's own row counts an outcome shared by several universities once (fct_shared_key).
with asked as (
    select i.indicator, i.measure, i.counting_rule as rule, i.category_1_list
    from {{ ref('dim_indicator') }} as i
    where i.kind = 'additive' and i.measure <> ''
),

once as (
    select
        a.indicator,
        s.year,
        s.category_1,
        cast(sum(s.once_value) as double) as value,
        cast(sum(s.value) as double) as full_value,
        cast(sum(s.once_records) as bigint) as records
    from {{ ref('fct_sum') }} as s
    inner join asked as a on a.measure = s.measure and a.rule = s.rule
    where s.level = 'university'
    group by a.indicator, s.year, s.category_1
),

-- A province's ratio is the ratio of its sums, never a mean of ratios.
ratios as (
    select
        i.indicator,
        i.year,
        i.category_1,
        d.operation,
        sum(i.numerator) as numerator,
        sum(i.denominator) as denominator,
        sum(i.records) as records
    from {{ ref('rpt_indicator') }} as i
    inner join {{ ref('dim_indicator') }} as d on d.indicator = i.indicator
    where i.level = 'university' and d.kind = 'derived'
    group by i.indicator, i.year, i.category_1, d.operation
),

staff as (
    select i.university_code, i.year, cast(i.value as bigint) as staff
    from {{ ref('rpt_indicator') }} as i
    where i.indicator = 'S01' and i.level = 'university' and i.category_1 = '*'
),

province_staff as (
    select s.year, cast(sum(s.staff) as bigint) as staff
    from staff as s
    group by s.year
)

select
    i.university_code,
    u.name as university,
    u.name_en as university_en,
    u.peer_group,
    u.city_code,
    i.indicator,
    i.year,
    i.category_1,
    i.value,
    i.numerator,
    i.denominator,
    i.records,
    s.staff,
    case when d.kind = 'additive' and s.staff > 0 then i.value / s.staff end as value_per_head,
    i.value as full_value
from {{ ref('rpt_indicator') }} as i
inner join {{ ref('dim_university') }} as u on u.university_code = i.university_code
inner join {{ ref('dim_indicator') }} as d on d.indicator = i.indicator
left join staff as s on s.university_code = i.university_code and s.year = i.year
where i.level = 'university'

union all

select
    '*', '全省', 'Province', '', '',
    o.indicator, o.year, o.category_1, o.value,
    cast(null as double), cast(null as double), o.records, s.staff,
    case when s.staff > 0 then o.value / s.staff end,
    o.full_value
from once as o
left join province_staff as s on s.year = o.year

union all

select
    '*', '全省', 'Province', '', '',
    r.indicator, r.year, r.category_1,
    case
        when r.operation = 'difference' then r.numerator - coalesce(r.denominator, 0)
        when r.denominator is null or r.denominator = 0 then null
        when r.operation = 'growth' then (r.numerator - r.denominator) / r.denominator
        when r.operation = 'growth_3' then case when r.numerator >= 0 and r.denominator > 0 then power(r.numerator / r.denominator, 1.0 / 3) - 1 end
        else r.numerator / r.denominator
    end,
    r.numerator, r.denominator, cast(r.records as bigint), s.staff,
    cast(null as double),
    cast(null as double)
from ratios as r
left join province_staff as s on s.year = r.year
order by 1, 6, 7, 8
