-- One row per table the office brought in: which one holds. Of citations and the ESI list the newest date, of the
-- points the newest of their year; of one day the last that came.
select
    t.university_code,
    t.id as table_id,
    t.kind,
    t.source,
    t.taken_on,
    t.period,
    t.year,
    t.lines,
    t.used,
    t.made_at,
    t.normalised,
    row_number() over (
        partition by t.university_code, t.kind, t.year
        order by t.taken_on desc nulls last, t.id desc nulls last
    ) = 1 as is_in_force
from {{ ref('stg_source_table') }} as t
