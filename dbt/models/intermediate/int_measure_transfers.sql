-- One row per technology transfer × measure × payment received, money in fen.
-- A contract counts when it is signed; what it brings in counts when it arrives; rewards to persons carry no
-- day of their own and count with the first payment, else with the contract.
with transfers as (
    select
        t.record_id,
        t.mode,
        t.signed_on,
        t.contract_amount,
        coalesce(t.reward_cash, 0) + coalesce(t.reward_equity, 0) as reward,
        t.mode in ('1', '2', '3') as is_conversion
    from {{ ref('stg_technology_transfer') }} as t
    where true
    {{- of_batch('t.record_id') }}
),

incomes as (
    select i.record_id, i.seq, i.received_on, i.income, t.mode, t.is_conversion
    from {{ ref('stg_technology_transfer_incomes') }} as i
    inner join transfers as t on t.record_id = i.record_id
    where true
    {{- of_batch('i.record_id') }}
),

first_income as (
    select i.record_id, min(i.received_on) as received_on
    from incomes as i
    group by i.record_id
),

measured as (
    select t.record_id, 'T01A' as measure, 1 as seq, t.signed_on as counted_on, t.contract_amount as value, t.mode as category_1, '' as category_2
    from transfers as t
    where t.contract_amount is not null
    union all
    select i.record_id, 'T01B', i.seq, i.received_on, i.income, i.mode, ''
    from incomes as i
    union all
    select i.record_id, 'T02A', i.seq, i.received_on, i.income, i.mode, ''
    from incomes as i
    where i.is_conversion
    union all
    select t.record_id, 'T02B', 1, coalesce(f.received_on, t.signed_on), t.reward, t.mode, ''
    from transfers as t
    left join first_income as f on f.record_id = t.record_id
    where t.reward > 0 and t.is_conversion
    union all
    -- 100万元 is 100,000,000 fen
    select t.record_id, 'T03', 1, t.signed_on, 1, case when t.contract_amount >= 1000000000 then 'W1000' else 'W100' end, t.mode
    from transfers as t
    where t.contract_amount >= 100000000 and t.is_conversion
)

select
    m.record_id,
    m.measure,
    m.seq,
    m.counted_on,
    m.value,
    cast(null as varchar) as reason,
    m.category_1,
    m.category_2,
    cast(null as bigint) as college_id,
    cast(null as bigint) as owner_person_id
from measured as m
