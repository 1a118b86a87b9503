-- One row per record: R01.
select
    d.record_id,
    'R01' as measure,
    1 as seq,
    d.counted_on,
    1 as value,
    cast(null as varchar) as reason,
    d.type as category_1,
    '' as category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from {{ part('int_record_dates') }} as d
where true
{{- of_batch('d.record_id') }}
