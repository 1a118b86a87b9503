{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "record_id"},
) }}

-- Shares are stored to twelve places; the owner's share is what the others leave, so that every split
-- sums to exactly 1.
with records as (
    select r.university_code, r.record_id, r.type, r.college_id, r.owner_person_id, r.dated_on, r.valid_from, r.valid_to
    from {{ ref('fct_record') }} as r
    where true
    {{- of_batch('r.record_id') }}
),

staff as (
    select
        c.record_id,
        c.rank,
        c.person_id,
        c.book_role,
        row_number() over (partition by c.record_id order by c.rank asc nulls last) as own_rank,
        count(*) over (partition by c.record_id) as own_count
    from {{ ref('stg_contributor') }} as c
    inner join records as r on r.record_id = c.record_id
    -- a handler carries the paper of a fund record; the money is the project owner's, whom the header names
    where c.kind = 'staff' and c.role <> 'handler' and coalesce(c.claim, 'filed') <> 'declined'
),

-- College of a contributor at the record's date: the main post that covers the day, else the latest one.
posts as (
    select
        s.record_id,
        s.rank,
        p.unit_id,
        row_number() over (
            partition by s.record_id, s.rank
            order by
                case when p.valid_from <= r.dated_on and (p.valid_to is null or p.valid_to >= r.dated_on) then 0 else 1 end asc nulls last,
                case when p.is_main then 0 else 1 end asc nulls last,
                p.valid_from desc nulls last,
                p.id desc nulls last
        ) as choice
    from staff as s
    inner join records as r on r.record_id = s.record_id
    inner join {{ ref('stg_person_post') }} as p on p.person_id = s.person_id
),

-- The owner's college is the header's, for the owner as for every other number of a college.
credited as (
    select
        r.university_code,
        r.record_id,
        coalesce(s.rank, case when r.owner_person_id is null then 0 else 1 end) as rank,
        coalesce(s.person_id, case when s.record_id is null then r.owner_person_id end) as person_id,
        case when s.record_id is null and r.owner_person_id is null then 'none' else 'staff' end as kind,
        case when coalesce(s.own_rank, 1) = 1 then r.college_id else coalesce(p.unit_id, r.college_id) end as college_id,
        coalesce(s.own_rank, 1) as own_rank,
        coalesce(s.own_count, 1) as own_count,
        s.book_role,
        r.valid_from,
        r.valid_to
    from records as r
    left join staff as s on s.record_id = r.record_id
    left join posts as p on p.record_id = s.record_id and p.rank = s.rank and p.choice = 1
),

-- The university's own table of shares (分配表) in force on the record's day: the newest first day not after it,
-- of that day the newest version. Without one the built-in table holds.
own_tables as (
    select s.university_code, s.version, s.valid_from, max(s.finishers) as longest
    from {{ ref('stg_share_rule') }} as s
    group by s.university_code, s.version, s.valid_from
),

chosen as (
    select
        r.record_id,
        t.university_code,
        t.version,
        t.longest,
        row_number() over (
            partition by r.record_id
            order by t.valid_from desc nulls last, t.version desc nulls last
        ) as choice
    from records as r
    inner join own_tables as t on t.university_code = r.university_code and t.valid_from <= r.dated_on
),

built_in as (
    select max(b.finishers) as longest
    from {{ ref('share_table') }} as b
),

-- With more people than a table has places its longest row holds; who stands behind it has no share.
shared as (
    select
        c.record_id,
        c.rank,
        coalesce(o.millionths / 1000000.0, case when k.record_id is null then b.share end, 0) as share
    from credited as c
    cross join built_in as i
    left join chosen as k on k.record_id = c.record_id and k.choice = 1
    left join {{ ref('stg_share_rule') }} as o
        on
            o.university_code = k.university_code
            and o.version = k.version
            and o.finishers = least(c.own_count, k.longest)
            and o.rank = c.own_rank
    left join {{ ref('share_table') }} as b
        on k.record_id is null and b.finishers = least(c.own_count, i.longest) and b.rank = c.own_rank
),

-- 1/n, the table's share and 40 % over the others, for everybody but the owner.
weighed as (
    select
        c.*,
        cast(1.0 / c.own_count as decimal(14, 12)) as eq,
        cast(s.share as decimal(14, 12)) as w,
        cast(case when c.own_count = 1 then 1.0 else 0.4 / (c.own_count - 1) end as decimal(14, 12)) as rest,
        row_number() over (partition by c.record_id, c.college_id order by c.rank asc nulls last) as college_rank
    from credited as c
    inner join shared as s on s.record_id = c.record_id and s.rank = c.rank
),

others as (
    select w.record_id, sum(w.eq) as eq, sum(w.w) as w, sum(w.rest) as rest
    from weighed as w
    where w.own_rank > 1
    group by w.record_id
)

select
    w.university_code,
    w.record_id,
    cast(w.rank as integer) as rank,
    w.person_id,
    w.kind,
    w.college_id,
    w.own_rank = 1 as is_owner,
    cast(case when w.own_rank = 1 then 1 else 0 end as decimal(14, 12)) as share_owner,
    cast(case when w.own_rank = 1 then 1 else 0 end as decimal(14, 12)) as share_full_school,
    cast(case when w.college_rank = 1 then 1 else 0 end as decimal(14, 12)) as share_full_college,
    cast(case when w.kind = 'staff' then 1 else 0 end as decimal(14, 12)) as share_full_person,
    cast(case when w.own_rank = 1 then 1 - coalesce(o.eq, 0) else w.eq end as decimal(14, 12)) as share_frac_eq,
    cast(case when w.own_rank = 1 then 1 - coalesce(o.w, 0) else w.w end as decimal(14, 12)) as share_frac_w,
    cast(case when w.own_rank = 1 then 1 - coalesce(o.rest, 0) else w.rest end as decimal(14, 12)) as share_frac_6040,
    cast(
        case
            when w.kind = 'none' or w.rank > 4 then 0
            when w.book_role = '240' then 1.0 / (w.rank + 8)
            else 1.0 / w.rank
        end as decimal(14, 12)
    ) as share_book_n,
    cast(case when w.own_rank = 1 and f.is_first_unit then 1 else 0 end as decimal(14, 12)) as share_first_unit,
    cast(case when w.own_rank = 1 and f.is_first_or_corresponding then 1 else 0 end as decimal(14, 12)) as share_first_or_corr,
    cast(case when w.own_rank = 1 and f.is_first_patentee then 1 else 0 end as decimal(14, 12)) as share_first_patentee,
    cast(case when w.own_rank = 1 and w.rank = 1 and w.kind = 'staff' then 1 else 0 end as decimal(14, 12)) as share_first_author,
    w.valid_from,
    w.valid_to
from weighed as w
left join others as o on o.record_id = w.record_id
left join {{ part('int_record_flags') }} as f on f.record_id = w.record_id
order by w.university_code, w.record_id, w.rank
