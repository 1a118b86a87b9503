-- Totals only: with breakdowns a suppressed cell could be had by subtraction.
with compared as (
    select p.university_code, p.university, p.peer_group as own_group, p.indicator, p.year, p.value, p.records
    from {{ ref('rpt_province') }} as p
    where p.university_code <> '*' and p.category_1 = '*'
),

grouped as (
    select c.university_code, c.university, c.own_group as peer_group, c.indicator, c.year, c.value, c.records
    from compared as c
    where c.own_group <> ''
    union all
    select c.university_code, c.university, '*', c.indicator, c.year, c.value, c.records
    from compared as c
),

suppressed as (
    select g.*, g.records < 3 or g.value is null as is_suppressed,
        case when g.records < 3 then null else g.value end as shown
    from grouped as g
),

placed as (
    select
        s.university_code, s.university, s.peer_group, s.indicator, s.year, s.shown, s.is_suppressed,
        count(s.shown) over (partition by s.peer_group, s.indicator, s.year) as ranked_among,
        rank() over (partition by s.peer_group, s.indicator, s.year order by s.shown desc nulls last) as place,
        median(s.shown) over (partition by s.peer_group, s.indicator, s.year) as middle,
        avg(s.shown) over (partition by s.peer_group, s.indicator, s.year) as mean,
        stddev_pop(s.shown) over (partition by s.peer_group, s.indicator, s.year) as spread
    from suppressed as s
)

select
    p.university_code as university,
    p.university as name,
    p.peer_group,
    p.indicator,
    p.year,
    p.shown as value,
    p.is_suppressed,
    cast(case when p.ranked_among >= 5 and not p.is_suppressed then p.place end as integer) as rank,
    cast(p.ranked_among as integer) as ranked_among,
    case when p.ranked_among >= 5 then p.middle end as median,
    -- B01: the share of the others that stand behind, and the distance from the mean in standard deviations
    case when p.ranked_among >= 5 and not p.is_suppressed then (p.ranked_among - p.place) / cast(p.ranked_among - 1 as double) end as percentile,
    case when p.ranked_among >= 5 and not p.is_suppressed and p.spread > 0 then (p.shown - p.mean) / p.spread end as z_score
from placed as p
order by p.indicator, p.year, p.peer_group, p.university_code
