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
    cast(b.is_internal as boolean) as is_internal,
    cast(b.person_id as bigint) as person_id,
    cast(b.organisation as varchar) as organisation,
    cast(b.province as varchar) as province,
    cast(b.sex as varchar) as sex,
    cast(b.birth_on as date) as birth_on,
    cast(b.title as varchar) as title,
    cast(b.admin_post as varchar) as admin_post,
    cast(b.discipline as varchar) as discipline,
    cast(b.email as varchar) as email,
    cast(b.bank as varchar) as bank,
    cast(b.entered_on as date) as entered_on,
    cast(b.expert_status as varchar) as expert_status,
    cast(b.credit_score as double) as credit_score
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'expert') }} as b on b.record_id = h.id
