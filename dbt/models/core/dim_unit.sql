select
    u.university_code,
    u.id as unit_id,
    u.code,
    u.name,
    coalesce(u.name_en, '') as name_en,
    u.kind,
    u.parent_id,
    u.valid_from,
    u.valid_to
from {{ ref('stg_unit') }} as u
order by u.university_code, u.id
