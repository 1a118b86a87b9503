{{ config(materialized='view') }}

-- Read twice in a refresh: before the facts are rewritten (kept as pipeline.leaving) and after.
with batch_measures as (
    select m.*
    from {{ ref('fct_measure') }} as m
    where m.record_id in (select b.record_id from {{ source('pipeline', 'batch') }} as b)
),

batch_credits as (
    select c.*
    from {{ ref('fct_credit') }} as c
    where c.record_id in (select b.record_id from {{ source('pipeline', 'batch') }} as b)
),

credited as (
    {{ contributions('batch_measures', 'batch_credits', asked=true) }}
)

{{ sums_of('credited') }}
