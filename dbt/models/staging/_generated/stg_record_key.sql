-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.kind as varchar) as kind,
    cast(b.value as varchar) as value,
    cast(b.record_id as bigint) as record_id
from {{ source('raw', 'record_key') }} as b
