-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.record_id as bigint) as record_id,
    cast(b.state as varchar) as state,
    cast(b.version as bigint) as version,
    cast(b.is_open as boolean) as is_open,
    cast(b.opened_by as bigint) as opened_by,
    cast(b.opened_at as timestamp) as opened_at,
    cast(b.state_since as timestamp) as state_since
from {{ source('raw', 'amendment') }} as b
