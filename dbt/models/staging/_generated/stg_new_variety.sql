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
    cast(b.variety_type as varchar) as variety_type,
    cast(b.species as varchar) as species,
    cast(b.certificate_no as varchar) as certificate_no,
    cast(b.filed_on as date) as filed_on,
    cast(b.granted_on as date) as granted_on,
    cast(b.issuer as varchar) as issuer,
    cast(b.level as varchar) as level,
    cast(b.owner as varchar) as owner,
    cast(b.unit_rank as bigint) as unit_rank,
    cast(b.region as varchar) as region
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'new_variety') }} as b on b.record_id = h.id
