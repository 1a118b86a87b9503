-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.list as varchar) as list,
    cast(b.owner as varchar) as owner,
    cast(b.code as varchar) as code,
    cast(b.label_zh as varchar) as label_zh,
    cast(b.label_en as varchar) as label_en,
    cast(b.parent as varchar) as parent,
    cast(b.seq as bigint) as seq,
    cast(b.valid_from as date) as valid_from,
    cast(b.valid_to as date) as valid_to,
    cast(b.source as varchar) as source,
    cast(b.version as varchar) as version
from {{ source('raw', 'code_item') }} as b
