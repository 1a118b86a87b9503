-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.person_id as bigint) as person_id,
    cast(b.unit_id as bigint) as unit_id,
    cast(b.title_code as varchar) as title_code,
    cast(b.kind as varchar) as kind,
    cast(b.valid_from as date) as valid_from,
    cast(b.valid_to as date) as valid_to,
    cast(b.is_main as boolean) as is_main
from {{ source('raw', 'person_post') }} as b
