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
    cast(b.exchange_type as varchar) as exchange_type,
    cast(b.direction as varchar) as direction,
    cast(b.partner as varchar) as partner,
    cast(b.country as varchar) as country,
    cast(b.started_on as date) as started_on,
    cast(b.ended_on as date) as ended_on,
    cast(b.days as bigint) as days,
    cast(b.foreign_persons as varchar) as foreign_persons,
    cast(b.fund as bigint) as fund,
    cast(b.visit_fund_source as varchar) as visit_fund_source,
    cast(b.result as varchar) as result
from {{ source('raw', 'record') }} as h
inner join {{ source('raw', 'cooperative_research') }} as b on b.record_id = h.id
