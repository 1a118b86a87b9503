{# One query a model: rows whose key repeats. A NULL in a key column counts as a value (未归属 is one). #}
{% test primary_key(model, columns) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
