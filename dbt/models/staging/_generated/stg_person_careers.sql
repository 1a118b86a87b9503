-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.career_from_on as date) as career_from_on,
    cast(b.career_from_on_precision as varchar) as career_from_on_precision,
    cast(b.career_to_on as date) as career_to_on,
    cast(b.career_to_on_precision as varchar) as career_to_on_precision,
    cast(b.organisation as varchar) as organisation,
    cast(b.qualification as varchar) as qualification
from {{ source('raw', 'person_careers') }} as b
