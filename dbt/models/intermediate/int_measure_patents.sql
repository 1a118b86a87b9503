-- One row per patent × measure × event: filing, grant, each year in force, each year converted.
{% set counts = 'cast(null as varchar)' %}
with patents as (
    select
        p.record_id,
        p.patent_type,
        p.filed_on,
        p.granted_on,
        -- ended without a known day: the last annuity, else as if never in force at a year's end
        coalesce(
            p.lapsed_on,
            case when p.patent_status in ('7', '8') or p.legal_status in ('3', '4', '5') then coalesce(p.annuity_paid_to, p.granted_on) end
        ) as ended_on
    from {{ ref('stg_patent') }} as p
),

-- 转让、许可、作价投资 only; a patent counts once a year however many contracts name it.
conversions as (
    select
        l.target_id as record_id,
        {{ year_of('t.signed_on') }} as year,
        min(t.signed_on) as signed_on
    from {{ ref('stg_technology_transfer') }} as t
    inner join {{ ref('stg_record_link') }} as l on l.record_id = t.record_id and l.field = 'ip_ids'
    where t.state = '30' and t.in_statistics and t.mode in ('1', '2', '3')
    group by l.target_id, {{ year_of('t.signed_on') }}
),

measured as (
    select p.record_id, 'K01A' as measure, 1 as seq, p.filed_on as counted_on, p.patent_type
    from patents as p
    union all
    select p.record_id, 'K01B', 1, p.granted_on, p.patent_type
    from patents as p
    where p.granted_on is not null
    union all
    select p.record_id, 'K02N', 1, p.granted_on, p.patent_type
    from patents as p
    where p.granted_on is not null and p.patent_type = '1'
    union all
    select p.record_id, 'K01C', y.year, y.year_end, p.patent_type
    from patents as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.ended_on is null or p.ended_on > y.read_on)
    union all
    select c.record_id, 'K03N', c.year, c.signed_on, p.patent_type
    from conversions as c
    inner join patents as p on p.record_id = c.record_id
)

select
    m.record_id,
    m.measure,
    m.seq,
    m.counted_on,
    1 as value,
    {{ counts }} as reason,
    m.patent_type as category_1,
    '' as category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
