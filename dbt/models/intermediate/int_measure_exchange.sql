-- One row per conference, lecture, attendance or cooperation × its measure.
with measured as (
    select c.record_id, 'X01A' as measure, c.started_on as counted_on, c.level as category_1
    from {{ ref('stg_hosted_conference') }} as c
    union all
    select l.record_id, 'X01B', l.held_on, l.direction
    from {{ ref('stg_lecture') }} as l
    union all
    select c.record_id, 'X02', c.started_on, 'attended_conference'
    from {{ ref('stg_attended_conference') }} as c
    union all
    select c.record_id, 'X02', c.started_on, 'cooperative_research'
    from {{ ref('stg_cooperative_research') }} as c
)

select
    m.record_id,
    m.measure,
    1 as seq,
    m.counted_on,
    1 as value,
    cast(null as varchar) as reason,
    m.category_1,
    '' as category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
