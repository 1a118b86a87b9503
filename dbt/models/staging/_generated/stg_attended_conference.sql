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
    cast(b.level as varchar) as level,
    cast(b.host as varchar) as host,
    cast(b.organiser as varchar) as organiser,
    cast(b.place as varchar) as place,
    cast(b.country as varchar) as country,
    cast(b.started_on as date) as started_on,
    cast(b.ended_on as date) as ended_on,
    cast(b.papers as bigint) as papers,
    cast(b.report_form as varchar) as report_form,
    cast(b.report_title as varchar) as report_title,
    cast(b.is_invited as boolean) as is_invited,
    cast(b.project_id as bigint) as project_id
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'attended_conference') }} as b on b.record_id = h.id
