{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "record_id"},
) }}

-- A measure's view decides date, value and breakdown; whether the record counts at all is decided here.
with events as (
    {% for model in measure_models() -%}
    select e.record_id, e.measure, e.seq, e.counted_on, e.value, e.reason, e.category_1, e.category_2, e.college_id, e.owner_person_id
    from {{ part(model) }} as e
    where true
    {{- of_batch('e.record_id') }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

decided as (
    select
        r.university_code, r.record_id, r.type, e.measure, e.seq, e.counted_on, e.value, e.category_1, e.category_2,
        case
            when not r.in_statistics then 'not_in_statistics'
            when e.counted_on is null then 'date_missing'
            else e.reason
        end as reason,
        coalesce(e.college_id, r.college_id) as college_id,
        coalesce(e.owner_person_id, r.owner_person_id) as owner_person_id,
        r.valid_from, r.valid_to
    from events as e
    inner join {{ ref('fct_record') }} as r on r.record_id = e.record_id
),

-- B02, the yearly score: what counts earns the points of its year, a rule for the category before one for any. Of
-- money the points are for 10,000 yuan (1,000,000 fen), and no event earns more than its cap.
earned as (
    select
        d.*, p.points, p.cap,
        row_number() over (
            partition by d.record_id, d.measure, d.seq
            order by case when p.category = '*' then 1 else 0 end asc nulls last
        ) as choice
    from decided as d
    inner join {{ ref('int_score_rules') }} as p
        on
            p.university_code = d.university_code
            and p.measure = d.measure
            and p.year = {{ year_of('d.counted_on') }}
            and p.category in ('*', coalesce(d.category_1, ''))
    where d.reason is null
),

scored as (
    select
        e.university_code, e.record_id, e.type, 'B02' as measure,
        row_number() over (partition by e.record_id order by e.measure asc nulls last, e.seq asc nulls last) as seq,
        e.counted_on,
        least(
            e.points / 100.0 * case when e.measure in ('F01', 'T02A') then e.value / 1000000.0 else e.value end,
            coalesce(e.cap / 100.0, 1000000000)
        ) as value,
        e.measure as category_1, coalesce(e.category_1, '') as category_2,
        cast(null as varchar) as reason, e.college_id, e.owner_person_id, e.valid_from, e.valid_to
    from earned as e
    where e.choice = 1
),

all_of_them as (
    select
        d.university_code, d.record_id, d.type, d.measure, d.seq, d.counted_on, d.value, d.category_1, d.category_2, d.reason,
        d.college_id, d.owner_person_id, d.valid_from, d.valid_to
    from decided as d
    union all
    select
        s.university_code, s.record_id, s.type, s.measure, s.seq, s.counted_on, s.value, s.category_1, s.category_2, s.reason,
        s.college_id, s.owner_person_id, s.valid_from, s.valid_to
    from scored as s
)

select
    d.university_code,
    d.record_id,
    d.type,
    d.measure,
    cast(d.seq as integer) as seq,
    d.counted_on,
    {{ year_of('d.counted_on') }} as year,
    cast(coalesce(d.value, 0) as decimal(20, 4)) as value,
    d.reason is null as included,
    d.reason,
    coalesce(d.category_1, '') as category_1,
    coalesce(d.category_2, '') as category_2,
    d.college_id,
    d.owner_person_id,
    d.valid_from,
    d.valid_to
from all_of_them as d
order by d.university_code, d.record_id, d.measure, d.seq
