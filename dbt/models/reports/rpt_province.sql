-- The province's own row counts an outcome shared by several universities once, for the one that signs
-- first (HIGHEST_UNIT_FILES): shared means the same DOI, application, certificate or book number.
with keys as (
    select k.record_id, min(k.kind || '|' || k.value) as shared_key
    from {{ ref('stg_record_key') }} as k
    inner join {{ ref('shared_keys') }} as s on s.kind = k.kind
    group by k.record_id
),

ranked as (
    select
        c.record_id,
        row_number() over (
            partition by r.type, coalesce(k.shared_key, cast(c.record_id as varchar))
            order by c.share_first_unit desc nulls last, c.university_code asc nulls last, c.record_id asc nulls last
        ) as choice
    from {{ ref('fct_credit') }} as c
    inner join {{ ref('fct_record') }} as r on r.record_id = c.record_id
    left join keys as k on k.record_id = c.record_id
    where c.is_owner and c.valid_to is null and r.in_statistics
),

asked as (
    select i.indicator, i.measure, i.counting_rule as rule, i.category_1_list
    from {{ ref('dim_indicator') }} as i
    where i.kind = 'additive' and i.measure <> ''
),

contributions as (
    {{ contributions_of(['university']) }}
),

once as (
    select
        a.indicator,
        c.year,
        case when grouping(c.category_1) = 1 then '*' else c.category_1 end as category_1,
        cast(sum(case when r.choice = 1 then c.contribution else 0 end) as double) as value,
        cast(sum(c.contribution) as double) as full_value,
        count(distinct case when r.choice = 1 then c.record_id end) as records
    from contributions as c
    inner join asked as a on a.measure = c.measure and a.rule = c.rule
    inner join ranked as r on r.record_id = c.record_id
    group by grouping sets ((a.indicator, c.year, c.category_1), (a.indicator, c.year))
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
        else r.numerator / r.denominator
    end,
    r.numerator, r.denominator, cast(r.records as bigint), s.staff,
    cast(null as double),
    cast(null as double)
from ratios as r
left join province_staff as s on s.year = r.year
order by 1, 6, 7, 8
