-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.code as varchar) as code,
    cast(b.name as varchar) as name,
    cast(b.name_en as varchar) as name_en,
    cast(b.kind as varchar) as kind,
    cast(b.peer_group as varchar) as peer_group,
    cast(b.city_code as varchar) as city_code,
    cast(b.pinyin as varchar) as pinyin,
    cast(b.enabled as boolean) as enabled,
    cast(b.created_at as timestamp) as created_at
from {{ source('raw', 'university') }} as b
