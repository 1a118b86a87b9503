-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.project_id as bigint) as project_id,
    cast(b.record_id as bigint) as record_id,
    cast(b.kind as varchar) as kind,
    cast(b.fen as bigint) as fen,
    cast(b.on_date as date) as on_date,
    cast(b.at as timestamp) as at
from {{ source('raw', 'fund_entry') }} as b
