{# Codes of GB/T 2659 (digits and letters) that are no foreign country in the statistics. #}
{% macro chinese_countries() -%}
    '156', '344', '446', '158', 'CN', 'CHN', 'HK', 'HKG', 'MO', 'MAC', 'TW', 'TWN'
{%- endmacro %}

{# The intermediate views fct_measure is made of. #}
{% macro measure_models() -%}
    {{ return([
        'int_measure_records',
        'int_measure_papers',
        'int_measure_outcomes',
        'int_measure_patents',
        'int_measure_transfers',
        'int_measure_funds',
        'int_measure_projects',
        'int_measure_exchange',
        'int_measure_people',
    ]) }}
{%- endmacro %}

{# Code of list fund_nature by the kind of project the money is for. #}
{% macro nature(type) -%}
    case {{ type }} when 'vertical_project' then 'Z' when 'horizontal_project' then 'H' when 'university_project' then 'X' end
{%- endmacro %}

{# The counting rules some indicator asks for. #}
{% macro asked_rules() -%}
    {{ return([
        'OWNER', 'SUM', 'HEAD', 'PROJECT', 'HIGHEST_INDEX', 'EACH_INDEX',
        'FULL_SCHOOL', 'FIRST_UNIT', 'FIRST_PATENTEE', 'FRAC_W', 'FULL_PERSON',
    ]) }}
{%- endmacro %}

{#
  v_contribution for the (measure, rule) pairs of ``pairs``, one rule at a time: a rule written as a constant
  lets the engine drop the branches of the view that cannot hold it, a joined one makes it build them all
  (20 s against 1 s for 250,000 events).
#}
{% macro contributions_of(pairs, levels) -%}
    {% for rule in asked_rules() %}
    select c.university_code, c.measure, c.rule, c.year, c.level, c.college_id, c.record_id, c.category_1, c.contribution
    from {{ ref('v_contribution') }} as c
    where
        c.rule = '{{ rule }}'
        and c.level in ({% for level in levels %}'{{ level }}'{% if not loop.last %}, {% endif %}{% endfor %})
        and c.measure in (select p.measure from {{ pairs }} as p where p.rule = '{{ rule }}')
        {{- of_touched('c.university_code') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
{%- endmacro %}
