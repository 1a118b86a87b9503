-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.record_id as bigint) as record_id,
    cast(b.field as varchar) as field,
    cast(b.seq as bigint) as seq,
    cast(b.value as varchar) as value
from {{ source('raw', 'record_value') }} as b
