-- One row per person in post × year: college, rank of title and age as they were at its end.
-- Posts decide; a person nobody entered a post for is in post from the day of joining to the day of leaving.
with posted as (
    select
        p.person_id as record_id,
        y.year,
        y.year_end,
        p.unit_id,
        p.title_code,
        row_number() over (
            partition by p.person_id, y.year
            order by case when p.is_main then 0 else 1 end asc nulls last, p.valid_from desc nulls last, p.id desc nulls last
        ) as choice
    from {{ ref('stg_person_post') }} as p
    inner join {{ ref('int_year_ends') }} as y
        on p.valid_from <= y.read_on and (p.valid_to is null or p.valid_to >= y.read_on)
    where true
    {{- of_batch('p.person_id') }}
),

unposted as (
    select p.record_id, y.year, y.year_end
    from {{ ref('stg_person') }} as p
    inner join {{ ref('int_year_ends') }} as y
        on
            coalesce(p.joined_on, p.listed_on, cast(p.approved_at as date)) <= y.read_on
            and (p.left_on is null or p.left_on > y.read_on)
    where
        p.person_status in ('1', '5', '6')
        and p.record_id not in (select q.person_id from {{ ref('stg_person_post') }} as q where true {{- of_batch('q.person_id') }})
    {{- of_batch('p.record_id') }}
),

in_post as (
    select p.record_id, p.year, p.year_end, p.unit_id, p.title_code
    from posted as p
    where p.choice = 1
    union all
    select u.record_id, u.year, u.year_end, cast(null as bigint), cast(null as varchar)
    from unposted as u
)

select
    i.record_id,
    i.year,
    i.year_end,
    i.unit_id as college_id,
    coalesce(t.title_rank, p.title_rank, '9') as title_rank,
    coalesce(i.title_code, p.title) as title_code,
    p.degree,
    p.rd_months,
    {{ year_of('i.year_end') }} - {{ year_of('p.birth_on') }} as age
from in_post as i
-- students (7) are people of the university and no staff
inner join {{ ref('stg_person') }} as p on p.record_id = i.record_id and coalesce(p.person_status, '1') <> '7'
left join {{ ref('title_ranks') }} as t on t.title_code = coalesce(i.title_code, p.title)
where true
{{- of_batch('p.record_id') }}
