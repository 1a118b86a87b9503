-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.person_id as bigint) as person_id,
    cast(b.institution_role as varchar) as institution_role,
    cast(b.staff_from_on as date) as staff_from_on,
    cast(b.staff_from_on_precision as varchar) as staff_from_on_precision,
    cast(b.staff_to_on as date) as staff_to_on,
    cast(b.staff_to_on_precision as varchar) as staff_to_on_precision
from {{ source('raw', 'institution_staff') }} as b
