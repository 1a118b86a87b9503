"""Which files are taken, by content and name: each class of hostile file with the rule that refuses it."""

from __future__ import annotations

import io
import random
import time

import pytest

from ingestion.attachments import AttachmentRefused, archives, kinds
from ingestion.attachments.kinds import MEDIA_TYPES
from tests.ingestion.attachments import samples
from tests.ingestion.attachments.samples import GOOD, HOSTILE, PDF


def taken(name: str, body: bytes) -> str:
    return kinds.media_type_of(kinds.clean_name(name), io.BytesIO(body))


@pytest.mark.ac("AC-062")
@pytest.mark.parametrize("name", GOOD)
def test_every_allowed_type_is_known_by_its_content(name: str) -> None:
    assert taken(name, GOOD[name]) == MEDIA_TYPES[name.rsplit(".", 1)[-1].lower()]


@pytest.mark.ac("AC-063")
@pytest.mark.parametrize("case", [case for case in HOSTILE if case != "empty"])
def test_a_hostile_file_is_refused_quickly_naming_itself_and_the_rule(case: str) -> None:
    name, body, rule = HOSTILE[case]
    begun = time.process_time()
    with pytest.raises(AttachmentRefused) as caught:
        taken(name, body)
    assert time.process_time() - begun < 2.0
    answer = caught.value
    assert answer.rule == rule
    clean = name.replace("\u202e", "?").replace("\u200b", "?").replace("\n", "?").replace("\0", "?")
    assert rule == "secrecy" or clean[:20] in answer.zh and clean[:20] in answer.en
    for text in (answer.zh, answer.en):
        assert "Error" not in text and "Traceback" not in text and text.endswith((".", "。"))


@pytest.mark.parametrize("case", ["program named pdf", "page named pdf", "doc named xls", "svg named png"])
def test_the_answer_says_what_the_file_really_is(case: str) -> None:
    name, body, _rule = HOSTILE[case]
    with pytest.raises(AttachmentRefused) as caught:
        taken(name, body)
    assert "实际是" in caught.value.zh and "it is" in caught.value.en


@pytest.mark.ac("AC-064")
@pytest.mark.parametrize(
    "name",
    ["论文首页（最终）①.pdf", "长" * 81 + "ab.pdf", "a  b.pdf", "𠮷野家.pdf", "\U00031350.pdf", "\ue863.pdf", "é.pdf", "a.b.c.PDF", "‘’“”.pdf", "‌نام.pdf"],
)
def test_a_name_is_kept_to_the_letter(name: str) -> None:
    assert len(name.encode()) <= 250
    assert kinds.clean_name(name) == name and taken(name, PDF)
    assert kinds.clean_name(f"C:\\Users\\x\\..\\{name}") == name and kinds.clean_name(f"a/b/{name}") == name


def test_names_in_gbk_are_read_as_they_were_written() -> None:
    data = samples.gbk_named(["立项通知书.txt", "附件\\说明书.txt"])
    assert taken("资料.zip", data)
    with pytest.raises(AttachmentRefused) as caught:
        taken("资料.zip", samples.gbk_named(["目录/安装程序.exe"]))
    assert "安装程序.exe" in caught.value.zh
    with pytest.raises(AttachmentRefused) as secret:
        taken("资料.zip", samples.gbk_named(["课题（绝密）资料.txt"]))
    assert secret.value.secrecy_rule == "S01" and "绝密" not in secret.value.zh


def test_the_trail_byte_of_a_gbk_name_is_no_folder() -> None:
    name = "诚\u5f0f.txt"
    for candidate in (chr(c) for c in range(0x4E00, 0x9FA5)):
        if candidate.encode("gbk", "ignore").endswith(b"\\"):
            name = f"..{candidate}.txt"  # as bytes: two dots, then something that ends in a backslash
            break
    assert taken("资料.zip", samples.gbk_named(["abc" + name]))


def test_a_large_old_document_is_read_past_the_tables_of_its_head() -> None:
    """Above 6.8 MB the table of sectors has a table of its own."""
    import struct

    each, tables = 128, 110
    sectors = each * tables
    fat_at = [sectors + 10 + n for n in range(tables)]
    difat = sectors + 1
    directory = each * 109 + 3  # a sector whose successor stands in the 110th table
    head = bytearray(samples.ole("x")[:512])
    struct.pack_into("<III", head, 44, tables, directory, 0)
    struct.pack_into("<II", head, 68, difat, 1)
    struct.pack_into("<109I", head, 76, *fat_at[:109])
    body = bytearray((fat_at[-1] + 1) * 512)
    entries = samples.ole("WordDocument")[1024:1536]
    body[directory * 512 : directory * 512 + 512] = entries
    struct.pack_into("<I", body, fat_at[109] * 512 + 3 * 4, 0xFFFFFFFE)
    struct.pack_into("<128I", body, difat * 512, fat_at[109], *([0xFFFFFFFF] * 126), 0xFFFFFFFE)
    assert taken("大文件.doc", bytes(head + body)) == MEDIA_TYPES["doc"]


def test_any_bytes_are_answered() -> None:
    """Cut, changed and random files: taken or refused, never anything else."""
    chance = random.Random(5)
    for name, body in [*GOOD.items(), ("a.zip", samples.nested(2)), ("a.doc", samples.ole(*(f"s{n}" for n in range(40))))]:
        for _ in range(40):
            broken = bytearray(body[: chance.randrange(1, len(body) + 1)])
            for _ in range(chance.randrange(4)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            try:
                taken(name, bytes(broken))
            except AttachmentRefused as refusal:
                assert name in refusal.zh


def test_what_is_looked_at_inside_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits hold over all levels together, not for each."""
    monkeypatch.setattr(archives, "ENTRIES", 50)
    inner = samples.packed({f"{n}.txt": b"x" for n in range(30)})
    with pytest.raises(AttachmentRefused) as caught:
        kinds.media_type_of("a.zip", io.BytesIO(samples.packed({"a.zip": inner, "b.zip": inner})))
    assert caught.value.rule == "archive"
