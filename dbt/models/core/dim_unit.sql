-- A unit merged into another (并入) that may have been merged on: what it is now. Twenty steps end a circle.
with recursive merged as (
    select u.id as unit_id, u.id as now_id, 0 as steps
    from {{ ref('stg_unit') }} as u
    union all
    select m.unit_id, u.successor_id, m.steps + 1
    from merged as m
    inner join {{ ref('stg_unit') }} as u on u.id = m.now_id
    cross join {{ source('pipeline', 'clock') }} as k
    where u.successor_id is not null and u.valid_to <= k.local_day and m.steps < 20
),

present as (
    select m.unit_id, max_by(m.now_id, m.steps) as now_id
    from merged as m
    group by m.unit_id
)

select
    u.university_code,
    u.id as unit_id,
    u.code,
    u.name,
    coalesce(u.name_en, '') as name_en,
    u.kind,
    u.parent_id,
    u.valid_from,
    u.valid_to,
    p.now_id
from {{ ref('stg_unit') }} as u
inner join present as p on p.unit_id = u.id
order by u.university_code, u.id
