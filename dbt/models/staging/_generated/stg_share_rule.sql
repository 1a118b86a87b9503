-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.version as bigint) as version,
    cast(b.valid_from as date) as valid_from,
    cast(b.finishers as bigint) as finishers,
    cast(b.rank as bigint) as rank,
    cast(b.millionths as bigint) as millionths,
    cast(b.made_by as bigint) as made_by,
    cast(b.made_at as timestamp) as made_at
from {{ source('raw', 'share_rule') }} as b
