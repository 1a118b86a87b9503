select
    u.code as university_code,
    u.name,
    coalesce(u.name_en, '') as name_en,
    coalesce(u.peer_group, '') as peer_group,
    coalesce(u.city_code, '') as city_code
from {{ ref('stg_university') }} as u
where u.kind = 'university'
order by u.code
