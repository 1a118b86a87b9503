-- One row per record: the day R01 counts it on, by its type's own date rule.
-- Lists file a record under dated_by; statistics never read that, except for a record whose own date nobody
-- knows: it must still count once, so it falls back to the filing day and then to the day of approval.
with own as (
    select record_id, joined_on as counted_on from {{ ref('stg_person') }}
    union all
    select record_id, entered_on from {{ ref('stg_expert') }}
    union all
    select record_id, founded_on from {{ ref('stg_institution') }}
    union all
    select record_id, coalesce(approved_on, started_on) from {{ ref('stg_vertical_project') }}
    union all
    select record_id, coalesce(signed_on, started_on) from {{ ref('stg_horizontal_project') }}
    union all
    select record_id, coalesce(approved_on, started_on) from {{ ref('stg_university_project') }}
    union all
    select record_id, arrived_on from {{ ref('stg_fund_arrival') }}
    union all
    select record_id, transferred_on from {{ ref('stg_fund_outward') }}
    union all
    select record_id, spent_on from {{ ref('stg_fund_expense') }}
    union all
    select record_id, coalesce(published_on, online_on) from {{ ref('stg_paper') }}
    union all
    select record_id, published_on from {{ ref('stg_book') }}
    union all
    select record_id, awarded_on from {{ ref('stg_award') }}
    union all
    select record_id, finished_on from {{ ref('stg_research_report') }}
    union all
    select record_id, appraised_on from {{ ref('stg_appraisal') }}
    union all
    select record_id, published_on from {{ ref('stg_artwork') }}
    union all
    select record_id, filed_on from {{ ref('stg_patent') }}
    union all
    select record_id, registered_on from {{ ref('stg_copyright') }}
    union all
    select record_id, issued_on from {{ ref('stg_standard') }}
    union all
    select record_id, granted_on from {{ ref('stg_drug_certificate') }}
    union all
    select record_id, granted_on from {{ ref('stg_new_variety') }}
    union all
    select record_id, granted_on from {{ ref('stg_ic_layout') }}
    union all
    select record_id, started_on from {{ ref('stg_hosted_conference') }}
    union all
    select record_id, held_on from {{ ref('stg_lecture') }}
    union all
    select record_id, started_on from {{ ref('stg_attended_conference') }}
    union all
    select record_id, started_on from {{ ref('stg_cooperative_research') }}
    union all
    select record_id, signed_on from {{ ref('stg_technology_transfer') }}
    union all
    select record_id, stat_year_on from {{ ref('stg_landmark_result') }}
    union all
    select record_id, applied_on from {{ ref('stg_economic_result') }}
)

select
    r.id as record_id,
    r.type,
    coalesce(o.counted_on, r.dated_on, cast(r.approved_at as date), cast(r.created_at as date)) as counted_on
from {{ ref('stg_record') }} as r
left join own as o on o.record_id = r.id
