{{ config(meta={"dagster": {"ref": {"name": "fct_record"}}}) }}

-- The three facts' keys in one round: those of the batch in a refresh, all in a full build.
with keyed as (
    select 'fct_record' as fact, cast(r.record_id as varchar) as key
    from {{ ref('fct_record') }} as r
    where true
    {{- of_batch('r.record_id') }}
    union all
    select 'fct_credit', cast(c.record_id as varchar) || '/' || cast(c.rank as varchar)
    from {{ ref('fct_credit') }} as c
    where true
    {{- of_batch('c.record_id') }}
    union all
    select 'fct_measure', cast(m.record_id as varchar) || '/' || m.measure || '/' || cast(m.seq as varchar)
    from {{ ref('fct_measure') }} as m
    where true
    {{- of_batch('m.record_id') }}
)

select k.fact, k.key, count(*) as row_count
from keyed as k
group by k.fact, k.key
having count(*) > 1
