-- One row per project × measure × event; the stock measures one a year.
-- An application counts in the year it was made, whatever came of it; int_projects knows only what was granted.
{% set counts = 'cast(null as varchar)' %}
with applications as (
    select p.record_id, 'vertical_project' as type, p.level, p.applied_on, p.status
    from {{ ref('stg_vertical_project') }} as p
    where p.applied_on is not null
    {{- of_batch('p.record_id') }}
    union all
    select p.record_id, 'university_project', '5', p.applied_on, p.status
    from {{ ref('stg_university_project') }} as p
    where p.applied_on is not null
    {{- of_batch('p.record_id') }}
),

measured as (
    select p.record_id, 'P01' as measure, 1 as seq, p.granted_on as counted_on, 1 as value, {{ counts }} as reason, p.level, p.type
    from {{ part('int_projects') }} as p
    union all
    select p.record_id, 'P07N', 1, p.granted_on, 1, {{ counts }}, p.level, p.type
    from {{ part('int_projects') }} as p
    where p.level = '1'
    union all
    select p.record_id, 'F03', 1, p.granted_on, p.fen, {{ counts }}, p.level, p.type
    from {{ part('int_projects') }} as p
    where p.fen is not null
    union all
    select p.record_id, 'P03', y.year, y.year_end, 1, {{ counts }}, p.level, p.type
    from {{ part('int_projects') }} as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.closed_on is null or p.closed_on > y.read_on)
    where p.is_state_known
    union all
    select p.record_id, 'P06N', y.year, y.year_end, 1, {{ counts }}, p.level, p.type
    from {{ part('int_projects') }} as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.closed_on is null or p.closed_on > y.read_on) and p.planned_end_on < y.read_on
    where p.is_state_known
    union all
    select p.record_id, 'P04D', 1, p.planned_end_on, 1, {{ counts }}, p.level, p.type
    from {{ part('int_projects') }} as p
    cross join {{ source('pipeline', 'clock') }} as k
    where p.is_state_known and p.planned_end_on <= k.local_day
    union all
    select p.record_id, 'P04N', 1, p.planned_end_on, 1, {{ counts }}, p.level, p.type
    from {{ part('int_projects') }} as p
    cross join {{ source('pipeline', 'clock') }} as k
    where p.is_in_time and p.planned_end_on <= k.local_day
    union all
    select a.record_id, 'P02D', 1, a.applied_on, 1, {{ counts }}, a.level, a.type
    from applications as a
    union all
    select a.record_id, 'P02N', 1, a.applied_on, 1, case when a.status = '10' then 'not_granted' end, a.level, a.type
    from applications as a
    union all
    select p.record_id, 'P05D', 1, p.granted_on, 1, {{ counts }}, p.level, p.type
    from {{ part('int_projects') }} as p
    where p.type <> 'horizontal_project'
    union all
    select
        p.record_id, 'P05N', 1, p.granted_on, 1,
        case when {{ year_of('p.midterm_on') }} - {{ year_of('p.granted_on') }} > 2 then 'not_in_time' end, p.level, p.type
    from {{ part('int_projects') }} as p
    where p.midterm_on is not null
)

select
    m.record_id,
    m.measure,
    m.seq,
    m.counted_on,
    m.value,
    m.reason,
    m.level as category_1,
    m.type as category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
where true
{{- of_batch('m.record_id') }}
