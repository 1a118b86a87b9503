{# Building a date from its parts has another name on nearly every engine. #}
{% macro year_start(year) -%}
    make_date({{ year }}, 1, 1)
{%- endmacro %}

{% macro year_end(year) -%}
    make_date({{ year }}, 12, 31)
{%- endmacro %}

{# extract() gives bigint here and integer elsewhere; facts declare integer. #}
{% macro year_of(day) -%}
    cast(extract(year from {{ day }}) as integer)
{%- endmacro %}

{# The last day of a period of which only the month or the year is known. #}
{% macro period_end(day, precision) -%}
    case {{ precision }} when 'm' then last_day({{ day }}) when 'y' then {{ year_end('extract(year from ' ~ day ~ ')') }} else {{ day }} end
{%- endmacro %}

{# Hours between two times, with their fraction: every engine names the difference of timestamps otherwise. #}
{% macro hours_between(first, last) -%}
    ((epoch({{ last }}) - epoch({{ first }})) / 3600.0)
{%- endmacro %}
