-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.record_id as bigint) as record_id,
    cast(b.field as varchar) as field,
    cast(b.seq as bigint) as seq,
    cast(b.target_id as bigint) as target_id
from {{ source('raw', 'record_link') }} as b
