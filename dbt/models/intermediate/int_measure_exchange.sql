-- One row per conference, lecture, attendance or cooperation × its measure.
with measured as (
    select c.record_id, 'X01A' as measure, c.started_on as counted_on, 1 as value, c.level as category_1, '' as category_2
    from {{ ref('stg_hosted_conference') }} as c
    where true
    {{- of_batch('c.record_id') }}
    union all
    select c.record_id, 'X01P', c.started_on, c.attendees, c.level, ''
    from {{ ref('stg_hosted_conference') }} as c
    where c.attendees is not null
    {{- of_batch('c.record_id') }}
    union all
    select l.record_id, 'X01B', l.held_on, 1, l.direction, ''
    from {{ ref('stg_lecture') }} as l
    where true
    {{- of_batch('l.record_id') }}
    union all
    select c.record_id, 'X02', c.started_on, 1, 'attended_conference', coalesce(c.country, '')
    from {{ ref('stg_attended_conference') }} as c
    where true
    {{- of_batch('c.record_id') }}
    union all
    select c.record_id, 'X02', c.started_on, 1, 'cooperative_research', coalesce(c.country, '')
    from {{ ref('stg_cooperative_research') }} as c
    where true
    {{- of_batch('c.record_id') }}
)

select
    m.record_id,
    m.measure,
    1 as seq,
    m.counted_on,
    m.value,
    cast(null as varchar) as reason,
    m.category_1,
    m.category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
