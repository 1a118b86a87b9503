-- One row per patent × measure × event: filing, grant, each year in force, each year converted.
{% set counts = 'cast(null as varchar)' %}
with patents as (
    select
        p.record_id,
        p.patent_type,
        p.filed_on,
        p.granted_on,
        p.is_strategic,
        p.has_overseas_family,
        p.is_high_pledge,
        p.is_nationally_awarded,
        -- ended without a known day: the last annuity, else as if never in force at a year's end
        coalesce(
            p.lapsed_on,
            case when p.patent_status in ('7', '8') or p.legal_status in ('3', '4', '5') then coalesce(p.annuity_paid_to, p.granted_on) end
        ) as ended_on
    from {{ ref('stg_patent') }} as p
    where true
    {{- of_batch('p.record_id') }}
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
    {{- of_batch('l.target_id') }}
    group by l.target_id, {{ year_of('t.signed_on') }}
),

-- The five kinds of high-value inventions; a patent of several goes to the first. An invention of which nothing is
-- stated and that is younger than ten years is neither counted nor left out: nobody knows.
valued as (
    select
        p.record_id, y.year, y.year_end,
        case
            when p.is_strategic then 'H1'
            when p.has_overseas_family then 'H2'
            when p.filed_on + interval '10' year < y.read_on then 'H3'
            when p.is_high_pledge then 'H4'
            when p.is_nationally_awarded then 'H5'
            when coalesce(p.is_strategic, p.has_overseas_family, p.is_high_pledge, p.is_nationally_awarded) is not null then 'no'
        end as high_value_kind
    from patents as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.ended_on is null or p.ended_on > y.read_on)
    where p.patent_type = '1'
),

measured as (
    select p.record_id, 'K01A' as measure, 1 as seq, p.filed_on as counted_on, {{ counts }} as reason, p.patent_type as category_1
    from patents as p
    union all
    select p.record_id, 'K01B', 1, p.granted_on, {{ counts }}, p.patent_type
    from patents as p
    where p.granted_on is not null
    union all
    select p.record_id, 'K02N', 1, p.granted_on, {{ counts }}, p.patent_type
    from patents as p
    where p.granted_on is not null and p.patent_type = '1'
    union all
    select p.record_id, 'K01C', y.year, y.year_end, {{ counts }}, p.patent_type
    from patents as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.ended_on is null or p.ended_on > y.read_on)
    union all
    select c.record_id, 'K03N', c.year, c.signed_on, {{ counts }}, p.patent_type
    from conversions as c
    inner join patents as p on p.record_id = c.record_id
    union all
    select
        v.record_id, 'K04', v.year, v.year_end,
        case when v.high_value_kind = 'no' then 'not_high_value' end,
        case when v.high_value_kind <> 'no' then v.high_value_kind else '' end
    from valued as v
    where v.high_value_kind is not null
)

select
    m.record_id,
    m.measure,
    m.seq,
    m.counted_on,
    1 as value,
    m.reason,
    m.category_1,
    '' as category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
