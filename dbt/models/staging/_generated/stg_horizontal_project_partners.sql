-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.partner_name as varchar) as partner_name,
    cast(b.partner_type as varchar) as partner_type,
    cast(b.partner_rank as bigint) as partner_rank,
    cast(b.partner_share as double) as partner_share,
    cast(b.partner_fund as bigint) as partner_fund,
    cast(b.partner_uscc as varchar) as partner_uscc,
    cast(b.partner_region as varchar) as partner_region,
    cast(b.partner_country as varchar) as partner_country
from {{ source('raw', 'horizontal_project_partners') }} as b
