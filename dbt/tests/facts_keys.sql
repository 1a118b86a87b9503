{{ config(meta={"dagster": {"ref": {"name": "fct_record"}}}) }}

-- The three facts' keys in one round, over the batch of this refresh (over everything in a full build).
with asked as (
    select b.record_id
    from {{ source('pipeline', 'batch') }} as b
),

keyed as (
    select 'fct_record' as fact, cast(r.record_id as varchar) as key, r.record_id
    from {{ ref('fct_record') }} as r
    union all
    select 'fct_credit', cast(c.record_id as varchar) || '/' || cast(c.rank as varchar), c.record_id
    from {{ ref('fct_credit') }} as c
    union all
    select 'fct_measure', cast(m.record_id as varchar) || '/' || m.measure || '/' || cast(m.seq as varchar), m.record_id
    from {{ ref('fct_measure') }} as m
)

select k.fact, k.key, count(*) as row_count
from keyed as k
where k.record_id in (select a.record_id from asked as a) or not exists (select 1 from asked)
group by k.fact, k.key
having count(*) > 1
