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
    from {{ ref(model) }} as e
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
from decided as d
order by d.university_code, d.record_id, d.measure, d.seq
