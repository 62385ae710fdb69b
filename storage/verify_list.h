/* SPDX-License-Identifier: Apache-2.0
 *
 * The one list of what a verification finds.
 *
 * X(NAME, token, severity, English, Chinese). The token stands in `--json` output and never
 * changes. "error": a specification says MUST; "warning": it says SHOULD, or a person must look.
 */
#pragma once

/* clang-format off */
#define VERIFY_LIST(X)                                                                             \
    /* the container */                                                                            \
    X(HOSTILE, "archive-hostile", ERROR,                                                           \
      "the archive holds an entry that is not allowed", "压缩包含有不允许的条目")                  \
    X(DAMAGED, "archive-damaged", ERROR, "the archive is cut or damaged", "压缩包不完整或已损坏")  \
    X(NO_BASE, "no-base-folder", ERROR,                                                            \
      "an archive must hold one base folder with everything in it",                                \
      "压缩包内应只有一个顶层文件夹")                                                              \
    X(LINK, "link", ERROR, "links are not allowed", "不允许链接")                                  \
    X(SPECIAL, "special-file", ERROR, "neither a file nor a folder", "既非文件也非文件夹")         \
    X(READ, "cannot-read", ERROR, "cannot be read", "无法读取")                                    \
    /* bagit.txt */                                                                                \
    X(NO_BAGIT, "bag-no-declaration", ERROR, "bagit.txt is missing", "缺少 bagit.txt")             \
    X(BAGIT, "bag-declaration", ERROR, "bagit.txt is malformed", "bagit.txt 不合规定")             \
    X(BAG_VERSION, "bag-version", ERROR, "unknown BagIt version", "BagIt 版本无法识别")            \
    X(BAG_ENCODING, "bag-encoding", ERROR, "unknown character encoding", "字符编码无法识别")       \
    X(BAG_NOT_UTF8, "bag-not-utf8", WARNING,                                                       \
      "tag files should be UTF-8", "标签文件应为 UTF-8")                                           \
    X(TAG_BYTES, "tag-encoding", ERROR,                                                            \
      "the bytes do not fit the character encoding", "内容与所声明的编码不符")                     \
    X(TAG_LINE, "tag-line-too-long", ERROR, "a line is too long", "行过长")                        \
    /* manifests */                                                                                \
    X(NO_DATA, "bag-no-payload-folder", ERROR, "the folder data is missing", "缺少 data 文件夹")   \
    X(NO_MANIFEST, "bag-no-manifest", ERROR, "there is no payload manifest", "缺少内容清单")       \
    X(ALGORITHM, "manifest-algorithm", ERROR,                                                      \
      "the digest algorithm is not known, so the manifest cannot be checked",                      \
      "摘要算法无法识别, 清单不能检验")                                                            \
    X(MANIFEST_LINE, "manifest-line", ERROR, "a manifest line is malformed", "清单行不合规定")     \
    X(PATH, "path-not-allowed", ERROR, "the path is not allowed", "路径不被允许")                  \
    X(PATH_PLACE, "path-out-of-place", ERROR,                                                      \
      "the path does not belong into this list", "该路径不应列在此处")                             \
    X(PATH_DOT, "path-leading-dot", WARNING,                                                       \
      "the path begins with './'", "路径以 ./ 开头")                                               \
    X(PATH_STAR, "path-asterisk", WARNING,                                                         \
      "an asterisk stands before the path, as md5sum writes it", "路径前有 md5sum 的星号")         \
    X(PATH_PERCENT, "path-percent", WARNING,                                                       \
      "a percent sign should be written %25", "百分号应写作 %25")                                  \
    X(TWICE_SAME, "manifest-twice", WARNING, "listed twice with the same digest",                  \
      "重复列出, 摘要相同")                                                                        \
    X(TWICE, "manifest-twice-refused", ERROR, "listed twice", "重复列出")                          \
    X(TWICE_OTHER, "manifest-twice-differs", ERROR, "listed twice with different digests",         \
      "重复列出, 摘要不同")                                                                        \
    X(MISSING, "file-missing", ERROR, "a file listed is not there", "清单所列文件不存在")          \
    X(SIMILAR, "name-similar", WARNING,                                                            \
      "differs from another name only in case or Unicode normalisation",                           \
      "与另一名称仅大小写或 Unicode 规范化不同")                                                   \
    X(SYSTEM_FILE, "system-file", WARNING,                                                         \
      "a file that a desktop system leaves behind", "桌面系统遗留的文件")                          \
    X(NOT_LISTED, "file-not-listed", ERROR, "the file is not in the manifest", "文件未列入清单")   \
    X(TAG_NOT_LISTED, "tag-not-listed", WARNING,                                                   \
      "the tag file is in no tag manifest", "标签文件未列入标签清单")                              \
    X(DIGEST, "digest", ERROR, "the digest does not fit: the bytes have changed",                  \
      "摘要不符: 内容已改变")                                                                      \
    X(DECODE, "page-unreadable", ERROR, "the page cannot be decoded", "页面图像无法解码")            \
    X(HOLE, "fetch-hole", ERROR,                                                                   \
      "the file is still to be fetched: the bag is incomplete", "文件尚待获取: 数据包不完整")      \
    X(FETCH_LINE, "fetch-line", ERROR, "a line of fetch.txt is malformed", "fetch.txt 行不合规定") \
    X(FETCH, "fetch", WARNING, "the bag has a fetch.txt", "数据包带有 fetch.txt")                  \
    /* bag-info.txt */                                                                             \
    X(INFO_LINE, "bag-info-line", ERROR, "a line is malformed", "行不合规定")                      \
    X(INFO_LINE_OLD, "bag-info-line-doubtful", WARNING, "a line is malformed", "行不合规定")       \
    X(OXUM, "oxum", ERROR, "Payload-Oxum does not fit the payload",                                \
      "Payload-Oxum 与内容不符")                                                                   \
    X(OXUM_FORM, "oxum-malformed", ERROR, "Payload-Oxum is malformed",                             \
      "Payload-Oxum 不合规定")                                                                     \
    X(INFO_ONCE, "bag-info-repeated", WARNING, "the element should stand once",                    \
      "该元素只应出现一次")                                                                        \
    X(INFO_DATE, "bag-info-date", WARNING, "Bagging-Date should be YYYY-MM-DD",                    \
      "Bagging-Date 应为 YYYY-MM-DD")
/* clang-format on */
