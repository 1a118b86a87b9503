{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rewritten() }}",
    meta={"rewritten_by": "project_id"},
) }}

-- Sums of ledger entries beside the running sums the store keeps. A reversal is signed by what it does to
-- the money that can be spent, so it lowers an arrival and lowers a payment.
with entries as (
    select
        e.university_code,
        e.project_id,
        sum(case when e.kind = 'arrived' or (e.kind = 'reversal' and r.type = 'fund_arrival') then e.fen else 0 end) as arrived,
        sum(
            case
                when e.kind = 'outward' then e.fen
                when e.kind = 'reversal' and r.type = 'fund_outward' then -e.fen
                else 0
            end
        ) as outward,
        sum(
            case
                when e.kind = 'spent' then e.fen
                when e.kind = 'reversal' and r.type = 'fund_expense' then -e.fen
                else 0
            end
        ) as spent,
        sum(case when e.kind = 'frozen' then e.fen when e.kind = 'released' then -e.fen else 0 end) as frozen
    from {{ ref('stg_fund_entry') }} as e
    inner join {{ ref('stg_record') }} as r on r.id = e.record_id
    where true
    {{- of_projects('e.project_id') }}
    group by e.university_code, e.project_id
),

store as (
    select b.university_code, b.project_id, b.arrived - b.outward - b.spent as balance
    from {{ ref('stg_project_balance') }} as b
    where true
    {{- of_projects('b.project_id') }}
)

select
    coalesce(e.university_code, s.university_code) as university_code,
    coalesce(e.project_id, s.project_id) as project_id,
    cast(coalesce(e.arrived, 0) as bigint) as arrived,
    cast(coalesce(e.outward, 0) as bigint) as outward,
    cast(coalesce(e.spent, 0) as bigint) as spent,
    cast(coalesce(e.frozen, 0) as bigint) as frozen,
    cast(coalesce(e.arrived - e.outward - e.spent, 0) as bigint) as balance,
    s.balance as store_balance,
    coalesce(e.arrived - e.outward - e.spent, 0) = coalesce(s.balance, 0) as agrees
from entries as e
full outer join store as s on s.project_id = e.project_id
order by 1, 2
