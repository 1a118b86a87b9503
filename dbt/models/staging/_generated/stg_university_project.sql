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
    cast(b.project_no as varchar) as project_no,
    cast(b.batch as varchar) as batch,
    cast(b.category as varchar) as category,
    cast(b.status as varchar) as status,
    cast(b.approved_on as date) as approved_on,
    cast(b.started_on as date) as started_on,
    cast(b.planned_end_on as date) as planned_end_on,
    cast(b.concluded_on as date) as concluded_on,
    cast(b.approved_fund as bigint) as approved_fund,
    cast(b.fund_source as varchar) as fund_source,
    cast(b.incubation_target as varchar) as incubation_target,
    cast(b.subject_class as varchar) as subject_class,
    cast(b.discipline as varchar) as discipline,
    cast(b.activity_type as varchar) as activity_type
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'university_project') }} as b on b.record_id = h.id
