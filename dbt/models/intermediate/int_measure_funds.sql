-- One row per fund record × measure × line or year, money in fen.
-- An arrival shared out by lines counts in the college of each line's person at the day; what the lines leave
-- counts in the header's college. F11 is what a year could spend: everything that arrived so far, less what
-- was spent and passed on in earlier years; its drill-through lists exactly those records.
{% set nobody = 'cast(null as bigint)' %}
with projects as (
    select r.id, r.type
    from {{ ref('stg_record') }} as r
    where true
    {{- of_near('r.id') }}
),

arrivals as (
    select a.record_id, a.arrived_on, a.amount, a.management_fee, a.fund_source, coalesce(a.fund_nature, {{ nature('p.type') }}) as nature
    from {{ ref('stg_fund_arrival') }} as a
    left join projects as p on p.id = a.project_id
    where true
    {{- of_batch('a.record_id') }}
),

payments as (
    select o.record_id, 'F09' as measure, o.transferred_on as paid_on, o.amount, {{ nature('p.type') }} as nature
    from {{ ref('stg_fund_outward') }} as o
    left join projects as p on p.id = o.project_id
    where true
    {{- of_batch('o.record_id') }}
    union all
    select e.record_id, 'F10', e.spent_on, e.amount, {{ nature('p.type') }}
    from {{ ref('stg_fund_expense') }} as e
    left join projects as p on p.id = e.project_id
    where true
    {{- of_batch('e.record_id') }}
    union all
    -- R&D is basic research, applied research and experimental development, by the activity of the project
    select e.record_id, 'F06N', e.spent_on, e.amount, {{ nature('p.type') }}
    from {{ ref('stg_fund_expense') }} as e
    inner join {{ part('int_projects') }} as p on p.record_id = e.project_id
    where p.activity_type in ('1', '2', '3')
    {{- of_batch('e.record_id') }}
),

lines as (
    select s.record_id, s.seq, s.share_amount, s.share_person_id
    from {{ ref('stg_fund_arrival_shares') }} as s
    where s.share_person_id is not null
    {{- of_batch('s.record_id') }}
),

posts as (
    select
        l.record_id,
        l.seq,
        p.unit_id,
        row_number() over (
            partition by l.record_id, l.seq
            order by
                case when p.valid_from <= a.arrived_on and (p.valid_to is null or p.valid_to >= a.arrived_on) then 0 else 1 end asc nulls last,
                case when p.is_main then 0 else 1 end asc nulls last,
                p.valid_from desc nulls last,
                p.id desc nulls last
        ) as choice
    from lines as l
    inner join arrivals as a on a.record_id = l.record_id
    inner join {{ ref('stg_person_post') }} as p on p.person_id = l.share_person_id
),

shared as (
    select l.record_id, sum(l.share_amount) as amount
    from lines as l
    group by l.record_id
),

measured as (
    select a.record_id, 'F01' as measure, 0 as seq, a.arrived_on as counted_on, a.amount - coalesce(s.amount, 0) as value,
        a.nature, a.fund_source, {{ nobody }} as college_id, {{ nobody }} as owner_person_id
    from arrivals as a
    left join shared as s on s.record_id = a.record_id
    where s.record_id is null or a.amount <> s.amount
    union all
    select l.record_id, 'F01', l.seq, a.arrived_on, l.share_amount, a.nature, a.fund_source, p.unit_id, l.share_person_id
    from lines as l
    inner join arrivals as a on a.record_id = l.record_id
    left join posts as p on p.record_id = l.record_id and p.seq = l.seq and p.choice = 1
    union all
    select a.record_id, 'F08', 1, a.arrived_on, a.management_fee, a.nature, a.fund_source, {{ nobody }}, {{ nobody }}
    from arrivals as a
    where a.management_fee > 0
    union all
    select p.record_id, p.measure, 1, p.paid_on, p.amount, p.nature, '', {{ nobody }}, {{ nobody }}
    from payments as p
    union all
    select a.record_id, 'F11', y.year, y.year_end, a.amount, a.nature, '', {{ nobody }}, {{ nobody }}
    from arrivals as a
    inner join {{ ref('int_year_ends') }} as y on a.arrived_on <= y.year_end
    union all
    select p.record_id, 'F11', y.year, y.year_end, -p.amount, p.nature, '', {{ nobody }}, {{ nobody }}
    from payments as p
    inner join {{ ref('int_year_ends') }} as y on p.paid_on < {{ year_start('y.year') }}
    where p.measure <> 'F06N'
)

select
    m.record_id,
    m.measure,
    m.seq,
    m.counted_on,
    m.value,
    cast(null as varchar) as reason,
    m.nature as category_1,
    m.fund_source as category_2,
    m.college_id,
    m.owner_person_id
from measured as m
