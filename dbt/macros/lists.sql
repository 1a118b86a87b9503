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
