# SPDX-License-Identifier: Apache-2.0
"""What a receiver of 办件 packages checks, from what is known of GB/T 42727 and DA/T 93 and with
nothing of ours: structure, lists against files, sizes, digests. Each function returns what is wrong,
as texts; METS is held against the files that it names."""
import hashlib
import os
import re
import xml.etree.ElementTree as ET
import zipfile

METS = "{http://www.loc.gov/METS/}"
XLINK = "{http://www.w3.org/1999/xlink}"
PREMIS = "{http://www.loc.gov/premis/v3}"
DAT93_REQUIRED = ["移交单位", "内容描述", "起止档号", "档案数量", "软硬件环境"]
DAT93_ROW = ["顺序号", "档号", "责任者", "题名", "日期", "保管期限", "密级", "备注"]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def _plain(archive):
    """Faults of the zip itself."""
    wrong = []
    names = archive.namelist()
    if len(names) != len(set(names)):
        wrong.append("a name stands twice")
    for member in archive.infolist():
        parts = member.filename.split("/")
        if member.flag_bits & 1 or member.compress_type not in (0, 8):
            wrong.append(f"{member.filename}: encrypted or odd compression")
        if member.filename.startswith("/") or "\\" in member.filename or ".." in parts:
            wrong.append(f"{member.filename}: unsafe")
        if not member.flag_bits & 0x800 and not member.filename.isascii():
            wrong.append(f"{member.filename}: not marked as UTF-8")
    return wrong + ([] if archive.testzip() is None else ["a CRC does not fit"])


def check_gbt42727(path, prefix=""):
    with zipfile.ZipFile(path) as archive:
        wrong = _plain(archive)
        root = ET.fromstring(archive.read(prefix + "基本信息元数据.xml"))
        ET.fromstring(archive.read(prefix + "管理过程元数据.xml"))
        transfer = ET.fromstring(archive.read("归档移交清单.xml"))
        number = root.findtext("electronic_record_code")
        row = next(row for row in transfer.iter("directories") if row.get("id") == number)
        for digest, name in ((row.findtext("basicSummary"), prefix + "基本信息元数据.xml"),
                             (row.findtext("processSummary"), prefix + "管理过程元数据.xml"),
                             (transfer.findtext("reportSummary"), "四性检测报告.csv")):
            if digest != "sha256:" + sha256(archive.read(name)):
                wrong.append(f"{name}: another digest in the transfer list")
        report = archive.read("四性检测报告.csv").decode("utf-8-sig").splitlines()
        listed, expected = set(), 1
        for folder in root.find("fileset"):
            for file in folder:
                if file.get("id") != f"{expected:04d}":
                    wrong.append(f"file id {file.get('id')}, expected {expected:04d}")
                expected += 1
                name = "/".join((prefix + folder.get("title"), file.findtext("file_code"),
                                 file.findtext("computer_file_name")))
                listed.add(name)
                try:
                    data = archive.read(name)
                except KeyError:
                    wrong.append(f"{name}: not in the package")
                    continue
                if len(data) != int(file.findtext("computer_file_size")) or not data:
                    wrong.append(f"{name}: another size")
                if sha256(data) != file.findtext("digital_summary"):
                    wrong.append(f"{name}: another digest")
        there = {name for name in archive.namelist()
                 if re.match(re.escape(prefix) + "(申报文件|过程文件|结果文件)/", name)}
        wrong += [f"{name}: not listed" for name in there - listed]
        if int(root.findtext("total_number")) != len(listed) or not listed:
            wrong.append("total_number")
        wrong += [row for row in report if ",不合格," in row]
        if not any(",待人工核对," in row for row in report):
            wrong.append("nothing is left for a person")
    return wrong


def _dat93_note(text):
    rows = dict(row.split("：", 1) for row in text.splitlines())
    return rows, [f"说明文件: {key}" for key in DAT93_REQUIRED if not rows.get(key)]


def check_dat93(path):
    with zipfile.ZipFile(path) as archive:
        wrong = _plain(archive)
        names = archive.namelist()
        tops = {name.split("/")[0] for name in names}
        if len(tops) != 1:
            return wrong + [f"tops: {tops}"]
        top = tops.pop() + "/"
        note, faults = _dat93_note(archive.read(top + "说明文件.TXT").decode())
        rows = ET.fromstring(archive.read(top + "目录文件.XML"))
        wrong += faults
        numbers = [row.findtext("档号") for row in rows]
        if rows.tag != "文件目录" or len(set(numbers)) != len(numbers):
            wrong.append("目录文件: a 档号 twice")
        if int(note["档案数量"]) != len(numbers):
            wrong.append("档案数量")
        for row in rows:
            tags = [field.tag for field in row]
            if tags not in (DAT93_ROW, DAT93_ROW + ["页数"]):
                wrong.append(f"目录文件: {tags}")
            if not re.fullmatch(r"[0-9]{8}", row.findtext("日期")):
                wrong.append("目录文件: 日期")
        folders = {}
        for name in names:
            parts = name[len(top):].split("/")
            if len(parts) > 2 and parts[0] != "其他":
                folders.setdefault(parts[-2], []).append(parts[-1])
        if sorted(folders) != sorted(numbers):
            wrong.append(f"folders {sorted(folders)} for {sorted(numbers)}")
        for number, files in folders.items():
            metadata = [name for name in files if re.fullmatch(r"电子档案.*元数据\.XML", name)]
            if len(metadata) != 1 or len(files) < 2:
                wrong.append(f"{number}: {files}")
        for row in archive.read(top + "其他/数字摘要.txt").decode().splitlines():
            digest, name = row.split("  ", 1)
            if sha256(archive.read(top + name)) != digest:
                wrong.append(f"{name}: another digest")
    return wrong


def check_case(folder):
    """METS and PREMIS of a case file against its files."""
    wrong, named = [], {"METS.xml"}
    mets = ET.parse(os.path.join(folder, "METS.xml")).getroot()
    refs = list(mets.iter(METS + "mdRef")) + [
        dict(file.attrib, **file.find(METS + "FLocat").attrib) for file in mets.iter(METS + "file")]
    for ref in refs:
        get = ref.get
        name = get(XLINK + "href")
        named.add(name)
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        if len(data) != int(get("SIZE")) or sha256(data) != get("CHECKSUM"):
            wrong.append(f"METS: {name}")
    there = {os.path.relpath(os.path.join(parent, name), folder)
             for parent, _, names in os.walk(folder) for name in names}
    wrong += [f"METS: {name} is not named" for name in there - named]
    ids = [node.get("ID") for node in mets.iter() if node.get("ID")]
    if len(ids) != len(set(ids)):
        wrong.append("METS: an ID twice")
    for div in mets.iter(METS + "div"):
        for key in ("DMDID", "ADMID"):
            wrong += [f"METS: no {one}" for one in (div.get(key) or "").split() if one not in ids]
    premis = ET.parse(os.path.join(folder, "metadata", "premis.xml")).getroot()
    for item in premis.iter(PREMIS + "object"):
        name = item.findtext(f"{PREMIS}objectIdentifier/{PREMIS}objectIdentifierValue")
        digest = item.findtext(f"{PREMIS}objectCharacteristics/{PREMIS}fixity/{PREMIS}messageDigest")
        with open(os.path.join(folder, name), "rb") as file:
            if sha256(file.read()) != digest:
                wrong.append(f"PREMIS: {name}")
    return wrong
