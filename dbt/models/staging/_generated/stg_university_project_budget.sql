-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.budget_subject as varchar) as budget_subject,
    cast(b.budget_approved as bigint) as budget_approved,
    cast(b.budget_matching as bigint) as budget_matching,
    cast(b.budget_adjusted as bigint) as budget_adjusted,
    cast(b.budget_basis as varchar) as budget_basis
from {{ source('raw', 'university_project_budget') }} as b
