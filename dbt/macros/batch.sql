{#
  A refresh touches the records of one batch and the universities they belong to. Facts are rewritten by
  record, reports by university; a full build reads everything. Deleting in a pre-hook and appending keeps
  one shape for both cases: a record that no longer counts has no new row to find its old one by.
#}
{% macro of_batch(column='record_id') -%}
    {%- if is_incremental() %}
    and {{ column }} in (select b.record_id from {{ source('pipeline', 'batch') }} as b)
    {%- endif %}
{%- endmacro %}

{# As constants: written into the statement they reach the scans, where a subquery stays above the joins. #}
{% macro touched_codes() -%}
    {%- set codes = [] -%}
    {%- if execute -%}
        {%- for row in run_query('select university_code from ' ~ source('pipeline', 'touched')).rows -%}
            {%- do codes.append("'" ~ row[0] ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(codes or ["''"]) }}
{%- endmacro %}

{% macro of_touched(column='university_code') -%}
    {%- if is_incremental() %}
    and {{ column }} in ({{ touched_codes() | join(', ') }})
    {%- endif %}
{%- endmacro %}

{% macro delete_batch() -%}
    {%- if is_incremental() -%}
    delete from {{ this }} where record_id in (select b.record_id from {{ source('pipeline', 'batch') }} as b)
    {%- endif -%}
{%- endmacro %}

{% macro delete_touched() -%}
    {%- if is_incremental() -%}
    delete from {{ this }} where university_code in (select t.university_code from {{ source('pipeline', 'touched') }} as t)
    {%- endif -%}
{%- endmacro %}
