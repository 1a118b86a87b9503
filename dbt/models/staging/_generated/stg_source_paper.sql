-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.table_id as bigint) as table_id,
    cast(b.record_id as bigint) as record_id,
    cast(b.citations as bigint) as citations,
    cast(b.listed as varchar) as listed,
    cast(b.normalised as bigint) as normalised
from {{ source('raw', 'source_paper') }} as b
