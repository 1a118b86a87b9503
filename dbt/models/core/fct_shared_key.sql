{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "record_id"},
) }}

-- The province counts an outcome shared by several universities once, for the one that signs first
-- (HIGHEST_UNIT_FILES): shared means the same DOI, application, certificate or book number. Whoever holds a
-- key of the batch is in the batch (pipelines/batch.py), so each group is placed whole.
with keys as (
    select k.record_id, min(k.kind || '|' || k.value) as shared_key
    from {{ ref('stg_record_key') }} as k
    inner join {{ ref('shared_keys') }} as s on s.kind = k.kind
    where true
    {{- of_batch('k.record_id') }}
    group by k.record_id
)

select
    r.university_code,
    r.record_id,
    r.type,
    k.shared_key,
    row_number() over (
        partition by r.type, k.shared_key
        order by c.share_first_unit desc nulls last, r.university_code asc nulls last, r.record_id asc nulls last
    ) = 1 as is_first
from keys as k
inner join {{ ref('fct_record') }} as r on r.record_id = k.record_id
inner join {{ ref('fct_credit') }} as c on c.record_id = k.record_id and c.is_owner
where r.valid_to is null and r.in_statistics and c.valid_to is null
order by r.university_code, r.record_id
