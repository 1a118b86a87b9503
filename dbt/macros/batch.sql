{#
  A refresh touches the records of one batch and the universities they belong to; a full build reads everything.

  A full build is dbt's. A refresh runs the same models' statements compiled once with the variable `warm`
  (pipelines/warm.py): in one transaction it selects a model's new rows, deletes the standing ones whose key is
  among the rewritten, and inserts. `meta.rewritten_by` names that key: record_id (the batch), university_code
  (the touched) or project_id (those whose money moved); a table without it is replaced whole. Run by hand,
  `dbt build` deletes by the same key in a pre-hook and appends.

  A condition on a view is not carried through its unions and joins: measures of a hundred records would be made from
  all there are (2.9 s of CPU at a million records). So an intermediate view names the batch where it reads a table, and
  a refresh makes tables of its own of these views, compiled with `warm` too, which `part` names in place of them. What a
  measure reads of other records (the dates of a person's, the project of a payment) is `near` the batch.
#}
{% macro is_part() -%}
    {# a unit test of a view has no is_incremental() #}
    {{ return(var('warm', false) or (model.config.materialized == 'incremental' and is_incremental())) }}
{%- endmacro %}

{% macro of_batch(column='record_id') -%}
    {%- if is_part() %}
    and {{ column }} in (select b.record_id from {{ source('pipeline', 'batch') }} as b)
    {%- endif %}
{%- endmacro %}

{% macro of_near(column='record_id') -%}
    {%- if is_part() %}
    and {{ column }} in (select n.record_id from {{ source('pipeline', 'near') }} as n)
    {%- endif %}
{%- endmacro %}

{% macro part(model) -%}
    {%- set whole = ref(model) -%}
    {%- if var('warm', false) -%}{{ whole.incorporate(path={"database": "temp", "schema": "main"}) }}{%- else -%}{{ whole }}{%- endif -%}
{%- endmacro %}

{% macro of_touched(column='university_code') -%}
    {%- if is_part() %}
    and {{ column }} in (select t.university_code from {{ source('pipeline', 'touched') }} as t)
    {%- endif %}
{%- endmacro %}

{% macro of_projects(column='project_id') -%}
    {%- if is_part() %}
    and {{ column }} in (select p.project_id from {{ source('pipeline', 'projects') }} as p)
    {%- endif %}
{%- endmacro %}

{% macro delete_rewritten() -%}
    {%- if is_incremental() -%}
    {%- set key = model.config.meta.rewritten_by -%}
    {%- set named = {'record_id': 'batch', 'university_code': 'touched', 'project_id': 'projects'}[key] -%}
    delete from {{ this }} where {{ key }} in (select k.{{ key }} from {{ source('pipeline', named) }} as k)
    {%- endif -%}
{%- endmacro %}
