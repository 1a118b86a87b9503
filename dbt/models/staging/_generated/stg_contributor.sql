-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.university_code as varchar) as university_code,
    cast(b.record_id as bigint) as record_id,
    cast(b.role as varchar) as role,
    cast(b.rank as bigint) as rank,
    cast(b.kind as varchar) as kind,
    cast(b.person_id as bigint) as person_id,
    cast(b.name as varchar) as name,
    cast(b.corresponding as boolean) as corresponding,
    cast(b.co_first as boolean) as co_first,
    cast(b.share as double) as share,
    cast(b.own_words as double) as own_words,
    cast(b.months_per_year as double) as months_per_year,
    cast(b.certificate_no as varchar) as certificate_no,
    cast(b.book_role as varchar) as book_role,
    cast(b.reward_share as double) as reward_share,
    cast(b.claim as varchar) as claim
from {{ source('raw', 'contributor') }} as b
