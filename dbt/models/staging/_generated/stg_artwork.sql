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
    cast(b.art_kind as varchar) as art_kind,
    cast(b.art_form as varchar) as art_form,
    cast(b.published_on as date) as published_on,
    cast(b.published_on_precision as varchar) as published_on_precision,
    cast(b.venue as varchar) as venue,
    cast(b.organiser as varchar) as organiser,
    cast(b.level as varchar) as level,
    cast(b.is_awarded as boolean) as is_awarded,
    cast(b.collector as varchar) as collector,
    cast(b.signature as varchar) as signature,
    cast(b.discipline as varchar) as discipline
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'artwork') }} as b on b.record_id = h.id
