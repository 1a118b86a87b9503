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

{# Counting rule → the measures some indicator asks for under it; a test holds it to the seed. #}
{% macro asked_rules() -%}
    {{ return({
        'EACH_INDEX': ['O02E'],
        'FIRST_PATENTEE': ['K01A', 'K01B', 'K01C', 'K02N', 'K03N', 'K04'],
        'FIRST_UNIT': ['O01'],
        'FRAC_W': ['A02', 'B02'],
        'FULL_PERSON': ['X02'],
        'FULL_SCHOOL': ['O01', 'O05D', 'O05FD', 'O05FN', 'O05N', 'O07', 'O08N', 'O09E', 'O09N'],
        'HEAD': ['H01', 'H03N', 'P10D', 'P10N', 'S01', 'S02', 'S03'],
        'HIGHEST_INDEX': ['O02'],
        'OWNER': ['A01', 'O01', 'O03N', 'O10', 'O11', 'P01', 'P02D', 'P02N', 'P07N', 'R01', 'T03', 'X01A', 'X01B', 'X01P'],
        'PROJECT': ['P03', 'P04D', 'P04N', 'P05D', 'P05N', 'P06N'],
        'SUM': ['F01', 'F03', 'F06N', 'F08', 'F09', 'F10', 'F11', 'T01A', 'T01B', 'T02A', 'T02B'],
    }) }}
{%- endmacro %}

{#
  v_contribution for what indicators ask of it, one rule at a time. Rule and measures are constants: they reach
  the scans and drop the branches of the view that cannot hold the rule; joined ones would build them all
  (20 s against 1 s for 250,000 events).
#}
{% macro contributions_of(levels) -%}
    {% for rule, measures in asked_rules().items() %}
    select c.university_code, c.measure, c.rule, c.year, c.level, c.college_id, c.record_id, c.category_1, c.contribution
    from {{ ref('v_contribution') }} as c
    where
        c.rule = '{{ rule }}'
        and c.level in ({% for level in levels %}'{{ level }}'{% if not loop.last %}, {% endif %}{% endfor %})
        and c.measure in ({% for measure in measures %}'{{ measure }}'{% if not loop.last %}, {% endif %}{% endfor %})
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
{%- endmacro %}

{#
  Contributions as sums: with and without the breakdown (*), each beside what remains when a result several
  universities share is counted once in the province.
#}
{% macro sums_of(contributions) -%}
    select
        c.university_code,
        c.measure,
        c.rule,
        c.year,
        c.level,
        c.college_id,
        case when grouping(c.category_1) = 1 then '*' else c.category_1 end as category_1,
        cast(sum(c.contribution) as decimal(38, 16)) as value,
        count(distinct c.record_id) as records,
        cast(sum(case when coalesce(k.is_first, true) then c.contribution else 0 end) as decimal(38, 16)) as once_value,
        count(distinct case when coalesce(k.is_first, true) then c.record_id end) as once_records
    from {{ contributions }} as c
    left join {{ ref('fct_shared_key') }} as k on k.record_id = c.record_id
    group by grouping sets (
        (c.university_code, c.measure, c.rule, c.year, c.level, c.college_id, c.category_1),
        (c.university_code, c.measure, c.rule, c.year, c.level, c.college_id)
    )
{%- endmacro %}
