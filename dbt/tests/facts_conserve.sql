{{ config(meta={"dagster": {"ref": {"name": "fct_sum"}}}) }}

-- Nothing is lost or doubled on the way: every record has credits that sum to 1 under every split rule and
-- its R01 row, and the colleges of an additive rule add up to their university. In a refresh of what it touched.
with shares as (
    select
        c.record_id,
        sum(c.share_owner) as owner,
        sum(c.share_frac_eq) as eq,
        sum(c.share_frac_w) as w,
        sum(c.share_frac_6040) as first
    from {{ ref('fct_credit') }} as c
    where true
    {{- of_batch('c.record_id') }}
    group by c.record_id
),

records as (
    select m.record_id, count(*) as events
    from {{ ref('fct_measure') }} as m
    where m.measure = 'R01'
    {{- of_batch('m.record_id') }}
    group by m.record_id
),

levels as (
    select
        s.university_code, s.measure, s.rule, s.year,
        sum(case when s.level = 'university' then s.value else 0 end) as whole,
        sum(case when s.level = 'college' then s.value else 0 end) as parts
    from {{ ref('fct_sum') }} as s
    inner join {{ ref('dim_rule') }} as r on r.rule = s.rule
    where r.is_additive and s.category_1 = '*'
    {{- of_touched('s.university_code') }}
    group by s.university_code, s.measure, s.rule, s.year
)

select 'shares' as what, cast(s.record_id as varchar) as which
from shares as s
where s.owner <> 1 or s.eq <> 1 or s.w <> 1 or s.first <> 1

union all

select 'record without R01 or credit', cast(f.record_id as varchar)
from {{ ref('fct_record') }} as f
left join records as r on r.record_id = f.record_id
left join shares as s on s.record_id = f.record_id
where (r.record_id is null or r.events <> 1 or s.record_id is null)
{{- of_batch('f.record_id') }}

union all

select 'colleges', l.university_code || ' ' || l.measure || ' ' || l.rule || ' ' || cast(l.year as varchar)
from levels as l
where abs(l.whole - l.parts) > 0.000001 * greatest(1, abs(l.whole))
