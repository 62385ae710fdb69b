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
    X(TAG_LINES, "tag-too-many-lines", ERROR, "more lines than the limit", "行数超过限制")         \
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
    X(DECODE, "page-unreadable", WARNING, "the page cannot be decoded", "页面图像无法解码")          \
    X(UNSEEN, "page-unseen", WARNING, "not all of its pages were looked at",             \
      "其中有页面未能查看")                                                                         \
    X(PDF_DECODE, "page-unreadable", ERROR, "the page cannot be decoded", "页面图像无法解码")        \
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
      "Bagging-Date 应为 YYYY-MM-DD")                                                              \
    /* volumes and proofs of our own bundles */                                                    \
    X(VOLUMES, "volumes", ERROR, "volumes.txt does not fit the bag",                               \
      "volumes.txt 与数据包不符")                                                                  \
    X(CASE_SPLIT, "case-split", WARNING,                                                           \
      "the case continues in other volumes: put them side by side",                                \
      "该办件续在其他分卷: 请并列检验")                                                            \
    X(PROOF, "proof", ERROR, "the proof does not hold", "证明不成立")                              \
    X(PROOF_MISSING, "proof-missing", ERROR, "a proof is missing", "缺少证明")                     \
    X(PROOF_KEY, "proof-key", WARNING,                                                             \
      "the key inside is not the one from outside", "包内密钥与外部提供的不同")                    \
    X(SEAL, "seal", ERROR, "the content is not what was sealed", "内容与封存时不一致")             \
    X(UNSEALED, "case-unsealed", WARNING, "the case came without the proof of a seal",             \
      "该办件没有封存证明")                                                                        \
    X(EXPORT, "export", ERROR, "the bag is not what was exported", "数据包与导出记录不一致")       \
    /* packages of GB/T 42727 and DA/T 93 */                                                       \
    X(PACKAGE_FILE, "package-file-missing", ERROR,                                                 \
      "a file that every such package must hold is missing", "缺少信息包必备的文件")               \
    X(LIST_ENCODING, "list-encoding", ERROR,                                                       \
      "neither UTF-8 nor GB18030, or the bytes do not fit it",                                     \
      "既非 UTF-8 也非 GB18030, 或内容与编码不符")                                                 \
    X(XML, "xml-malformed", ERROR, "the XML is malformed", "XML 不合规定")                         \
    X(LIST_ENTRY, "list-entry", ERROR, "an entry of the list is malformed or incomplete",          \
      "清单条目不合规定或不完整")                                                                  \
    X(FILE_SIZE, "file-size", ERROR, "the file is not as large as listed", "文件大小与清单不符")   \
    X(FILE_EMPTY, "file-empty", ERROR, "the file is empty", "文件为空")                            \
    X(COUNTS, "count", ERROR, "a number in the list does not fit the content",                      \
      "清单所列数目与内容不符")                                                                    \
    X(PACKAGE_DIGEST, "package-digest", ERROR,                                                     \
      "the digest of the case does not fit the list of its files",                                 \
      "办件数字摘要与其文件清单不符")                                                              \
    X(CASE_MISSING, "case-missing", ERROR, "a case listed is not there", "清单所列办件不在包内")   \
    X(CASE_NOT_LISTED, "case-not-listed", ERROR, "the case is not in the list", "办件未列入清单")  \
    X(CASE_OTHER, "case-differs", ERROR,                                                           \
      "list and description name different cases", "清单与元数据所指办件不同")                     \
    X(CASE_EMPTY, "case-empty", ERROR, "the case has no content file", "该件没有内容文件")         \
    X(CASES, "too-many-cases", ERROR, "more cases than the limit", "办件数超过限制")               \
    /* PDF */                                                                                      \
    X(PDF, "pdf-damaged", ERROR, "the PDF is cut or damaged", "PDF 不完整或已损坏")                \
    X(PDF_UNPROVEN, "pdf-unproven", WARNING,                                                       \
      "a PDF proves nothing by itself: where proof is asked for, export as bag-tar",               \
      "PDF 本身不能证明内容未改: 需要证明时请导出 bag-tar 数据包")                                 \
    /* OCFL: tokens are the codes of ocfl.io/1.1/spec/validation-codes */                          \
    X(OCFL_E001, "E001", ERROR, "a file or folder that the specification does not allow here",     \
      "此处不允许有该文件或文件夹")                                                                \
    X(OCFL_E003, "E003", ERROR, "there must be exactly one version declaration",                   \
      "应有且仅有一个版本声明文件")                                                                \
    X(OCFL_E004, "E004", ERROR, "the name of the version declaration is malformed",                \
      "版本声明文件名不合规定")                                                                    \
    X(OCFL_E007, "E007", ERROR, "the version declaration does not hold what its name says",        \
      "版本声明文件内容与文件名不符")                                                              \
    X(OCFL_E008, "E008", ERROR, "the object has no version",                                       \
      "对象没有任何版本")                                                                          \
    X(OCFL_E010, "E010", ERROR, "version numbers must start at 1 and be continuous",               \
      "版本号应从 1 开始且连续")                                                                   \
    X(OCFL_E011, "E011", ERROR, "zero-padded version numbers must keep their zero",                \
      "补零的版本号应保留首位零")                                                                  \
    X(OCFL_E012, "E012", ERROR, "version folders must be named in one way",                        \
      "版本文件夹命名应一致")                                                                      \
    X(OCFL_E015, "E015", ERROR, "a file in a version folder that is neither inventory nor content",\
      "版本文件夹内有不允许的文件")                                                                \
    X(OCFL_E017, "E017", ERROR, "contentDirectory holds a slash",                                  \
      "contentDirectory 含有斜线")                                                                 \
    X(OCFL_E018, "E018", ERROR, "contentDirectory is '.' or '..'",                                 \
      "contentDirectory 为 . 或 ..")                                                               \
    X(OCFL_E019, "E019", ERROR, "contentDirectory differs between versions",                       \
      "各版本的 contentDirectory 不一致")                                                          \
    X(OCFL_E023, "E023", ERROR, "a content file is not in the manifest",                           \
      "内容文件未列入 manifest")                                                                   \
    X(OCFL_E024, "E024", ERROR, "an empty folder among the content",                               \
      "内容中有空文件夹")                                                                          \
    X(OCFL_E025, "E025", ERROR, "the digest algorithm must be sha512 or sha256",                   \
      "摘要算法应为 sha512 或 sha256")                                                             \
    X(OCFL_E033, "E033", ERROR, "the inventory is no sound JSON object",                           \
      "inventory 不是有效的 JSON 对象")                                                            \
    X(OCFL_E036, "E036", ERROR, "the inventory lacks a key",                                       \
      "inventory 缺少必要的键")                                                                    \
    X(OCFL_E037, "E037", ERROR, "the id must be one text, the same in all inventories",            \
      "id 应为文本且各版本一致")                                                                   \
    X(OCFL_E038, "E038", ERROR, "the type does not fit the declared version",                      \
      "type 与声明的版本不符")                                                                     \
    X(OCFL_E040, "E040", ERROR, "head is not the highest version",                                 \
      "head 不是最高版本")                                                                         \
    X(OCFL_E041, "E041", ERROR, "the inventory has no manifest",                                   \
      "inventory 缺少 manifest")                                                                   \
    X(OCFL_E042, "E042", ERROR, "a content path must lie in the content folder of a version",      \
      "内容路径应位于版本的内容文件夹内")                                                          \
    X(OCFL_E043, "E043", ERROR, "the inventory has no versions",                                   \
      "inventory 缺少 versions")                                                                   \
    X(OCFL_E044, "E044", ERROR, "versions must be a JSON object",                                  \
      "versions 应为 JSON 对象")                                                                   \
    X(OCFL_E046, "E046", ERROR, "the versions listed are not the version folders",                 \
      "所列版本与版本文件夹不符")                                                                  \
    X(OCFL_E047, "E047", ERROR, "a version must be a JSON object",                                 \
      "版本应为 JSON 对象")                                                                        \
    X(OCFL_E048, "E048", ERROR, "a version lacks a key",                                           \
      "版本缺少必要的键")                                                                          \
    X(OCFL_E049, "E049", ERROR, "created must be a date and time of RFC 3339",                     \
      "created 应为 RFC 3339 日期时间")                                                            \
    X(OCFL_E050, "E050", ERROR, "a digest of the state is not in the manifest",                    \
      "state 中的摘要不在 manifest 内")                                                            \
    X(OCFL_E051, "E051", ERROR, "logical paths must be a list of texts",                           \
      "逻辑路径应为文本列表")                                                                      \
    X(OCFL_E052, "E052", ERROR, "a logical path has an empty, '.' or '..' part",                   \
      "逻辑路径含空段、. 或 ..")                                                                   \
    X(OCFL_E053, "E053", ERROR, "a logical path begins or ends with a slash",                      \
      "逻辑路径以斜线开头或结尾")                                                                  \
    X(OCFL_E054, "E054", ERROR, "user must have a name",                                           \
      "user 应有 name")                                                                            \
    X(OCFL_E056, "E056", ERROR, "the fixity algorithm is not known",                               \
      "fixity 算法无法识别")                                                                       \
    X(OCFL_E057, "E057", ERROR, "the fixity block is malformed",                                   \
      "fixity 块不合规定")                                                                         \
    X(OCFL_E058, "E058", ERROR, "the inventory has no side-car",                                   \
      "inventory 缺少摘要文件")                                                                    \
    X(OCFL_E060, "E060", ERROR, "the inventory does not fit its side-car",                         \
      "inventory 与摘要文件不符")                                                                  \
    X(OCFL_E061, "E061", ERROR, "the side-car is malformed",                                       \
      "摘要文件不合规定")                                                                          \
    X(OCFL_E063, "E063", ERROR, "there is no inventory",                                           \
      "缺少 inventory")                                                                            \
    X(OCFL_E064, "E064", ERROR, "the inventory differs from that of the newest version",           \
      "inventory 与最新版本的不一致")                                                              \
    X(OCFL_E066, "E066", ERROR, "an older inventory shows another state",                          \
      "旧版 inventory 的状态不同")                                                                 \
    X(OCFL_E067, "E067", ERROR, "extensions may hold folders alone",                               \
      "extensions 内只能有文件夹")                                                                 \
    X(OCFL_E069, "E069", ERROR, "the storage root has no declaration",                             \
      "存储根缺少声明文件")                                                                        \
    X(OCFL_E070, "E070", ERROR, "ocfl_layout.json lacks a key",                                    \
      "ocfl_layout.json 缺少必要的键")                                                             \
    X(OCFL_E071, "E071", ERROR, "the layout is no registered extension",                           \
      "布局不是已注册的扩展")                                                                      \
    X(OCFL_E072, "E072", ERROR, "a file outside of any object",                                    \
      "对象之外的文件")                                                                            \
    X(OCFL_E073, "E073", ERROR, "an empty folder",                                                 \
      "空文件夹")                                                                                  \
    X(OCFL_E076, "E076", ERROR, "there must be exactly one root declaration",                      \
      "存储根应有且仅有一个声明文件")                                                              \
    X(OCFL_E077, "E077", ERROR, "the name of the root declaration is malformed",                   \
      "存储根声明文件名不合规定")                                                                  \
    X(OCFL_E080, "E080", ERROR, "the root declaration does not hold what its name says",           \
      "存储根声明文件内容与文件名不符")                                                            \
    X(OCFL_E081, "E081", ERROR, "the object is of a later version than the root",                  \
      "对象版本高于存储根版本")                                                                    \
    X(OCFL_E083, "E083", ERROR, "the object does not lie where the layout says",                   \
      "对象位置与布局不符")                                                                        \
    X(OCFL_E085, "E085", ERROR, "the hierarchy does not end in an object",                         \
      "层级末端不是对象")                                                                          \
    X(OCFL_E090, "E090", ERROR, "links are not allowed",                                           \
      "不允许链接")                                                                                \
    X(OCFL_E092, "E092", ERROR, "a content file does not fit the manifest",                        \
      "内容文件与 manifest 不符")                                                                  \
    X(OCFL_E093, "E093", ERROR, "a content file does not fit the fixity block",                    \
      "内容文件与 fixity 不符")                                                                    \
    X(OCFL_E094, "E094", ERROR, "message must be a text",                                          \
      "message 应为文本")                                                                          \
    X(OCFL_E095, "E095", ERROR, "logical paths stand twice or in each other's way",                \
      "逻辑路径重复或冲突")                                                                        \
    X(OCFL_E096, "E096", ERROR, "a digest stands twice in the manifest",                           \
      "manifest 中摘要重复")                                                                       \
    X(OCFL_E097, "E097", ERROR, "a digest stands twice in the fixity block",                       \
      "fixity 中摘要重复")                                                                         \
    X(OCFL_E099, "E099", ERROR, "a content path has an empty, '.' or '..' part",                   \
      "内容路径含空段、. 或 ..")                                                                   \
    X(OCFL_E100, "E100", ERROR, "a content path begins or ends with a slash",                      \
      "内容路径以斜线开头或结尾")                                                                  \
    X(OCFL_E101, "E101", ERROR, "content paths stand twice or in each other's way",                \
      "内容路径重复或冲突")                                                                        \
    X(OCFL_E102, "E102", ERROR, "a key that the specification does not know",                      \
      "规范未定义的键")                                                                            \
    X(OCFL_E103, "E103", ERROR, "a version is of an older specification than the one before",      \
      "版本的规范版本低于前一版本")                                                                \
    X(OCFL_E106, "E106", ERROR, "the manifest must be a JSON object",                              \
      "manifest 应为 JSON 对象")                                                                   \
    X(OCFL_E107, "E107", ERROR, "a digest of the manifest is in no state",                         \
      "manifest 中的摘要不在任何 state 内")                                                        \
    X(OCFL_E111, "E111", ERROR, "fixity must be a JSON object",                                    \
      "fixity 应为 JSON 对象")                                                                     \
    X(OCFL_W001, "W001", WARNING, "version folders should have no zero padding",                   \
      "版本号不宜补零")                                                                            \
    X(OCFL_W002, "W002", WARNING, "a folder in a version folder besides the content",              \
      "版本文件夹内有其他文件夹")                                                                  \
    X(OCFL_W003, "W003", WARNING, "a content folder without content",                              \
      "内容文件夹为空")                                                                            \
    X(OCFL_W004, "W004", WARNING, "sha512 should be used",                                         \
      "宜使用 sha512")                                                                             \
    X(OCFL_W005, "W005", WARNING, "the id should be a URI",                                        \
      "id 宜为 URI")                                                                               \
    X(OCFL_W007, "W007", WARNING, "a version should have message and user",                        \
      "版本宜有 message 和 user")                                                                  \
    X(OCFL_W008, "W008", WARNING, "user should have an address",                                   \
      "user 宜有 address")                                                                         \
    X(OCFL_W009, "W009", WARNING, "the address should be a URI",                                   \
      "address 宜为 URI")                                                                          \
    X(OCFL_W010, "W010", WARNING, "a version folder should have an inventory",                     \
      "版本文件夹宜有 inventory")                                                                  \
    X(OCFL_W011, "W011", WARNING, "created, message or user differ from the newest inventory",     \
      "created、message 或 user 与最新版不同")                                                     \
    X(OCFL_W013, "W013", WARNING, "an extension that is not registered",                           \
      "未注册的扩展")                                                                              \
    X(OCFL_W015, "W015", WARNING, "objects lie at the top and deeper",                             \
      "对象同时位于顶层和深层")                                                                    \
    X(OCFL_W016, "W016", WARNING, "an extension of the root that is not registered",               \
      "存储根有未注册的扩展")                                                                      \
    X(OCFL_INTERRUPTED, "ocfl-interrupted", WARNING,                                               \
      "an update was interrupted; the newest version is whole",                                    \
      "更新曾中断; 最新版本完好")                                                                  \
    X(OCFL_LARGE, "ocfl-inventory-too-large", ERROR, "the inventory is too large to be judged",    \
      "inventory 过大, 无法检验")
/* clang-format on */
