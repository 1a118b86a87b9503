-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.society as varchar) as society,
    cast(b.society_level as varchar) as society_level,
    cast(b.society_post as varchar) as society_post,
    cast(b.society_from_on as date) as society_from_on,
    cast(b.society_from_on_precision as varchar) as society_from_on_precision,
    cast(b.society_to_on as date) as society_to_on,
    cast(b.society_to_on_precision as varchar) as society_to_on_precision
from {{ source('raw', 'person_society_posts') }} as b
