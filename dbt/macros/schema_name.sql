{# Schemas are called staging, intermediate, core, reports and seeds on every engine and target. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
