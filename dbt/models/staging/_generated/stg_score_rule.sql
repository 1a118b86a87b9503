-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.table_id as bigint) as table_id,
    cast(b.measure as varchar) as measure,
    cast(b.category as varchar) as category,
    cast(b.points as bigint) as points,
    cast(b.cap as bigint) as cap
from {{ source('raw', 'score_rule') }} as b
