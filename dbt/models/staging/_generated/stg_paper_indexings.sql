-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.index_code as varchar) as index_code,
    cast(b.index_year as bigint) as index_year,
    cast(b.accession_no as varchar) as accession_no,
    cast(b.quartile as varchar) as quartile,
    cast(b.quartile_year as bigint) as quartile_year,
    cast(b.impact_factor as double) as impact_factor,
    cast({{ year_start('b.index_year') }} as date) as index_year_on,
    cast({{ year_start('b.quartile_year') }} as date) as quartile_year_on
from {{ source('raw', 'paper_indexings') }} as b
