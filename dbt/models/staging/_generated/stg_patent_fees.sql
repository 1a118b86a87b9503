-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.fee_kind as varchar) as fee_kind,
    cast(b.paid_on as date) as paid_on,
    cast(b.paid_on_precision as varchar) as paid_on_precision,
    cast(b.fee_amount as bigint) as fee_amount
from {{ source('raw', 'patent_fees') }} as b
