-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.kind as varchar) as kind,
    cast(b.source as varchar) as source,
    cast(b.taken_on as date) as taken_on,
    cast(b.period as varchar) as period,
    cast(b.year as bigint) as year,
    cast(b.file_name as varchar) as file_name,
    cast(b.lines as bigint) as lines,
    cast(b.used as bigint) as used,
    cast(b.made_by as bigint) as made_by,
    cast(b.made_at as timestamp) as made_at,
    cast(b.normalised as bigint) as normalised
from {{ source('raw', 'source_table') }} as b
