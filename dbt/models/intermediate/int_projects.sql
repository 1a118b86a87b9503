-- One row per project of the three kinds: when it was granted, when it ends, its level and its money in fen.
-- 申报 (10) is an application and no project yet. A plan that names a month ends with its last day. Of history the
-- state may be unknown: such a project was granted, but whether it still runs nobody knows.
with projects as (
    select p.record_id, 'vertical_project' as type, p.status, p.level, coalesce(p.approved_on, p.started_on) as granted_on,
        {{ period_end('p.planned_end_on', 'p.planned_end_on_precision') }} as planned_end_on, p.concluded_on, p.approved_fund as fen,
        p.activity_type, p.midterm_on
    from {{ ref('stg_vertical_project') }} as p
    where true
    {{- of_near('p.record_id') }}
    union all
    select p.record_id, 'horizontal_project', p.status, '6', coalesce(p.signed_on, p.started_on),
        {{ period_end('p.planned_end_on', 'p.planned_end_on_precision') }}, p.concluded_on, p.contract_amount,
        p.activity_type, cast(null as date)
    from {{ ref('stg_horizontal_project') }} as p
    where true
    {{- of_near('p.record_id') }}
    union all
    select p.record_id, 'university_project', p.status, '5', coalesce(p.approved_on, p.started_on),
        {{ period_end('p.planned_end_on', 'p.planned_end_on_precision') }}, p.concluded_on, p.approved_fund,
        p.activity_type, p.midterm_on
    from {{ ref('stg_university_project') }} as p
    where true
    {{- of_near('p.record_id') }}
)

select
    p.record_id,
    p.type,
    p.level,
    p.granted_on,
    p.planned_end_on,
    p.concluded_on,
    p.fen,
    p.activity_type,
    p.midterm_on,
    p.status is not null as is_state_known,
    -- closed without a known day: its planned end
    case when p.status in ('30', '31', '40', '41') then coalesce(p.concluded_on, p.planned_end_on) end as closed_on,
    p.status in ('30', '31') and p.concluded_on <= p.planned_end_on as is_in_time
from projects as p
where coalesce(p.status, '') <> '10'
