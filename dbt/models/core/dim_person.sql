-- Neither birth date nor any number of a person leaves: an age band does.
with posts as (
    select
        p.person_id,
        p.unit_id,
        p.title_code,
        row_number() over (
            partition by p.person_id
            order by
                case when p.valid_from <= k.local_day and (p.valid_to is null or p.valid_to >= k.local_day) then 0 else 1 end asc nulls last,
                case when p.is_main then 0 else 1 end asc nulls last,
                p.valid_from desc nulls last,
                p.id desc nulls last
        ) as choice,
        p.valid_from <= k.local_day and (p.valid_to is null or p.valid_to >= k.local_day) as is_now
    from {{ ref('stg_person_post') }} as p
    cross join {{ source('pipeline', 'clock') }} as k
),

aged as (
    select p.record_id, {{ year_of('k.local_day') }} - {{ year_of('p.birth_on') }} as age
    from {{ ref('stg_person') }} as p
    cross join {{ source('pipeline', 'clock') }} as k
)

select
    p.university_code,
    p.record_id as person_id,
    coalesce(p.staff_no, '') as staff_no,
    coalesce(p.name, '') as name,
    coalesce(p.sex, '') as sex,
    coalesce(q.unit_id, p.college_id) as college_id,
    coalesce(q.title_code, p.title, '') as title_code,
    coalesce(t.title_rank, p.title_rank, '9') as title_rank,
    coalesce(p.degree, '') as degree,
    case
        when a.age is null then ''
        when a.age < 35 then 'u35'
        when a.age < 40 then '35'
        when a.age < 45 then '40'
        when a.age < 50 then '45'
        when a.age < 55 then '50'
        when a.age < 60 then '55'
        else '60'
    end as age_band,
    coalesce(q.is_now, p.left_on is null) as is_in_post
from {{ ref('stg_person') }} as p
inner join aged as a on a.record_id = p.record_id
left join posts as q on q.person_id = p.record_id and q.choice = 1
left join {{ ref('title_ranks') }} as t on t.title_code = coalesce(q.title_code, p.title)
where p.state in ('30', '90')
order by p.university_code, p.record_id
