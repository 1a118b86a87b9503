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
    cast(b.title as varchar) as title,
    cast(b.direction as varchar) as direction,
    cast(b.held_on as date) as held_on,
    cast(b.place as varchar) as place,
    cast(b.host_unit_id as bigint) as host_unit_id,
    cast(b.speaker_level as varchar) as speaker_level,
    cast(b.speaker_country as varchar) as speaker_country,
    cast(b.audience as bigint) as audience,
    cast(b.minutes as bigint) as minutes,
    cast(b.fee as bigint) as fee,
    cast(b.summary as varchar) as summary
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'lecture') }} as b on b.record_id = h.id
