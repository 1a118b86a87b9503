{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "university_code"},
) }}

select
    r.university_code,
    r.college_id,
    r.type,
    r.state,
    cast(r.filed_year as integer) as filed_year,
    count(*) as records,
    min(r.state_since) as oldest_since
from {{ ref('stg_record') }} as r
where true
{{- of_touched('r.university_code') }}
group by r.university_code, r.college_id, r.type, r.state, r.filed_year
order by r.university_code, r.type, r.state
