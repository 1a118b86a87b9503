-- A step begins when a record (or a change of one) arrives at a node and ends with whatever moves it on. Questions move
-- nothing. Built with everything else, nightly: review history is no part of the change feed.
with moved as (
    select
        e.university_code, e.record_id, e.amendment_id, e.id, e.to_state, e."at" as moved_at, e.action, e.account_name, e.role, e.reason,
        row_number() over (partition by e.record_id, e.amendment_id order by e."at" nulls last, e.id nulls last) as seq
    from {{ source('feed', '_review_event') }} as e
    where e.from_state <> e.to_state
)

select
    n.university_code,
    n.record_id,
    n.amendment_id,
    cast(n.seq as integer) as seq,
    r.type,
    r.title,
    r.college_id,
    n.to_state as node,
    n.moved_at as entered_at,
    {{ year_of('n.moved_at') }} as year,
    x.moved_at as left_at,
    {{ hours_between('n.moved_at', 'x.moved_at') }} as hours,
    coalesce(x.action, '') as ended_by,
    coalesce(x.to_state, '') as ended_to,
    coalesce(x.account_name, '') as handler,
    coalesce(x.role, '') as handler_role,
    case when x.action in ('return', 'refuse', 'hand_back') then coalesce(trim(x.reason), '') else '' end as reason
from moved as n
inner join {{ ref('stg_record') }} as r on r.id = n.record_id
left join moved as x
    on x.record_id = n.record_id and x.seq = n.seq + 1 and coalesce(x.amendment_id, 0) = coalesce(n.amendment_id, 0)
where n.to_state in ('10', '11', '20', '21')
order by n.university_code, n.record_id, n.amendment_id nulls first, n.seq
