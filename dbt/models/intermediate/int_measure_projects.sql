-- One row per project × measure × event; the stock measures one a year.
with measured as (
    select p.record_id, 'P01' as measure, 1 as seq, p.granted_on as counted_on, 1 as value, p.level, p.type
    from {{ ref('int_projects') }} as p
    union all
    select p.record_id, 'P07N', 1, p.granted_on, 1, p.level, p.type
    from {{ ref('int_projects') }} as p
    where p.level = '1'
    union all
    select p.record_id, 'F03', 1, p.granted_on, p.fen, p.level, p.type
    from {{ ref('int_projects') }} as p
    where p.fen is not null
    union all
    select p.record_id, 'P03', y.year, y.year_end, 1, p.level, p.type
    from {{ ref('int_projects') }} as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.closed_on is null or p.closed_on > y.read_on)
    where p.is_state_known
    union all
    select p.record_id, 'P06N', y.year, y.year_end, 1, p.level, p.type
    from {{ ref('int_projects') }} as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.closed_on is null or p.closed_on > y.read_on) and p.planned_end_on < y.read_on
    where p.is_state_known
    union all
    select p.record_id, 'P04D', 1, p.planned_end_on, 1, p.level, p.type
    from {{ ref('int_projects') }} as p
    cross join {{ source('pipeline', 'clock') }} as k
    where p.is_state_known and p.planned_end_on <= k.local_day
    union all
    select p.record_id, 'P04N', 1, p.planned_end_on, 1, p.level, p.type
    from {{ ref('int_projects') }} as p
    cross join {{ source('pipeline', 'clock') }} as k
    where p.is_in_time and p.planned_end_on <= k.local_day
)

select
    m.record_id,
    m.measure,
    m.seq,
    m.counted_on,
    m.value,
    cast(null as varchar) as reason,
    m.level as category_1,
    m.type as category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
