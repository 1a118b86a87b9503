-- Only what is in force: a number of this file was made with it.
select
    s.university_code,
    s.kind,
    cast(coalesce(s.year, 0) as integer) as year,
    s.source,
    s.taken_on,
    s.period,
    cast(s.lines as bigint) as read_rows,
    cast(s.used as bigint) as used_rows,
    s.made_at as entered_at
from {{ ref('int_sources') }} as s
where s.is_in_force
order by s.university_code, s.kind, s.year nulls first
