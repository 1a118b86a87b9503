-- A record weighs 1 plus the measures it counts in. Its quality is the share of the fields statistics need that it
-- holds, halved by an open warning, nothing with an open error. Built with everything else, nightly: a refresh need not
-- wait for it.
with effects as (
    select m.record_id, count(distinct m.measure) as measures
    from {{ ref('fct_measure') }} as m
    where m.included and m.valid_to is null
    group by m.record_id
),

faults as (
    select f.record_id, min(f.severity) as severity
    from {{ source('pipeline', 'failed') }} as f
    where f.record_id is not null
    group by f.record_id
)

select
    r.university_code,
    r.record_id,
    r.type,
    r.college_id,
    r.owner_person_id,
    cast(1 + coalesce(e.measures, 0) as integer) as weight,
    coalesce(c.needed, 0) as needed,
    coalesce(c.filled, 0) as filled,
    coalesce(f.severity, '') as severity,
    cast(
        (case when coalesce(c.needed, 0) = 0 then 1.0 else cast(c.filled as double) / c.needed end)
        * (case when f.severity is null then 1.0 when f.severity = 'error' then 0.0 else 0.5 end)
        as double
    ) as quality,
    k.as_of
from {{ ref('fct_record') }} as r
cross join {{ source('pipeline', 'clock') }} as k
left join effects as e on e.record_id = r.record_id
left join {{ ref('stg_completeness') }} as c on c.record_id = r.record_id
left join faults as f on f.record_id = r.record_id
where r.valid_to is null and r.in_statistics
order by r.university_code, r.record_id
