-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.payee_name as varchar) as payee_name,
    cast(b.payee_organisation as varchar) as payee_organisation,
    cast(b.payee_amount as bigint) as payee_amount
from {{ source('raw', 'fund_expense_payees') }} as b
