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
    cast(b.copyright_type as varchar) as copyright_type,
    cast(b.registration_no as varchar) as registration_no,
    cast(b.certificate_no as varchar) as certificate_no,
    cast(b.registered_on as date) as registered_on,
    cast(b.developed_on as date) as developed_on,
    cast(b.first_published_on as date) as first_published_on,
    cast(b.owner as varchar) as owner,
    cast(b.owner_rank as bigint) as owner_rank,
    cast(b.signature as varchar) as signature,
    cast(b.acquire_mode as varchar) as acquire_mode,
    cast(b.right_scope as varchar) as right_scope,
    cast(b.software_version as varchar) as software_version,
    cast(b.discipline as varchar) as discipline
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'copyright') }} as b on b.record_id = h.id
