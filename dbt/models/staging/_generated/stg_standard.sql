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
    cast(b.standard_no as varchar) as standard_no,
    cast(b.level as varchar) as level,
    cast(b.nature as varchar) as nature,
    cast(b.issuer as varchar) as issuer,
    cast(b.issued_on as date) as issued_on,
    cast(b.effective_on as date) as effective_on,
    cast(b.standard_role as varchar) as standard_role,
    cast(b.unit_rank as bigint) as unit_rank,
    cast(b.committee as varchar) as committee,
    cast(b.ics as varchar) as ics,
    cast(b.subject_class as varchar) as subject_class,
    cast(b.discipline as varchar) as discipline
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'standard') }} as b on b.record_id = h.id
