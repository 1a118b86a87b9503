-- One row per year of the stock measures: its end, and the day the state is read on (today for this year).
-- Eleven years: what the year-end statistics and the evaluations look back to.
select
    y.year,
    {{ year_end('y.year') }} as year_end,
    least({{ year_end('y.year') }}, k.local_day) as read_on
from {{ ref('calendar_years') }} as y
cross join {{ source('pipeline', 'clock') }} as k
where y.year between extract(year from k.local_day) - 10 and extract(year from k.local_day)
