-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.record_id as bigint) as record_id,
    cast(b.rank as bigint) as rank,
    cast(b.seq as bigint) as seq,
    cast(b.name as varchar) as name,
    cast(b.is_own as boolean) as is_own,
    cast(b.country as varchar) as country
from {{ source('raw', 'contributor_affiliation') }} as b
