-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.talent_title as varchar) as talent_title,
    cast(b.talent_name as varchar) as talent_name,
    cast(b.grantor as varchar) as grantor,
    cast(b.talent_year as bigint) as talent_year,
    cast({{ year_start('b.talent_year') }} as date) as talent_year_on
from {{ source('raw', 'person_talents') }} as b
