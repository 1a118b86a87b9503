-- One row per person in post × year × measure of people.
with activity as (
    -- a record of one year keeps a person active in it and the two after
    select distinct c.person_id, {{ year_of('d.counted_on') }} as year
    from {{ ref('stg_contributor') }} as c
    inner join {{ ref('stg_record') }} as r on r.id = c.record_id
    inner join {{ part('int_record_dates') }} as d on d.record_id = c.record_id
    where c.kind = 'staff' and c.person_id is not null and r.state = '30' and r.in_statistics and c.role <> 'handler'
    {{- of_batch('c.person_id') }}
    {{- of_near('r.id') }}
),

-- What a person did on projects in a year: whether one of them was active at its end, and the months on those that ran
-- in it. One reading of all contributors for both.
worked as (
    select
        c.person_id,
        y.year,
        max(case when p.closed_on is null or p.closed_on > y.read_on then 1 else 0 end) as active_at_end,
        sum(c.months_per_year) as months
    from {{ part('int_projects') }} as p
    inner join {{ ref('int_year_ends') }} as y
        on p.granted_on <= y.read_on and (p.closed_on is null or p.closed_on >= {{ year_start('y.year') }})
    inner join {{ ref('stg_record') }} as r on r.id = p.record_id
    inner join {{ ref('stg_contributor') }} as c on c.record_id = p.record_id
    where c.kind = 'staff' and c.person_id is not null and r.state = '30' and r.in_statistics
    {{- of_batch('c.person_id') }}
    {{- of_near('r.id') }}
    group by c.person_id, y.year
),

active as (
    select distinct i.record_id, i.year
    from {{ part('int_person_years') }} as i
    inner join activity as a on a.person_id = i.record_id and a.year between i.year - 2 and i.year
),

measured as (
    select i.record_id, 'S01' as measure, i.year, i.year_end, 1 as value, i.title_rank, i.college_id
    from {{ part('int_person_years') }} as i
    union all
    select i.record_id, 'S02', i.year, i.year_end, 1, i.title_rank, i.college_id
    from {{ part('int_person_years') }} as i
    where i.title_rank in ('1', '2')
    union all
    select i.record_id, 'S03', i.year, i.year_end, 1, i.title_rank, i.college_id
    from {{ part('int_person_years') }} as i
    where i.degree like '2%'
    union all
    select i.record_id, 'H03N', i.year, i.year_end, 1, i.title_rank, i.college_id
    from {{ part('int_person_years') }} as i
    inner join active as a on a.record_id = i.record_id and a.year = i.year
    union all
    select i.record_id, 'P10D', i.year, i.year_end, 1, i.title_rank, i.college_id
    from {{ part('int_person_years') }} as i
    where i.age <= 40
    union all
    select i.record_id, 'P10N', i.year, i.year_end, 1, i.title_rank, i.college_id
    from {{ part('int_person_years') }} as i
    inner join worked as w on w.person_id = i.record_id and w.year = i.year and w.active_at_end = 1
    where i.age <= 40
    union all
    -- ten person-months are one person-year, and nobody has more
    select i.record_id, 'H01', i.year, i.year_end, least(10, coalesce(i.rd_months, w.months)) / 10, i.title_rank, i.college_id
    from {{ part('int_person_years') }} as i
    left join worked as w on w.person_id = i.record_id and w.year = i.year
    where coalesce(i.rd_months, w.months) is not null
)

select
    m.record_id,
    m.measure,
    m.year as seq,
    m.year_end as counted_on,
    m.value,
    cast(null as varchar) as reason,
    m.title_rank as category_1,
    '' as category_2,
    m.college_id,
    m.record_id as owner_person_id
from measured as m
