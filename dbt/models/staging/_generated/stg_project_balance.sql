-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.project_id as bigint) as project_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.arrived as bigint) as arrived,
    cast(b.frozen as bigint) as frozen,
    cast(b.outward as bigint) as outward,
    cast(b.spent as bigint) as spent
from {{ source('raw', 'project_balance') }} as b
