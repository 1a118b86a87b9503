-- One row per record: does the university sign first, does it hold the patent first?
-- A signature decides; without one the rank of the university among the units; without that the first
-- affiliation printed (papers), and where nothing is stated the university that keeps the record is first.
with stated as (
    select record_id, signature, unit_rank from {{ ref('stg_paper') }} where true {{- of_batch() }}
    union all
    select record_id, signature, null from {{ ref('stg_book') }} where true {{- of_batch() }}
    union all
    select record_id, null, unit_rank from {{ ref('stg_award') }} where true {{- of_batch() }}
    union all
    select record_id, signature, null from {{ ref('stg_research_report') }} where true {{- of_batch() }}
    union all
    select record_id, null, unit_rank from {{ ref('stg_appraisal') }} where true {{- of_batch() }}
    union all
    select record_id, signature, null from {{ ref('stg_artwork') }} where true {{- of_batch() }}
    union all
    select record_id, signature, patentee_rank from {{ ref('stg_patent') }} where true {{- of_batch() }}
    union all
    select record_id, signature, owner_rank from {{ ref('stg_copyright') }} where true {{- of_batch() }}
    union all
    select record_id, null, unit_rank from {{ ref('stg_standard') }} where true {{- of_batch() }}
    union all
    select record_id, null, unit_rank from {{ ref('stg_drug_certificate') }} where true {{- of_batch() }}
    union all
    select record_id, null, unit_rank from {{ ref('stg_new_variety') }} where true {{- of_batch() }}
    union all
    select record_id, null, owner_rank from {{ ref('stg_ic_layout') }} where true {{- of_batch() }}
    union all
    select record_id, null, unit_rank from {{ ref('stg_vertical_project') }} where true {{- of_batch() }}
    union all
    select record_id, null, unit_rank from {{ ref('stg_landmark_result') }} where true {{- of_batch() }}
),

printed as (
    select
        a.record_id,
        max(case when a.rank = 1 and a.seq = 1 and a.is_own then 1 else 0 end) as own_is_first,
        max(case when a.seq = 1 and a.is_own and c.corresponding then 1 else 0 end) as own_corresponds
    from {{ ref('stg_contributor_affiliation') }} as a
    inner join {{ ref('stg_contributor') }} as c on c.record_id = a.record_id and c.rank = a.rank
    where true
    {{- of_batch('a.record_id') }}
    group by a.record_id
),

decided as (
    select
        r.id as record_id,
        r.type,
        p.own_corresponds,
        case
            when s.signature = '1' then true
            when s.signature is not null then false
            when s.unit_rank is not null then s.unit_rank = 1
            when r.type = 'paper' then coalesce(p.own_is_first, 0) = 1
            else true
        end as is_first_unit,
        case
            when r.type <> 'patent' then false
            when s.unit_rank is not null then s.unit_rank = 1
            else coalesce(s.signature, '1') = '1'
        end as is_first_patentee
    from {{ ref('stg_record') }} as r
    left join stated as s on s.record_id = r.id
    left join printed as p on p.record_id = r.id
    where true
    {{- of_batch('r.id') }}
)

select
    d.record_id,
    d.is_first_unit,
    d.is_first_unit or coalesce(d.own_corresponds, 0) = 1 as is_first_or_corresponding,
    d.is_first_patentee
from decided as d
