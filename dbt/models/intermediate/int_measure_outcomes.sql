-- One row per book, research report or award × its measure.
{% set counts = 'cast(null as varchar)' %}
-- One result honoured several times in one year counts with its highest award (lowest code of level, grade).
with awards as (
    select
        a.record_id,
        a.awarded_on,
        a.level,
        a.grade,
        a.unit_rank,
        w.weight,
        a.state = '30' and a.in_statistics as counts,
        row_number() over (
            partition by a.university_code, a.outcome_name, {{ year_of('a.awarded_on') }}, a.state = '30' and a.in_statistics
            order by a.level asc nulls last, a.grade asc nulls last, a.record_id asc nulls last
        ) as place
    from {{ ref('stg_award') }} as a
    left join {{ ref('award_weights') }} as w on w.level = a.level and w.grade = a.grade
),

measured as (
    select b.record_id, 'O10' as measure, b.published_on as counted_on, 1 as value, {{ counts }} as reason,
        b.book_kind as category_1, b.publisher_level as category_2
    from {{ ref('stg_book') }} as b
    where true
    {{- of_batch('b.record_id') }}
    union all
    select r.record_id, 'O11', r.adopted_on, 1, {{ counts }}, r.adoption_level, ''
    from {{ ref('stg_research_report') }} as r
    where coalesce(r.is_adopted, r.adoption_level is not null or r.adopted_on is not null)
    {{- of_batch('r.record_id') }}
    union all
    select a.record_id, 'A01', a.awarded_on, 1, case when a.counts and a.place > 1 then 'superseded_award' end, a.level, a.grade
    from awards as a
    union all
    select
        a.record_id, 'A02', a.awarded_on,
        coalesce(a.weight, 0) * power(0.5, coalesce(a.unit_rank, 1) - 1),
        case
            when a.weight is null then 'out_of_scope_level'
            when a.counts and a.place > 1 then 'superseded_award'
        end,
        a.level, a.grade
    from awards as a
)

select
    m.record_id,
    m.measure,
    1 as seq,
    m.counted_on,
    m.value,
    m.reason,
    m.category_1,
    m.category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
