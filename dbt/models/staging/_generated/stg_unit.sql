-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.code as varchar) as code,
    cast(b.name as varchar) as name,
    cast(b.name_en as varchar) as name_en,
    cast(b.kind as varchar) as kind,
    cast(b.parent_id as bigint) as parent_id,
    cast(b.valid_from as date) as valid_from,
    cast(b.valid_to as date) as valid_to,
    cast(b.successor_id as bigint) as successor_id
from {{ source('raw', 'unit') }} as b
