-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(h.university_code as varchar) as university_code,
    cast(h.id as bigint) as record_id,
    cast(h.state as varchar) as state,
    cast(h.college_id as bigint) as college_id,
    cast(h.owner_person_id as bigint) as owner_person_id,
    cast(h.in_statistics as boolean) as in_statistics,
    cast(h.dated_on as date) as listed_on,
    cast(h.filed_year as integer) as filed_year,
    cast(h.approved_at as timestamp) as approved_at,
    cast(h.voided_at as timestamp) as voided_at,
    cast(b.name as varchar) as name,
    cast(b.landmark_type as varchar) as landmark_type,
    cast(b.stat_year as bigint) as stat_year,
    cast(b.summary as varchar) as summary,
    cast(b.innovation as varchar) as innovation,
    cast(b.impact as varchar) as impact,
    cast(b.evidence as varchar) as evidence,
    cast(b.unit_rank as bigint) as unit_rank,
    cast({{ year_start('b.stat_year') }} as date) as stat_year_on
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'landmark_result') }} as b on b.record_id = h.id
