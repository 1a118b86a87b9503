-- One row per paper: what the measures of papers ask of it.
with tiers as (
    select i.record_id, m.tier
    from {{ ref('stg_paper_indexings') }} as i
    inner join {{ ref('stg_paper') }} as p on p.record_id = i.record_id
    inner join {{ ref('index_tier_map') }} as m
        on
            coalesce(m.index_code, '') in ('', i.index_code)
            and coalesce(m.quartile, '') in ('', coalesce(i.quartile, ''))
            and coalesce(m.paper_type, '') in ('', coalesce(p.paper_type, ''))
    where true
    {{- of_batch('i.record_id') }}
    union
    select r.record_id, m.tier
    from {{ ref('stg_paper_reprints') }} as r
    inner join {{ ref('index_tier_map') }} as m on m.index_code = r.reprint_venue
    where coalesce(r.reprint_form, '1') = '1'
    {{- of_batch('r.record_id') }}
    union
    -- the university's own T class among its journal levels
    select v.record_id, 'TOP'
    from {{ ref('stg_record_value') }} as v
    where v.field = 'journal_levels' and v.value = 'T'
    {{- of_batch('v.record_id') }}
),

best as (
    select t.record_id, min(s.seq) as seq
    from tiers as t
    inner join {{ ref('index_tiers') }} as s on s.tier = t.tier
    group by t.record_id
),

core_indexes as (
    select distinct c.code
    from {{ ref('stg_code_item') }} as c
    where c.list = 'paper_index' and c.parent in ('INTL', 'CN')
),

indexed as (
    select i.record_id, count(*) as core_count
    from {{ ref('stg_paper_indexings') }} as i
    inner join core_indexes as c on c.code = i.index_code
    where true
    {{- of_batch('i.record_id') }}
    group by i.record_id
),

units as (
    select
        a.record_id,
        max(case when a.is_own then 1 else 0 end) as has_own,
        max(case when not a.is_own then 1 else 0 end) as has_other,
        max(
            case
                when a.country is null or a.country in ({{ chinese_countries() }}) then 0
                else 1
            end
        ) as has_foreign
    from {{ ref('stg_contributor_affiliation') }} as a
    where true
    {{- of_batch('a.record_id') }}
    group by a.record_id
)

select
    p.record_id,
    p.university_code,
    coalesce(p.published_on, p.online_on) as published_on,
    p.paper_type,
    -- accepted (录用) is not yet published
    coalesce(p.publication_stage, '1') <> '2' as is_public,
    coalesce(s.tier, 'NONE') as tier,
    coalesce(s.is_high_level, false) as is_high_level,
    coalesce(i.core_count, 0) > 0 as is_indexed,
    coalesce(u.has_other, 0) = 1 as has_other_unit,
    coalesce(u.has_foreign, 0) = 1 or coalesce(p.with_international, false) as has_foreign_unit,
    coalesce(p.with_industry, false) as is_with_industry
from {{ ref('stg_paper') }} as p
left join best as b on b.record_id = p.record_id
left join {{ ref('index_tiers') }} as s on s.seq = b.seq
left join indexed as i on i.record_id = p.record_id
left join units as u on u.record_id = p.record_id
where true
{{- of_batch('p.record_id') }}
