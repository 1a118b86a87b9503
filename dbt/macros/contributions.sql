{#
  The events of measures as every counting rule credits them, at every level: v_contribution over the facts, and
  v_batch_sum over the batch's rows of them, where a condition on the view would still build all of it first. That one
  asks for the rules of indicators alone (`asked`) and not for persons: crossed with every rule and level and then thrown
  away, the batch of a hundred papers took 130 ms, so it takes 60.

  Its parts are written where they are read. Of a WITH that is named twice DuckDB keeps all rows before any condition on
  the whole reaches them, and whoever asked for one measure, rule and level first had every event there is copied; a
  stored view forgets NOT MATERIALIZED.
#}
{% macro rules_of(names, asked) -%}
    {%- set found = [] -%}
    {%- for name in names -%}
        {%- for measure in (asked_rules().get(name, []) if asked else ['']) -%}
            {%- do found.append((name, measure)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, measure in found %}
    select '{{ name }}' as rule{% if asked %}, '{{ measure }}' as measure{% endif %}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro contributions(measures, credits, asked=false) -%}
{%- set under = 'inner join ({}) as r on r.measure = e.measure' if asked else 'cross join ({}) as r' -%}
{% set events %}
    select m.university_code, m.measure, m.record_id, m.type, m.seq, m.counted_on, m.year, m.category_1, m.category_2,
        m.value, m.college_id, m.owner_person_id
    from {{ measures }} as m
    where m.included and m.valid_to is null
{% endset %}
{% set levels %}
    select 'university' as level
    union all
    select 'college'
    {%- if not asked %}
    union all
    select 'person'
    {%- endif %}
{% endset %}
{# The event stands for itself: its own college and owner, its whole value. #}
{% set event_rules %}
    {{- rules_of(['OWNER', 'SUM', 'HEAD', 'PROJECT', 'HIGHEST_INDEX', 'EACH_INDEX'], asked) }}
{% endset %}
{# The event counts whole or not at all, by a property of its record: the share is 1 or 0. #}
{% set flag_rules %}
    {{- rules_of(['FULL_SCHOOL', 'FIRST_UNIT', 'FIRST_OR_CORR', 'FIRST_PATENTEE', 'FIRST_AUTHOR'], asked) }}
{% endset %}
{# The event is split over the contributors. Four places of value times twelve of share: nothing is rounded, which would also take twenty times as long as the multiplication. #}
{% set split_rules %}
    {{- rules_of(['FRAC_EQ', 'FRAC_W', 'FRAC_6040', 'BOOK_N', 'FULL_PERSON'], asked) }}
{% endset %}
{% set flags %}
    select e.*, r.rule,
        case r.rule
            when 'FULL_SCHOOL' then c.share_full_school
            when 'FIRST_UNIT' then c.share_first_unit
            when 'FIRST_OR_CORR' then c.share_first_or_corr
            when 'FIRST_PATENTEE' then c.share_first_patentee
            else c.share_first_author
        end as share
    from ({{ events }}) as e
    inner join {{ credits }} as c on c.record_id = e.record_id and c.is_owner
    {{ under.format(flag_rules) }}
{% endset %}
{% set splits %}
    select e.*, r.rule, c.college_id as credited_college_id, c.person_id as credited_person_id,
        case r.rule
            when 'FRAC_EQ' then c.share_frac_eq
            when 'FRAC_W' then c.share_frac_w
            when 'FRAC_6040' then c.share_frac_6040
            when 'BOOK_N' then c.share_book_n
            else c.share_full_person
        end as share
    from ({{ events }}) as e
    inner join {{ credits }} as c on c.record_id = e.record_id
    {{ under.format(split_rules) }}
{% endset %}

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
from ({{ events }}) as e
{{ under.format(event_rules) }}
cross join ({{ levels }}) as l

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
from ({{ flags }}) as f
cross join ({{ levels }}) as l
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
from ({{ splits }}) as s
cross join ({{ levels }}) as l
where s.share <> 0

{% if not asked or 'FULL_COLLEGE' in asked_rules() -%}
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
from ({{ events }}) as e
inner join {{ credits }} as c on c.record_id = e.record_id
inner join ({{ levels }}) as l on (l.level = 'university' and c.is_owner) or (l.level = 'college' and c.share_full_college = 1)
{%- if asked %}
where e.measure in ('{{ asked_rules()['FULL_COLLEGE'] | join("', '") }}')
{%- endif %}
{%- endif %}
{%- endmacro %}
