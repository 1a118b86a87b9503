-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.share_person_id as bigint) as share_person_id,
    cast(b.share_subproject as varchar) as share_subproject,
    cast(b.share_amount as bigint) as share_amount
from {{ source('raw', 'fund_arrival_shares') }} as b
