/* SPDX-License-Identifier: Apache-2.0
 *
 * The two package forms that are no bags, by the names that stand in them: one place for who writes
 * them (appliance/bundle/gbt42727.h, dat93.h) and who judges them (package_verify.h).
 */
#pragma once

/* GB/T 42727-2023: in the folder of a case, or at the top where it is the only one. */
#define PACKAGE_GBT_BASIC   "基本信息元数据.xml"
#define PACKAGE_GBT_PROCESS "管理过程元数据.xml"
/* At the top. */
#define PACKAGE_GBT_TRANSFER "归档移交清单.xml"
#define PACKAGE_GBT_REPORT   "四性检测报告.csv"
/* Elements of the transfer list that we add: of a case, digests of its two descriptions; of all,
 * that of the report. Others' lists have none of them. */
#define PACKAGE_GBT_BASIC_DIGEST   "basicSummary"
#define PACKAGE_GBT_PROCESS_DIGEST "processSummary"
#define PACKAGE_GBT_REPORT_DIGEST  "reportSummary"
/* An element of the transfer list where an export has several volumes: "2/3". */
#define PACKAGE_GBT_VOLUME "volume"

/* DA/T 93-2022 annex B: at the top. */
#define PACKAGE_DAT_NOTE      "说明文件.TXT"
#define PACKAGE_DAT_CATALOGUE "目录文件.XML"
/* In the folder of a case; a receiver takes any 电子档案…元数据.XML. */
#define PACKAGE_DAT_METADATA        "电子档案元数据.XML"
#define PACKAGE_DAT_METADATA_BEGINS "电子档案"
#define PACKAGE_DAT_METADATA_ENDS   "元数据.XML"
/* What is not the archive's; in it, sha256sum of everything outside. */
#define PACKAGE_DAT_OTHER   "其他/"
#define PACKAGE_DAT_DIGESTS PACKAGE_DAT_OTHER "数字摘要.txt"
/* A line of the note where an export has several volumes: "2/3". */
#define PACKAGE_DAT_VOLUME "分卷"
