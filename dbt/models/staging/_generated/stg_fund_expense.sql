-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(h.university_code as varchar) as university_code,
    cast(h.id as bigint) as record_id,
    cast(h.state as varchar) as state,
    cast(h.college_id as bigint) as college_id,
    cast(h.owner_person_id as bigint) as owner_person_id,
    cast(h.in_statistics as boolean) as in_statistics,
    cast(h.dated_on as date) as listed_on,
    cast(h.filed_year as integer) as filed_year,
    cast(h.approved_at as timestamp) as approved_at,
    cast(h.voided_at as timestamp) as voided_at,
    cast(b.expense_no as varchar) as expense_no,
    cast(b.project_id as bigint) as project_id,
    cast(b.spent_on as date) as spent_on,
    cast(b.amount as bigint) as amount,
    cast(b.purpose as varchar) as purpose,
    cast(b.fund_card as varchar) as fund_card,
    cast(b.pay_mode as varchar) as pay_mode,
    cast(b.voucher_no as varchar) as voucher_no
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'fund_expense') }} as b on b.record_id = h.id
