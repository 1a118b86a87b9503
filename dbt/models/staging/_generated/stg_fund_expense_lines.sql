-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.line_subject as varchar) as line_subject,
    cast(b.line_item as varchar) as line_item,
    cast(b.line_amount as bigint) as line_amount
from {{ source('raw', 'fund_expense_lines') }} as b
