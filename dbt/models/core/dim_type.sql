select t.type, t.zh, t.en, t.group_id, t.group_zh, t.group_en, t.prefix, t.seq
from {{ ref('record_types') }} as t
order by t.seq
