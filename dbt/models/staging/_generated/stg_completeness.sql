-- written by pipelines/codegen.py from the catalogue: do not edit
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.sex is not null then 1 else 0 end
        + case when b.birth_on is not null then 1 else 0 end
        + case when b.title is not null then 1 else 0 end
        + case when b.education is not null then 1 else 0 end
        + case when b.degree is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.staff_class is not null then 1 else 0 end
        + case when b.in_st_stat is not null then 1 else 0 end
        + case when b.in_sk_stat is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'person') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.base_class is not null then 1 else 0 end
        + case when coalesce(trim(b.approver), '') <> '' then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.is_entity is not null then 1 else 0 end
        + case when b.composition is not null then 1 else 0 end
        + case when b.industry is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'institution') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.stat_source is not null then 1 else 0 end
        + case when b.activity_type is not null then 1 else 0 end
        + case when b.cooperation is not null then 1 else 0 end
        + case when b.applied_on is not null then 1 else 0 end
        + case when b.midterm_on is not null then 1 else 0 end
        + case when b.organisation_form is not null then 1 else 0 end
        + case when b.socioeconomic_objective is not null then 1 else 0 end
        + case when b.industry is not null then 1 else 0 end
        + case when b.unit_rank is not null then 1 else 0 end
        + case when b.is_lead is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'vertical_project') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.contract_type is not null then 1 else 0 end
        + case when b.client_type is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.activity_type is not null then 1 else 0 end
        + case when b.cooperation is not null then 1 else 0 end
        + case when b.socioeconomic_objective is not null then 1 else 0 end
        + case when b.industry is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'horizontal_project') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.activity_type is not null then 1 else 0 end
        + case when b.applied_on is not null then 1 else 0 end
        + case when b.midterm_on is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'university_project') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
    as integer) as needed,
    cast(
        case when b.payer_type is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'fund_arrival') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
    as integer) as needed,
    cast(
        case when b.payee_type is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'fund_outward') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.project_source is not null then 1 else 0 end
        + case when b.activity_type is not null then 1 else 0 end
        + case when b.unit_rank is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'paper') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.words is not null then 1 else 0 end
        + case when b.signature is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.project_source is not null then 1 else 0 end
        + case when b.activity_type is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'book') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.is_government is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'award') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.recipient_class is not null then 1 else 0 end
        + case when b.is_adopted is not null then 1 else 0 end
        + case when b.signature is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
        + case when b.project_source is not null then 1 else 0 end
        + case when b.activity_type is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'research_report') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.level is not null then 1 else 0 end
        + case when b.conclusion is not null then 1 else 0 end
        + case when b.unit_rank is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'appraisal') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.level is not null then 1 else 0 end
        + case when b.signature is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'artwork') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.patentee_rank is not null then 1 else 0 end
        + case when b.is_service is not null then 1 else 0 end
        + case when b.signature is not null then 1 else 0 end
        + case when b.is_strategic is not null then 1 else 0 end
        + case when b.has_overseas_family is not null then 1 else 0 end
        + case when b.is_high_pledge is not null then 1 else 0 end
        + case when b.is_nationally_awarded is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'patent') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.owner_rank is not null then 1 else 0 end
        + case when b.signature is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'copyright') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.standard_role is not null then 1 else 0 end
        + case when b.unit_rank is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'standard') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
    as integer) as needed,
    cast(
        case when b.unit_rank is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'drug_certificate') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
    as integer) as needed,
    cast(
        case when b.level is not null then 1 else 0 end
        + case when b.unit_rank is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'new_variety') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
    as integer) as needed,
    cast(
        case when b.owner_rank is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'ic_layout') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.hosting is not null then 1 else 0 end
        + case when b.attendees is not null then 1 else 0 end
        + case when b.overseas_attendees is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
        + case when b.discipline is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'hosted_conference') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.papers is not null then 1 else 0 end
        + case when b.report_form is not null then 1 else 0 end
        + case when b.is_invited is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'attended_conference') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
    as integer) as needed,
    cast(
        case when b.country is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'cooperative_research') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
        + 1
        + 1
        + 1
    as integer) as needed,
    cast(
        case when b.transferee_type is not null then 1 else 0 end
        + case when b.transferee_region is not null then 1 else 0 end
        + case when b.is_overseas is not null then 1 else 0 end
        + case when b.patent_count is not null then 1 else 0 end
        + case when b.subject_class is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'technology_transfer') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
    as integer) as needed,
    cast(
        case when b.unit_rank is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'landmark_result') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
union all
select
    b.university_code, b.record_id,
    cast(
        1
        + 1
    as integer) as needed,
    cast(
        case when b.user_region is not null then 1 else 0 end
        + case when b.industry is not null then 1 else 0 end
    as integer) as filled
from {{ source('raw', 'economic_result') }} as b
inner join {{ source('raw', 'record') }} as h on h.id = b.record_id
