-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(h.university_code as varchar) as university_code,
    cast(h.id as bigint) as record_id,
    cast(h.state as varchar) as state,
    cast(h.college_id as bigint) as college_id,
    cast(h.owner_person_id as bigint) as owner_person_id,
    cast(h.in_statistics as boolean) as in_statistics,
    cast(h.dated_on as date) as listed_on,
    cast(h.filed_year as integer) as filed_year,
    cast(h.approved_at as timestamp) as approved_at,
    cast(h.voided_at as timestamp) as voided_at,
    cast(b.name as varchar) as name,
    cast(b.user_organisation as varchar) as user_organisation,
    cast(b.user_region as varchar) as user_region,
    cast(b.industry as varchar) as industry,
    cast(b.service_field as varchar) as service_field,
    cast(b.applied_on as date) as applied_on,
    cast(b.applied_on_precision as varchar) as applied_on_precision,
    cast(b.new_output as bigint) as new_output,
    cast(b.new_tax as bigint) as new_tax,
    cast(b.cost_saving as bigint) as cost_saving,
    cast(b.social_benefit as varchar) as social_benefit
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'economic_result') }} as b on b.record_id = h.id
