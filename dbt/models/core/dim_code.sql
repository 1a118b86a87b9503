-- The store's code lists, and the pipeline's own small ones under owner *.
with items as (
    select c.list, c.owner, c.code, c.label_zh as zh, coalesce(c.label_en, '') as en, c.parent, c.seq, c.valid_from, c.valid_to
    from {{ ref('stg_code_item') }} as c
    union all
    select 'record_type', '*', t.type, t.zh, t.en, t.group_id, t.seq, null, null
    from {{ ref('record_types') }} as t
    union all
    select 'index_tier', '*', t.tier, t.zh, t.en, null, t.seq, null, null
    from {{ ref('index_tiers') }} as t
    union all
    select 'exclusion_reason', '*', e.code, e.zh, e.en, null, 0, null, null
    from {{ ref('exclusion_reasons') }} as e
    union all
    select 'measure', '*', m.measure, m.zh, m.en, null, 0, null, null
    from {{ ref('measures') }} as m
    union all
    select p.list, '*', p.code, p.zh, p.en, null, p.seq, null, null
    from {{ ref('pipeline_codes') }} as p
)

select
    i.list,
    i.owner,
    i.code,
    i.zh,
    i.en,
    i.parent,
    cast(coalesce(i.seq, 0) as integer) as seq,
    cast(i.valid_from as date) as valid_from,
    cast(i.valid_to as date) as valid_to
from items as i
order by i.list, i.owner, i.seq, i.code
