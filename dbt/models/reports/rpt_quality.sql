select
    q.university_code,
    coalesce(q.type, '*') as type,
    count(*) as records,
    cast(sum(q.weight) as bigint) as weight,
    cast(sum(q.weight * q.quality) as double) as points,
    cast(100.0 * sum(q.weight * q.quality) / sum(q.weight) as double) as score,
    cast(sum(q.needed) as bigint) as needed,
    cast(sum(q.filled) as bigint) as filled,
    cast(sum(case when q.severity <> '' then 1 else 0 end) as bigint) as flagged,
    max(q.as_of) as as_of
from {{ ref('fct_quality') }} as q
group by grouping sets ((q.university_code, q.type), (q.university_code))
order by q.university_code, type
