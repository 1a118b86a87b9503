"""人员. AC-034 names the fields. College and title at a date come from person_post; sex, title, degree and phone
are read from here by every other record and typed nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Children,
    Code,
    Date,
    Decimal,
    FileSlot,
    Identifier,
    Issue,
    MatchKey,
    RecordType,
    Secret,
    Step,
    Text,
    TextList,
    When,
    Year,
    YesNo,
)

ID_CARD = When("id_type", ("1",))

TYPE = RecordType(
    "person",
    zh="人员",
    en="Person",
    prefix="RY",
    group="resources",
    title="name",
    dated_by="joined_on",
    match=(MatchKey("staff_no", ("staff_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Identifier("staff_no", zh="工号", en="Staff number", required=True, max_length=30, listed=True),
                Text("name", zh="姓名", en="Name", required=True, max_length=100, listed=True),
                Text("name_en", zh="英文名", en="Name in English", max_length=200),
                TextList("name_variants", zh="曾用名/署名变体", en="Former names and name variants"),
                Code("sex", zh="性别", en="Sex", code_list="gbt2261_1_sex", needed_for=blocks.BOTH, listed=True),
                Date("birth_on", zh="出生日期", en="Date of birth", needed_for=blocks.BOTH, since=1880),
                Code("id_type", zh="证件类型", en="Kind of ID document", code_list="person_id_type"),
                Secret("id_number", zh="证件号码", en="ID number", scheme="id_number", required_when=ID_CARD, needed_for=blocks.SK),
                UNIVERSITY_NAME,
                COLLEGE,
                Code("title", zh="职称", en="Academic title", code_list="gbt8561_title", needed_for=blocks.BOTH, listed=True),
                Code("title_rank", zh="职称级别", en="Rank of the title", code_list="title_rank", listed=True),
                Date("title_on", zh="职称取得日期", en="Title held since", partial=True),
                Code("education", zh="最后学历", en="Highest education", code_list="gbt4658_education", needed_for=blocks.BOTH),
                Code("degree", zh="最后学位", en="Highest degree", code_list="gbt6864_degree", needed_for=blocks.BOTH, listed=True),
                Text("graduated_from", zh="最高学历毕业院校", en="Graduated from"),
                Code("discipline", zh="一级学科", en="Discipline", code_list="gbt13745_discipline", depth=1, needed_for=blocks.BOTH),
                Code("post_type", zh="岗位类型", en="Kind of post", code_list="person_post_type", listed=True),
                Code("person_status", zh="人员状态", en="Status", required=True, code_list="person_status", listed=True),
                Text("admin_post", zh="行政职务", en="Administrative post", max_length=100),
                Code("supervisor", zh="导师类别", en="Supervisor of", code_list="jyt1001_dslb_supervisor"),
                Text("research_field", zh="研究方向", en="Field of research", max_length=500),
                Text("expertise", zh="学术特长", en="Expertise", max_length=500),
                Date("joined_on", zh="来校日期", en="Joined on", partial=True),
                Date("left_on", zh="离校日期", en="Left on", future=True),
                Identifier("orcid", zh="ORCID", en="ORCID", scheme="orcid"),
                TextList("author_ids", zh="ResearcherID/Scopus ID", en="ResearcherID or Scopus ID"),
                Secret("mobile", zh="手机", en="Mobile phone", scheme="mobile"),
                Identifier("email", zh="电子邮箱", en="E-mail", scheme="email"),
                FileSlot("person_files", zh="附件", en="Files"),
            ),
        ),
        Children(
            "talents",
            zh="人才称号",
            en="Talent titles",
            key=("talent_title", "talent_year"),
            fields=(
                Code("talent_title", zh="称号", en="Title", required=True, code_list="talent_title"),
                Text("talent_name", zh="称号全称", en="Full name of the title"),
                Text("grantor", zh="授予单位", en="Granted by"),
                Year("talent_year", zh="入选年度", en="Year", required=True),
            ),
        ),
        Children(
            "society_posts",
            zh="学术任职",
            en="Posts in learned societies",
            fields=(
                Text("society", zh="学术团体", en="Society", required=True),
                Code("society_level", zh="团体级别", en="Level", code_list="jyt1001_xsttjb_society_level"),
                Text("society_post", zh="职务", en="Post", required=True, max_length=100),
                Date("society_from_on", zh="任职开始", en="From", partial=True),
                Date("society_to_on", zh="任职结束", en="To", partial=True, future=True),
            ),
        ),
        Children(
            "careers",
            zh="教育与工作经历",
            en="Education and work",
            fields=(
                Date("career_from_on", zh="开始时间", en="From", required=True, partial=True, since=1880),
                Date("career_to_on", zh="结束时间", en="To", partial=True, future=True, since=1880),
                Text("organisation", zh="单位", en="Organisation", required=True),
                Text("qualification", zh="学历学位/职务", en="Degree or post", max_length=100),
            ),
        ),
        blocks.statistics(
            Code("staff_class", zh="人员类别", en="Class of staff", code_list="jyt1001_jzglb_staff_class", needed_for=blocks.BOTH),
            YesNo("in_st_stat", zh="是否科技统计人员", en="Counted in S&T statistics", needed_for=blocks.ST),
            YesNo("in_sk_stat", zh="是否社科统计人员", en="Counted in social science statistics", needed_for=blocks.SK),
            YesNo("is_rd", zh="是否R&D人员", en="R&D staff"),
            Decimal("rd_months", zh="年度R&D折合全时", en="R&D full-time equivalent a year", places=1, maximum=10.0, unit_zh="人月", unit_en="person-months"),
            Code("ethnic", zh="民族", en="Ethnic group", code_list="gbt3304_ethnic"),
            Code("political", zh="政治面貌", en="Political affiliation", code_list="gbt4762_political"),
            Code("country", zh="国家/地区", en="Country or region", code_list="gbt2659_country"),
        ),
    ),
)  # fmt: skip


def check(person: dict[str, Any]) -> Iterator[Issue]:
    """V080, V081 of validation_rules.csv, AC-036: the ID number against birth date and sex, the rank against the title."""
    yield from rules.id_number_agrees(person)
    yield from rules.title_rank_agrees(person)
    yield from rules.in_order(TYPE, person, "birth_on", "joined_on")
    yield from rules.in_order(TYPE, person, "joined_on", "left_on")
    yield from rules.rows_in_order(TYPE, person, "society_posts", "society_from_on", "society_to_on")
    yield from rules.rows_in_order(TYPE, person, "careers", "career_from_on", "career_to_on")
