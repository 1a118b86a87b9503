-- One row per paper × measure of papers; O02E one per index.
{% set counts = 'cast(null as varchar)' %}
with papers as (
    select p.record_id, p.published_on, p.paper_type, p.is_public, p.tier, p.is_high_level, p.is_indexed, p.has_other_unit, p.has_foreign_unit
    from {{ ref('int_papers') }} as p
),

measured as (
    select p.record_id, 'O01' as measure, 1 as seq, {{ counts }} as reason, p.paper_type as category_1, p.tier as category_2
    from papers as p
    union all
    select p.record_id, 'O02', 1, case when not p.is_high_level then 'not_in_index_tier' end, p.tier, p.paper_type
    from papers as p
    union all
    select p.record_id, 'O03N', 1, case when not p.is_indexed then 'not_in_index_tier' end, p.tier, p.paper_type
    from papers as p
    union all
    select p.record_id, 'O08N', 1, {{ counts }}, p.paper_type, p.tier
    from papers as p
    where p.has_foreign_unit
    union all
    select p.record_id, 'O09N', 1, {{ counts }}, p.paper_type, p.tier
    from papers as p
    where p.has_other_unit
    union all
    select i.record_id, 'O02E', i.seq, {{ counts }}, i.index_code, p.paper_type
    from {{ ref('stg_paper_indexings') }} as i
    inner join papers as p on p.record_id = i.record_id
)

select
    m.record_id,
    m.measure,
    m.seq,
    p.published_on as counted_on,
    1 as value,
    case when not p.is_public then 'not_public' else m.reason end as reason,
    m.category_1,
    m.category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
inner join papers as p on p.record_id = m.record_id
