{#
  The events of measures as every counting rule credits them, at every level: v_contribution over the facts, and
  v_batch_sum over the batch's rows of them, where a condition on the view would still build all of it first.
#}
{% macro contributions(measures, credits) -%}
with events as (
    select m.university_code, m.measure, m.record_id, m.type, m.seq, m.counted_on, m.year, m.category_1, m.category_2,
        m.value, m.college_id, m.owner_person_id
    from {{ measures }} as m
    where m.included and m.valid_to is null
),

levels as (
    select 'university' as level
    union all
    select 'college'
    union all
    select 'person'
),

-- The event stands for itself: its own college and owner, its whole value.
event_rules as (
    select 'OWNER' as rule
    union all
    select 'SUM'
    union all
    select 'HEAD'
    union all
    select 'PROJECT'
    union all
    select 'HIGHEST_INDEX'
    union all
    select 'EACH_INDEX'
),

-- The event counts whole or not at all, by a property of its record: the share is 1 or 0.
flag_rules as (
    select 'FULL_SCHOOL' as rule
    union all
    select 'FIRST_UNIT'
    union all
    select 'FIRST_OR_CORR'
    union all
    select 'FIRST_PATENTEE'
    union all
    select 'FIRST_AUTHOR'
),

-- The event is split over the contributors. Four places of value times twelve of share: nothing is rounded, which
-- would also take twenty times as long as the multiplication.
split_rules as (
    select 'FRAC_EQ' as rule
    union all
    select 'FRAC_W'
    union all
    select 'FRAC_6040'
    union all
    select 'BOOK_N'
    union all
    select 'FULL_PERSON'
),

flags as (
    select e.*, r.rule,
        case r.rule
            when 'FULL_SCHOOL' then c.share_full_school
            when 'FIRST_UNIT' then c.share_first_unit
            when 'FIRST_OR_CORR' then c.share_first_or_corr
            when 'FIRST_PATENTEE' then c.share_first_patentee
            else c.share_first_author
        end as share
    from events as e
    inner join {{ credits }} as c on c.record_id = e.record_id and c.is_owner
    cross join flag_rules as r
),

splits as (
    select e.*, r.rule, c.college_id as credited_college_id, c.person_id as credited_person_id,
        case r.rule
            when 'FRAC_EQ' then c.share_frac_eq
            when 'FRAC_W' then c.share_frac_w
            when 'FRAC_6040' then c.share_frac_6040
            when 'BOOK_N' then c.share_book_n
            else c.share_full_person
        end as share
    from events as e
    inner join {{ credits }} as c on c.record_id = e.record_id
    cross join split_rules as r
)

select
    e.university_code,
    e.measure,
    r.rule,
    l.level,
    case when l.level <> 'university' then e.college_id end as college_id,
    case when l.level = 'person' then e.owner_person_id end as person_id,
    e.record_id,
    e.type,
    e.seq,
    e.counted_on,
    e.year,
    e.category_1,
    e.category_2,
    cast(e.value as decimal(38, 16)) as contribution
from events as e
cross join event_rules as r
cross join levels as l

union all

select
    f.university_code,
    f.measure,
    f.rule,
    l.level,
    case when l.level <> 'university' then f.college_id end as college_id,
    case when l.level = 'person' then f.owner_person_id end as person_id,
    f.record_id,
    f.type,
    f.seq,
    f.counted_on,
    f.year,
    f.category_1,
    f.category_2,
    cast(f.value as decimal(38, 16)) as contribution
from flags as f
cross join levels as l
where f.share <> 0

union all

select
    s.university_code,
    s.measure,
    s.rule,
    l.level,
    case when l.level <> 'university' then s.credited_college_id end as college_id,
    case when l.level = 'person' then s.credited_person_id end as person_id,
    s.record_id,
    s.type,
    s.seq,
    s.counted_on,
    s.year,
    s.category_1,
    s.category_2,
    cast(s.value * s.share as decimal(38, 16)) as contribution
from splits as s
cross join levels as l
where s.share <> 0

union all

-- A college counts the record once however many of its people signed; the university counts it once.
select
    e.university_code,
    e.measure,
    'FULL_COLLEGE' as rule,
    l.level,
    case when l.level = 'college' then c.college_id end as college_id,
    cast(null as bigint) as person_id,
    e.record_id,
    e.type,
    e.seq,
    e.counted_on,
    e.year,
    e.category_1,
    e.category_2,
    cast(e.value as decimal(38, 16)) as contribution
from events as e
inner join {{ credits }} as c on c.record_id = e.record_id
inner join levels as l on (l.level = 'university' and c.is_owner) or (l.level = 'college' and c.share_full_college = 1)
{%- endmacro %}
