-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.review_target_id as bigint) as review_target_id,
    cast(b.reviewed_on as date) as reviewed_on,
    cast(b.score_item as varchar) as score_item,
    cast(b.score as double) as score,
    cast(b.opinion as varchar) as opinion
from {{ source('raw', 'expert_reviews') }} as b
