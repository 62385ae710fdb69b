/* SPDX-License-Identifier: Apache-2.0
 *
 * The one list of errors of the whole program.
 *
 * X(NAME, token, exit status, HTTP status,
 *   what happened (English, Chinese), what to do (English, Chinese; "" where nothing helps))
 *
 * The exit status is the contract of the command line: 1 judged and the answer is no, 2 wrong
 * usage, 3 cannot be opened or is no known kind, 4 the store or a device failed, 5 busy.
 * The token stands in `application/problem+json` and in `--json` output; it never changes.
 * A section belongs to the folder named above it. Texts: lower case, no full stop, and the object
 * follows after a colon (it is the GError's message).
 */
#pragma once

/* clang-format off */
#define ANJUAN_ERROR_LIST(X)                                                                       \
    /* anywhere */                                                                                 \
    X(USAGE, "usage", 2, 400,                                                                      \
      "wrong usage", "用法不对",                                                                   \
      "see 'anjuan --help'", "请看 anjuan --help")                                                 \
    X(INVALID, "invalid", 2, 422,                                                                  \
      "not a valid value", "填写的值不合规则",                                                     \
      "correct the value named and try again", "请改正所指的值后再试")                             \
    X(NO_FILE, "no-file", 3, 404,                                                                  \
      "cannot open", "打不开文件",                                                                 \
      "check the path and the permissions", "请核对路径和权限")                                    \
    X(FORMAT, "format", 3, 415,                                                                    \
      "not a known or sound format", "格式不认识或已损坏",                                         \
      "hand the file in again from its source", "请从来源重新取得该文件")                          \
    X(TOO_LARGE, "too-large", 3, 413,                                                              \
      "larger than the limit", "超过限制",                                                         \
      "split it or lower the resolution", "请拆分或降低分辨率")                                    \
    X(IO, "io", 4, 500,                                                                            \
      "reading or writing failed", "读写失败",                                                     \
      "check the disk; what was acknowledged is safe", "请检查磁盘; 已确认的内容是安全的")         \
    X(DISK_FULL, "disk-full", 4, 507,                                                              \
      "no space left", "磁盘空间不足",                                                             \
      "make space, then repeat; what was acknowledged is safe",                                    \
      "请先腾出空间再重做; 已确认的内容是安全的")                                                  \
    X(BUSY, "busy", 5, 503,                                                                        \
      "busy", "正忙",                                                                              \
      "try again in a moment", "请稍后再试")                                                       \
    X(CANCELLED, "cancelled", 5, 409,                                                              \
      "cancelled", "已取消",                                                                       \
      "", "")                                                                                      \
    X(INTERNAL, "internal", 4, 500,                                                                \
      "a fault in the program", "程序内部错误",                                                    \
      "send the diagnostics of 'anjuan doctor' to the maintainers",                                \
      "请将 anjuan doctor 的诊断交给维护人员")                                                     \
    /* appliance/base: workers */                                                                  \
    X(WORKER, "worker", 4, 500,                                                                    \
      "a worker process failed", "工作进程出错",                                                   \
      "repeat the step; the original bytes are kept", "请重做这一步; 原始数据已保留")              \
    /* storage */                                                                                  \
    X(NO_DATA_FOLDER, "no-data-folder", 3, 503,                                                    \
      "not a data folder", "不是数据文件夹",                                                       \
      "make one with 'anjuan init --data DIR'", "请用 anjuan init --data DIR 新建")                \
    X(DATA_FOLDER_EXISTS, "data-folder-exists", 3, 409,                                            \
      "the data folder exists already", "数据文件夹已存在",                                        \
      "use it as it is or name another folder", "请直接使用或另选文件夹")                          \
    X(NEWER_SCHEMA, "newer-schema", 4, 503,                                                        \
      "the store was written by a newer version", "数据由更新的版本写成",                          \
      "update the program; nothing was changed", "请升级程序; 数据未改动")                         \
    X(READ_ONLY, "read-only", 4, 503,                                                              \
      "the store is open for reading only", "数据仅可读取",                                        \
      "update the program, then try again", "请升级程序后再试")                                    \
    X(JOURNAL_DAMAGED, "journal-damaged", 4, 500,                                                  \
      "the journal is damaged", "日志已损坏",                                                      \
      "stop work and run 'anjuan fsck'; restore from a backup if it says so",                      \
      "请停止操作并运行 anjuan fsck, 必要时从备份恢复")                                            \
    X(CATALOGUE, "catalogue", 4, 500,                                                              \
      "the catalogue failed", "目录数据库出错",                                                    \
      "run 'anjuan rebuild'; the journal holds everything",                                        \
      "请运行 anjuan rebuild; 全部内容都在日志里")                                                 \
    X(WRITER_STOPPED, "writer-stopped", 4, 503,                                                    \
      "writing has stopped after a failed sync", "写入因同步失败已停止",                           \
      "check the disk, then start again", "请检查磁盘后重新启动")                                  \
    X(RECORD_TOO_LARGE, "record-too-large", 2, 413,                                                \
      "the record is larger than 65535 bytes", "记录超过 65535 字节",                              \
      "shorten the texts", "请缩短文字")                                                           \
    X(UNKNOWN_ACT, "unknown-act", 4, 503,                                                          \
      "the journal holds a kind of record this version does not know",                             \
      "日志含有本版本不认识的记录",                                                                \
      "update the program; the store stays readable", "请升级程序; 数据仍可读")                    \
    X(SECRET_LOST, "secret-lost", 4, 500,                                                          \
      "personal data named by the journal is missing", "日志所指的个人信息缺失",                   \
      "restore the secrets folder from a backup", "请从备份恢复 secrets 文件夹")                   \
    X(DIGEST, "digest", 1, 500,                                                                    \
      "the bytes are not those that were stored", "内容与存入时不一致",                            \
      "run 'anjuan fsck --read-data' and restore the file from a backup",                          \
      "请运行 anjuan fsck --read-data 并从备份恢复该文件")                                         \
    X(WRONG_KEY, "wrong-key", 1, 422,                                                              \
      "the key or the passphrase does not fit", "密钥或口令不对",                                  \
      "use the key this file was made with", "请使用制作该文件时的密钥")                           \
    X(DAMAGED, "damaged", 1, 500,                                                                  \
      "the store has damage", "数据有损坏",                                                        \
      "see the lines above; repair with 'anjuan fsck --repair --from BACKUP'",                     \
      "请看上面各行; 用 anjuan fsck --repair --from 备份 修复")                                    \
    X(BACKUP_CHAIN, "backup-chain", 1, 409,                                                        \
      "this backup does not follow the one before", "该备份与前一个不衔接",                        \
      "give the full backup first, then each one by difference in order",                          \
      "请先给全量备份, 再按次序给增量备份")                                                        \
    X(ARCHIVE_HOSTILE, "archive-hostile", 1, 422,                                                  \
      "the archive holds an entry that is not allowed", "压缩包含有不允许的条目",                  \
      "refuse the bundle and ask its sender", "请拒收并询问寄送方")                                \
    X(BUNDLE_INVALID, "bundle-invalid", 1, 422,                                                    \
      "the bundle is not valid", "数据包无效",                                                     \
      "ask for it again from its source", "请向来源重新索取")                                      \
    X(PROOF_REFUSED, "proof-refused", 1, 422,                                                      \
      "the proof does not hold", "证明不成立",                                                     \
      "compare with the checkpoint you were given before", "请与此前拿到的检查点比较")             \
    X(SIGNING_STOPPED, "signing-stopped", 4, 503,                                                  \
      "the journal does not extend the last signed checkpoint", "日志与上次签名的检查点不衔接",    \
      "restore the newest copy, or start a new epoch with two persons",                            \
      "请恢复最新副本, 或由两人启用新纪元")                                                        \
    /* appliance/casework */                                                                       \
    X(NOT_FOUND, "not-found", 1, 404,                                                              \
      "nothing found", "没有找到",                                                                 \
      "check the number, code or name", "请核对编号、条码或姓名")                                  \
    X(NO_CASE, "no-case", 1, 404,                                                                  \
      "no such case", "没有这个办件",                                                              \
      "check the number or look it up by name", "请核对编号或按姓名查找")                          \
    X(NO_ITEM, "no-item", 1, 404,                                                                  \
      "no such item", "没有这个事项",                                                              \
      "see 'anjuan item list'", "请看 anjuan item list")                                           \
    X(CHECK_DIGITS, "check-digits", 2, 422,                                                        \
      "the check digits do not fit: a digit is mistyped", "校验码不符: 有一位输错",                \
      "type the number again or scan its code", "请重新输入或扫描条码")                            \
    X(WRONG_STATE, "wrong-state", 1, 409,                                                          \
      "the case is not in a state for this step", "办件当前状态不能做这一步",                      \
      "see 'anjuan case show'", "请看 anjuan case show")                                           \
    X(RULE, "rule", 1, 409,                                                                        \
      "refused by a rule", "规则不允许",                                                           \
      "see the reason named", "请看所列理由")                                                      \
    X(SECOND_PERSON, "second-person", 1, 403,                                                      \
      "this step needs a second person", "这一步需要第二人",                                       \
      "ask a colleague to confirm", "请同事确认")                                                  \
    X(NOT_COMPLETE, "not-complete", 1, 409,                                                        \
      "not complete", "材料不齐",                                                                  \
      "see 'anjuan check'", "请看 anjuan check")                                                   \
    X(FILING_REFUSED, "filing-refused", 1, 409,                                                    \
      "the case cannot be filed", "不能归档",                                                      \
      "settle the reasons listed", "请先解决所列原因")                                             \
    X(DEFINITION, "definition", 3, 422,                                                            \
      "the definition is not valid", "定义文件不合规则",                                           \
      "correct the line and path named", "请改正所指的行和位置")                                   \
    X(DESTROYED, "destroyed", 1, 410,                                                              \
      "the case came to the end of its retention", "办件已到期销毁",                               \
      "see the register of destruction", "请看销毁清册")                                           \
    X(HELD, "held", 1, 409,                                                                        \
      "under legal hold: nothing of it may leave or be taken away",                                \
      "办件受法律保全: 不得撤除、移出或销毁",                                                      \
      "lift the hold first ('anjuan hold NUMBER --lift')",                                         \
      "请先解除保全 (anjuan hold 编号 --lift)")                                                    \
    X(SERIAL_EXHAUSTED, "serial-exhausted", 1, 409,                                                \
      "all numbers of this window and day are used", "本窗口当日编号已用完",                       \
      "use another window", "请换一个窗口")                                                        \
    X(STALE, "stale", 1, 412,                                                                      \
      "somebody changed this in the meantime", "内容已被他人修改",                                 \
      "look again and repeat the edit", "请刷新后重做")                                            \
    /* drivers and intake */                                                                       \
    X(NO_DEVICE, "no-device", 4, 404,                                                              \
      "no such device", "没有这个设备",                                                            \
      "see 'anjuan device list'", "请看 anjuan device list")                                       \
    X(DEVICE, "device", 4, 502,                                                                    \
      "the device failed", "设备出错",                                                             \
      "look at the device, then continue; stored pages are safe",                                  \
      "请查看设备后继续; 已存页面是安全的")                                                        \
    X(DEVICE_LOST, "device-lost", 4, 502,                                                          \
      "the device is gone", "设备已断开",                                                          \
      "plug it in again; the batch goes on where it stopped",                                      \
      "请重新连接; 批次将从停下处继续")                                                            \
    X(FEEDER_EMPTY, "feeder-empty", 4, 409,                                                        \
      "the feeder is empty", "进纸器没有纸",                                                       \
      "put paper in", "请放入纸张")                                                                \
    X(JAM, "jam", 4, 409,                                                                          \
      "paper jam", "卡纸",                                                                         \
      "take the jammed sheet out, put it back on top, continue",                                   \
      "取出卡住的纸, 放回最上面, 然后继续")                                                        \
    X(DOUBLE_FEED, "double-feed", 4, 409,                                                          \
      "two sheets fed at once", "进了两张纸",                                                      \
      "separate the sheets, put them back on top, continue", "分开纸张, 放回最上面, 然后继续")     \
    X(COVER_OPEN, "cover-open", 4, 409,                                                            \
      "the cover is open", "机盖打开",                                                             \
      "close the cover, then continue", "请合上机盖后继续")                                        \
    X(MIS_PICK, "mis-pick", 4, 409,                                                                \
      "the feeder does not take the paper", "进纸器取不到纸",                                      \
      "fan the stack, push it in again, continue", "请抖松纸叠, 重新放入, 然后继续")               \
    X(HALF_IMAGE, "half-image", 4, 409,                                                            \
      "the image is not whole", "图像不完整",                                                      \
      "put the sheet back on top, continue", "将该纸放回最上面, 然后继续")                         \
    X(DEVICE_SILENT, "device-silent", 4, 504,                                                      \
      "the device has fallen silent", "设备没有响应",                                              \
      "switch it off and on; stored pages are safe", "请重启设备; 已存页面是安全的")               \
    /* appliance/paper */                                                                          \
    X(PAPER, "paper", 4, 500,                                                                      \
      "the paper cannot be drawn", "文书无法生成",                                                 \
      "check the template and the fonts (fonts-noto-cjk)", "请检查模板和字体 (fonts-noto-cjk)")    \
    X(PRINTER, "printer", 4, 502,                                                                  \
      "the printer did not take the paper", "打印机未接受",                                        \
      "look at the printer, then print again; the document is kept",                               \
      "请查看打印机后重打; 文书已保存")                                                            \
    /* ui */                                                                                       \
    X(NO_SESSION, "no-session", 1, 401,                                                            \
      "sign on first", "请先登录",                                                                 \
      "open the sign-on page", "请打开登录页")                                                     \
    X(FORBIDDEN, "forbidden", 1, 403,                                                              \
      "not allowed for this role", "本岗位无此权限",                                               \
      "ask the administrator", "请联系管理员")                                                     \
    X(THROTTLED, "throttled", 5, 429,                                                              \
      "too many tries", "尝试次数过多",                                                            \
      "wait, then try again", "请稍候再试")                                                        \
    X(NO_ROUTE, "no-route", 1, 404,                                                                \
      "no such address", "没有这个地址",                                                           \
      "see the API description", "请看接口说明")                                                   \
    X(METHOD, "method", 1, 405,                                                                    \
      "not a method of this address", "该地址不支持此方法",                                        \
      "see the API description", "请看接口说明")                                                   \
    X(HEADERS, "headers", 2, 431,                                                                  \
      "the request's headers are too large", "请求头过大",                                         \
      "delete this site's cookies and try again", "请清除本站 cookie 后再试")                      \
    X(BAD_REQUEST, "bad-request", 2, 400,                                                          \
      "the request cannot be read", "请求无法读取",                                                \
      "see the API description", "请看接口说明")                                                   \
    X(NO_ADDRESS, "no-address", 4, 500,                                                            \
      "cannot listen on the address", "无法监听该地址",                                            \
      "choose another port with --listen", "请用 --listen 另选端口")                               \
    X(SETTINGS, "settings", 3, 500,                                                                \
      "the settings are not valid", "设置有误",                                                    \
      "correct the line named; 'anjuan document settings' lists every key",                        \
      "请改正所指的行; anjuan document settings 列出全部设置项")
/* clang-format on */
