-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.split_subject as varchar) as split_subject,
    cast(b.split_amount as bigint) as split_amount
from {{ source('raw', 'fund_arrival_subjects') }} as b
