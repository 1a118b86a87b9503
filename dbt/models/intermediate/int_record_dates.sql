-- One row per record: the day R01 counts it on, by its type's own date rule.
-- Lists file a record under dated_by; statistics never read that, except for a record whose own date nobody
-- knows: it must still count once, so it falls back to the filing day and then to the day of approval.
with own as (
    select record_id, joined_on as counted_on from {{ ref('stg_person') }} where true {{- of_near() }}
    union all
    select record_id, entered_on from {{ ref('stg_expert') }} where true {{- of_near() }}
    union all
    select record_id, founded_on from {{ ref('stg_institution') }} where true {{- of_near() }}
    union all
    select record_id, coalesce(approved_on, started_on) from {{ ref('stg_vertical_project') }} where true {{- of_near() }}
    union all
    select record_id, coalesce(signed_on, started_on) from {{ ref('stg_horizontal_project') }} where true {{- of_near() }}
    union all
    select record_id, coalesce(approved_on, started_on) from {{ ref('stg_university_project') }} where true {{- of_near() }}
    union all
    select record_id, arrived_on from {{ ref('stg_fund_arrival') }} where true {{- of_near() }}
    union all
    select record_id, transferred_on from {{ ref('stg_fund_outward') }} where true {{- of_near() }}
    union all
    select record_id, spent_on from {{ ref('stg_fund_expense') }} where true {{- of_near() }}
    union all
    select record_id, coalesce(published_on, online_on) from {{ ref('stg_paper') }} where true {{- of_near() }}
    union all
    select record_id, published_on from {{ ref('stg_book') }} where true {{- of_near() }}
    union all
    select record_id, awarded_on from {{ ref('stg_award') }} where true {{- of_near() }}
    union all
    select record_id, finished_on from {{ ref('stg_research_report') }} where true {{- of_near() }}
    union all
    select record_id, appraised_on from {{ ref('stg_appraisal') }} where true {{- of_near() }}
    union all
    select record_id, published_on from {{ ref('stg_artwork') }} where true {{- of_near() }}
    union all
    select record_id, filed_on from {{ ref('stg_patent') }} where true {{- of_near() }}
    union all
    select record_id, registered_on from {{ ref('stg_copyright') }} where true {{- of_near() }}
    union all
    select record_id, issued_on from {{ ref('stg_standard') }} where true {{- of_near() }}
    union all
    select record_id, granted_on from {{ ref('stg_drug_certificate') }} where true {{- of_near() }}
    union all
    select record_id, granted_on from {{ ref('stg_new_variety') }} where true {{- of_near() }}
    union all
    select record_id, granted_on from {{ ref('stg_ic_layout') }} where true {{- of_near() }}
    union all
    select record_id, started_on from {{ ref('stg_hosted_conference') }} where true {{- of_near() }}
    union all
    select record_id, held_on from {{ ref('stg_lecture') }} where true {{- of_near() }}
    union all
    select record_id, started_on from {{ ref('stg_attended_conference') }} where true {{- of_near() }}
    union all
    select record_id, started_on from {{ ref('stg_cooperative_research') }} where true {{- of_near() }}
    union all
    select record_id, signed_on from {{ ref('stg_technology_transfer') }} where true {{- of_near() }}
    union all
    select record_id, stat_year_on from {{ ref('stg_landmark_result') }} where true {{- of_near() }}
    union all
    select record_id, applied_on from {{ ref('stg_economic_result') }} where true {{- of_near() }}
)

select
    r.id as record_id,
    r.type,
    coalesce(o.counted_on, r.dated_on, cast(r.approved_at as date), cast(r.created_at as date)) as counted_on
from {{ ref('stg_record') }} as r
left join own as o on o.record_id = r.id
where true
{{- of_near('r.id') }}
