-- written by pipelines/codegen.py from the catalogue: do not edit
select
    cast(b.id as bigint) as id,
    cast(b.record_id as bigint) as record_id,
    cast(b.university_code as varchar) as university_code,
    cast(b.seq as bigint) as seq,
    cast(b.stat_year as bigint) as stat_year,
    cast(b.staff_total as bigint) as staff_total,
    cast(b.staff_doctor as bigint) as staff_doctor,
    cast(b.staff_master as bigint) as staff_master,
    cast(b.staff_senior as bigint) as staff_senior,
    cast(b.staff_middle as bigint) as staff_middle,
    cast(b.graduate_students as bigint) as graduate_students,
    cast(b.project_count as bigint) as project_count,
    cast(b.intramural_expenditure as bigint) as intramural_expenditure,
    cast(b.rd_expenditure as bigint) as rd_expenditure,
    cast(b.equipment_value as bigint) as equipment_value,
    cast(b.equipment_import as bigint) as equipment_import,
    cast({{ year_start('b.stat_year') }} as date) as stat_year_on
from {{ source('raw', 'institution_yearly') }} as b
