-- A derived indicator takes its time kind and its breakdown from its numerator; only breakdowns that the
-- denominator shares are kept (rpt_indicator joins the two by them).
with below as (
    select i.indicator, i.measure
    from {{ ref('indicators') }} as i
)

select
    i.indicator,
    i.seq,
    i.zh,
    i.en,
    i.group_zh,
    i.group_en,
    i.kind,
    coalesce(i.measure, '') as measure,
    coalesce(i.counting_rule, '') as counting_rule,
    coalesce(m.offered_rules, '') as offered_rules,
    coalesce(d.column_name, '') as date_rule,
    coalesce(d.zh, '') as date_rule_zh,
    coalesce(d.en, '') as date_rule_en,
    coalesce(m.time_kind, nm.time_kind, 'flow') as time_kind,
    i.value_unit,
    i.unit_zh,
    i.unit_en,
    coalesce(i.operation, '') as operation,
    coalesce(i.numerator, '') as numerator,
    coalesce(i.numerator_rule, '') as numerator_rule,
    coalesce(i.denominator, '') as denominator,
    coalesce(i.denominator_rule, '') as denominator_rule,
    coalesce(i.formula_zh, '') as formula_zh,
    coalesce(i.formula_en, '') as formula_en,
    i.definition_zh,
    i.definition_en,
    coalesce(i.note_zh, '') as note_zh,
    coalesce(i.note_en, '') as note_en,
    coalesce(m.category_1_list, case when nm.category_1_list = dm.category_1_list then nm.category_1_list end, '') as category_1_list,
    coalesce(m.category_1_zh, case when nm.category_1_list = dm.category_1_list then nm.category_1_zh end, '') as category_1_zh,
    coalesce(m.category_1_en, case when nm.category_1_list = dm.category_1_list then nm.category_1_en end, '') as category_1_en,
    coalesce(m.category_2_list, '') as category_2_list,
    coalesce(m.category_2_zh, '') as category_2_zh,
    coalesce(m.category_2_en, '') as category_2_en,
    coalesce(m.types, nm.types, '') as types,
    i.audience,
    i.is_configured,
    i.version,
    i.valid_from,
    coalesce(i.policy_clause, '') as policy_clause,
    coalesce(i.needs, '') as needs,
    coalesce(i.needs_zh, '') as needs_zh,
    coalesce(i.needs_en, '') as needs_en,
    i.changed_on,
    i.change_zh,
    i.change_en
from {{ ref('indicators') }} as i
left join {{ ref('measures') }} as m on m.measure = i.measure
left join below as n on n.indicator = i.numerator
left join {{ ref('measures') }} as nm on nm.measure = n.measure
left join below as b on b.indicator = i.denominator
left join {{ ref('measures') }} as dm on dm.measure = b.measure
left join {{ ref('date_rules') }} as d on d.date_rule = coalesce(m.date_rule, nm.date_rule)
order by i.seq
