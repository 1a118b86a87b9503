-- One row per point rule in force: university × year × measure × category, in hundredths; category * is any.
select s.university_code, s.year, r.measure, r.category, r.points, r.cap
from {{ ref('int_sources') }} as s
inner join {{ ref('stg_score_rule') }} as r on r.table_id = s.table_id
where s.kind = 'score_rules' and s.is_in_force
