select r.rule, r.zh, r.en, r.definition_zh, r.definition_en, r.is_additive, r.seq
from {{ ref('counting_rules') }} as r
order by r.seq
