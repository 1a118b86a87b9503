{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "record_id"},
) }}

select
    r.university_code,
    r.id as record_id,
    t.prefix || case when r.id < 1000000 then lpad(cast(r.id as varchar), 6, '0') else cast(r.id as varchar) end as number,
    r.type,
    r.title,
    r.college_id,
    r.owner_person_id,
    cast(r.filed_year as integer) as filed_year,
    r.dated_on,
    r.channel,
    r.in_statistics,
    r.approved_at,
    r.approved_at as valid_from,
    case when r.state = '90' then r.voided_at end as valid_to
from {{ ref('stg_record') }} as r
inner join {{ ref('record_types') }} as t on t.type = r.type
where (r.state = '30' or (r.state = '90' and r.approved_at is not null))
{{- of_batch('r.id') }}
order by r.university_code, r.id
