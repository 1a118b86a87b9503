-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.reprint_venue as varchar) as reprint_venue,
    cast(b.reprinted_on as date) as reprinted_on,
    cast(b.reprinted_on_precision as varchar) as reprinted_on_precision,
    cast(b.reprint_pages as varchar) as reprint_pages,
    cast(b.reprint_form as varchar) as reprint_form
from {{ source('raw', 'paper_reprints') }} as b
