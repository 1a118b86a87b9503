-- One row per paper × measure of papers; O02E one per index. Citations and the ESI list come from the table of the
-- office that is in force; of a paper it does not name the reason says so, and without a table there is no row.
{% set counts = 'cast(null as varchar)' %}
with papers as (
    select p.record_id, p.university_code, p.published_on, p.paper_type, p.is_public, p.tier, p.is_high_level, p.is_indexed, p.has_other_unit, p.has_foreign_unit, p.is_with_industry
    from {{ part('int_papers') }} as p
),

named as (
    select s.table_id, s.record_id, s.citations, s.normalised, s.listed
    from {{ ref('stg_source_paper') }} as s
    where true
    {{- of_batch('s.record_id') }}
),

cited as (
    select
        p.record_id, p.tier, p.paper_type, coalesce(c.citations, 0) as citations, c.normalised,
        case when c.record_id is null then 'no_citation_data' end as reason,
        s.normalised > 0 as has_normalised
    from papers as p
    inner join {{ ref('int_sources') }} as s on s.university_code = p.university_code and s.kind = 'citations' and s.is_in_force
    left join named as c on c.table_id = s.table_id and c.record_id = p.record_id
),

listed as (
    select p.record_id, p.paper_type, l.listed, case when l.record_id is null then 'not_listed' end as reason
    from papers as p
    inner join {{ ref('int_sources') }} as s on s.university_code = p.university_code and s.kind = 'esi' and s.is_in_force
    left join named as l on l.table_id = s.table_id and l.record_id = p.record_id
),

measured as (
    select p.record_id, 'O01' as measure, 1 as seq, 1 as value, {{ counts }} as reason, p.paper_type as category_1, p.tier as category_2
    from papers as p
    union all
    select p.record_id, 'O02', 1, 1, case when not p.is_high_level then 'not_in_index_tier' end, p.tier, p.paper_type
    from papers as p
    union all
    select p.record_id, 'O03N', 1, 1, case when not p.is_indexed then 'not_in_index_tier' end, p.tier, p.paper_type
    from papers as p
    union all
    select p.record_id, 'O08N', 1, 1, {{ counts }}, p.paper_type, p.tier
    from papers as p
    where p.has_foreign_unit
    union all
    select p.record_id, 'O09N', 1, 1, {{ counts }}, p.paper_type, p.tier
    from papers as p
    where p.has_other_unit
    union all
    select p.record_id, 'O09E', 1, 1, {{ counts }}, p.paper_type, p.tier
    from papers as p
    where p.is_with_industry
    union all
    select i.record_id, 'O02E', i.seq, 1, {{ counts }}, i.index_code, p.paper_type
    from {{ ref('stg_paper_indexings') }} as i
    inner join papers as p on p.record_id = i.record_id
    where true
    {{- of_batch('i.record_id') }}
    union all
    select c.record_id, 'O05N', 1, c.citations, c.reason, c.tier, c.paper_type
    from cited as c
    union all
    select c.record_id, 'O05D', 1, 1, c.reason, c.tier, c.paper_type
    from cited as c
    union all
    -- field-normalised impact in thousandths, where the table has such a column at all
    select c.record_id, 'O05FN', 1, coalesce(c.normalised, 0) / 1000.0, case when c.normalised is null then 'no_citation_data' end, c.tier, c.paper_type
    from cited as c
    where c.has_normalised
    union all
    select c.record_id, 'O05FD', 1, 1, case when c.normalised is null then 'no_citation_data' end, c.tier, c.paper_type
    from cited as c
    where c.has_normalised
    union all
    select l.record_id, 'O07', 1, 1, l.reason, l.listed, l.paper_type
    from listed as l
)

select
    m.record_id,
    m.measure,
    m.seq,
    p.published_on as counted_on,
    m.value,
    case when not p.is_public then 'not_public' else m.reason end as reason,
    m.category_1,
    m.category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
inner join papers as p on p.record_id = m.record_id
