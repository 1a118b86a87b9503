{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "record_id"},
) }}

-- What the year-end tables read and no measure holds: the lines of an expense by subject, who works how many months a
-- year on a project, the yearly data of an institution, what a person is at the end of a year, how many projects stand behind an outcome. A number that is a
-- measure already is not repeated here: it has one definition.
{% set nobody = 'cast(null as bigint)' %}
{% set yearly = ['staff_total', 'staff_doctor', 'staff_master', 'staff_senior', 'staff_middle', 'graduate_students', 'project_count',
    'intramural_expenditure', 'rd_expenditure', 'equipment_value', 'equipment_import'] %}
with expenses as (
    select e.record_id, {{ year_of('e.spent_on') }} as year, e.amount, e.university_code
    from {{ ref('stg_fund_expense') }} as e
    where true
    {{- of_batch('e.record_id') }}
),

split as (
    select l.record_id, sum(l.line_amount) as amount
    from {{ ref('stg_fund_expense_lines') }} as l
    inner join expenses as e on e.record_id = l.record_id
    group by l.record_id
),

details as (
    select l.record_id, 'expense' as kind, cast(l.seq as integer) as seq, e.year, l.line_subject as code, {{ nobody }} as person_id, {{ nobody }} as other_id, l.line_amount as value
    from {{ ref('stg_fund_expense_lines') }} as l
    inner join expenses as e on e.record_id = l.record_id
    union all
    -- what the lines leave of an expense has no subject
    select e.record_id, 'expense', -1, e.year, '', {{ nobody }}, {{ nobody }}, e.amount - coalesce(s.amount, 0)
    from expenses as e
    left join split as s on s.record_id = e.record_id
    where e.amount <> coalesce(s.amount, 0)
    union all
    select
        c.record_id, 'effort', cast(row_number() over (partition by c.record_id order by c.id asc nulls last) as integer), cast(null as integer), c.kind,
        c.person_id, {{ nobody }}, c.months_per_year
    from {{ ref('stg_contributor') }} as c
    inner join {{ part('int_projects') }} as p on p.record_id = c.record_id
    where c.role in ('leader', 'member')
    {{- of_batch('c.record_id') }}
    {% for column in yearly -%}
    union all
    select y.record_id, 'institution', cast(y.stat_year * 100 + {{ loop.index }} as integer), cast(y.stat_year as integer), '{{ column }}', {{ nobody }}, {{ nobody }}, y.{{ column }}
    from {{ ref('stg_institution_yearly') }} as y
    where y.{{ column }} is not null
    {{- of_batch('y.record_id') }}
    {% endfor -%}
    union all
    -- who is whose staff at the end of a year: system / title / education / degree / age band of the form
    select
        i.record_id, 'staff', i.year, i.year,
        case when p.in_st_stat then 'ST' when p.in_sk_stat then 'SK' else '' end || '/' || coalesce(i.title_code, '') || '/' || coalesce(p.education, '') || '/'
        || coalesce(p.degree, '') || '/'
        || case
            when i.age is null then ''
            when i.age <= 30 then 'A1'
            when i.age <= 35 then 'A2'
            when i.age <= 40 then 'A3'
            when i.age <= 45 then 'A4'
            when i.age <= 50 then 'A5'
            when i.age <= 55 then 'A6'
            when i.age <= 60 then 'A7'
            else 'A8'
        end || '/' || coalesce(p.discipline, '') || '/' || case when p.is_rd then '1' when not p.is_rd then '0' else '' end,
        {{ nobody }}, {{ nobody }}, p.rd_months
    from {{ part('int_person_years') }} as i
    inner join {{ ref('stg_person') }} as p on p.record_id = i.record_id
    where true
    {{- of_batch('i.record_id') }}
    union all
    select
        l.record_id, 'project', cast(row_number() over (partition by l.record_id order by l.target_id asc nulls last) as integer), cast(null as integer), '',
        {{ nobody }}, l.target_id, 1
    from {{ ref('stg_record_link') }} as l
    where l.field = 'project_ids'
    {{- of_batch('l.record_id') }}
)

select
    r.university_code,
    r.record_id,
    d.kind,
    d.seq,
    d.year,
    coalesce(d.code, '') as code,
    d.person_id,
    d.other_id,
    cast(d.value as decimal(20, 4)) as value,
    r.valid_from,
    r.valid_to
from details as d
inner join {{ ref('fct_record') }} as r on r.record_id = d.record_id
order by r.university_code, r.record_id, d.kind, d.seq
