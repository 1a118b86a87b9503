-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.received_on as date) as received_on,
    cast(b.income as bigint) as income,
    cast(b.income_voucher_no as varchar) as income_voucher_no,
    cast(b.arrival_id as bigint) as arrival_id
from {{ source('raw', 'technology_transfer_incomes') }} as b
