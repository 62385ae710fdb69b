/* SPDX-License-Identifier: Apache-2.0
 *
 * X(English, Chinese): messages of errors that a request can meet. `*` stands for anything, in
 * Chinese $1, $2 … for what stood there. The first row that fits counts. A test holds that every
 * English row is still said somewhere.
 */
#pragma once

/* clang-format off */
#define DETAIL_LIST(X)                                                                             \
    /* the request itself */                                                                       \
    X("body is no JSON object", "请求正文不是 JSON 对象")                                          \
    X("body is not application/json", "请求正文的类型应为 application/json")                       \
    X("body is no form", "请求正文不是表单")                                                       \
    X("form cannot be read", "表单读不出来")                                                       \
    X("query cannot be read", "网址里的参数读不出来")                                              \
    X("path segment *", "网址第 $1 段读不出来")                                                    \
    X("limit '*': 1 to *", "每页条数「$1」: 应为 1 到 $2")                                         \
    X("Idempotency-Key has 1 to * characters", "Idempotency-Key 应为 1 到 $1 个字符")              \
    X("Idempotency-Key stands for another request", "这个 Idempotency-Key 已用于另一请求")         \
    X("Repr-Digest: sha-256=:…: is needed", "缺少摘要 Repr-Digest: sha-256")                       \
    X("the bytes are not those announced", "收到的内容与所报摘要不符")                             \
    X("the same command is at work", "同一操作正在进行")                                           \
    X("the server is stopping", "服务正在停止")                                                    \
    X("* jobs are running", "已有 $1 项任务在进行")                                                \
    X("* addresses are out", "已有 $1 个共享地址")                                                 \
    X("version *, asked for *", "现在是第 $1 版, 您看到的是第 $2 版")                              \
    X("this address has ended", "这个共享地址已失效")                                              \
    X("after '*': a sequence", "after「$1」: 应为记录序号")                                        \
    X("date '*'", "「$1」不是日期")                                                                \
    X("size '*': larger than the region", "尺寸「$1」大于所选区域")                                \
    /* who */                                                                                      \
    X("no cookie", "没有登录")                                                                     \
    X("the session has ended", "登录已失效")                                                       \
    X("the person may not sign on any more", "此人已停用")                                         \
    X("start code", "启动码不对")                                                                  \
    X("there is an administrator already", "已有管理员")                                           \
    X("this is the last administrator", "这是最后一名管理员")                                      \
    X("the PIN of another person", "不能改别人的 PIN")                                             \
    X("old: one's own needs the old one", "改自己的 PIN 要先填原来的")                             \
    X("secret is needed", "缺少 PIN 或密码")                                                       \
    X("a PIN has at least * characters", "PIN 至少 $1 位")                                         \
    X("name has 1 to * characters", "姓名应为 1 到 $1 个字")                                       \
    X("number has * digits", "工号应为 $1 位数字")                                                 \
    X("number *: somebody has it", "工号 $1 已有人用")                                             \
    X("roles: at least one", "至少选一个角色")                                                     \
    X("name, roles and secret are needed", "缺少姓名、角色或初始 PIN")                             \
    X("active is true or false", "状态应为在岗或停用")                                             \
    X("another person is needed", "须由另一人确认")                                                \
    X("second: who and secret are needed", "须由第二人输入工号和 PIN")                             \
    X("window: 001 to 999", "窗口应为 001 到 999")                                                 \
    X("pages are shown in full: name a reason first", "查看页面请先选事由")                        \
    X("papers are shown in full: name a reason first", "查看文书请先选事由")                       \
    X("what is shown in full can be shared: name a reason first", "共享之前请先选事由")            \
    X("pages of the tray", "待归页面只有窗口和督办人员能看")                                       \
    X("a full view needs a reason", "查看全部信息要有事由")                                        \
    X("note: other reasons need one", "其他事由请写明")                                            \
    X("number and code", "编号或查询码不对")                                                       \
    /* cases */                                                                                    \
    X("applicant: a name is needed", "缺少申请人姓名")                                             \
    X("applicant: * characters, at most *", "申请人 $1 个字, 最多 $2 个")                          \
    X("* is not in force on *", "$1 在 $2 还未施行或已停用")                                       \
    X("field '*': a text is needed", "字段「$1」应为文字")                                         \
    X("field '*': the item has none such", "事项没有字段「$1」")                                   \
    X("fields: names with texts are needed", "字段应写名称和内容")                                 \
    X("channel '*': window, post, online or agent", "来件途径「$1」不认识")                        \
    X("received_at '*': an instant (RFC 3339)", "收件时间「$1」不是时间")                          \
    X("received at a time to come", "收件时间在将来")                                              \
    X("reason: a later entry needs one", "补录要写原因")                                           \
    X("reason: one is needed", "请填原因")                                                         \
    X("reason: the licence or share it rests on", "请写明依据的证照或共享来源")                    \
    X("until: a date", "「至」应为日期")                                                           \
    X("until: the promised day is needed", "请填承诺补交的日期")                                   \
    X("tick: slot and tick are needed", "请指明哪项材料、核对什么")                                \
    X("slot: and state, originals, copies, until or issued are needed", "请指明哪项材料、怎样登记") \
    X("slot '*': the item has none such", "事项没有材料「$1」")                                    \
    X("* *: not on the list for that", "$1 $2: 清单不允许这样代替")                                \
    X("question '*': the item asks none such", "事项没有这个问题「$1」")                           \
    X("*: not by hand for this slot", "$1: 这项材料不能手工这样登记")                              \
    X("slot or document: one of them", "材料和文件只能指定一个")                                   \
    X("told: how was she told?", "请选送达方式")                                                   \
    X("decision: granted or denied", "决定应为准予或不予")                                         \
    X("sheets: how many were given back", "请填退还的张数")                                        \
    X("a hold is set and lifted with a reason", "冻结和解除都要写原因")                            \
    X("* is under no hold", "$1 没有冻结")                                                         \
    X("* of what was asked for is still open", "所告知的还有 $1 项没有补齐")                       \
    X("nothing of what was asked for has come in", "所告知的材料一项都没有收到")                   \
    X("no slot is open", "现在没有正在收的材料")                                                   \
    X("no slot lacks anything", "没有还缺的材料")                                                  \
    X("case * keeps changing", "办件 $1 正在别处修改")                                             \
    X("* is filed: nothing of it changes in place", "$1 已归档, 不能再改")                         \
    X("case * is not filed: it has no archive number", "办件 $1 还没有归档, 没有档号")             \
    X("number * is another hall's", "编号 $1 是别的大厅的")                                        \
    X("number * is of a day to come", "编号 $1 的日期还没有到")                                    \
    X("number * is taken", "编号 $1 已被使用")                                                     \
    X("* (*) does not know: *; say it with the step (--set NAME=TEXT)", "「$1」还缺内容: $3")      \
    X("* (*) comes with its step, not by itself", "「$1」随环节出具, 不能单独出")                  \
    X("kind '*': no such paper", "没有这种文书「$1」")                                             \
    X("no sheet of * was captured", "$1 还没有扫描, 不能出")                                       \
    X("document * of *", "$2 没有第 $1 号文件")                                                    \
    X("paper * of *", "$2 没有文书 $1")                                                            \
    X("receipt * of *", "$2 没有凭证 $1")                                                          \
    X("register *", "没有台账 $1")                                                                 \
    /* sides and scans */                                                                          \
    X("side * has no image", "第 $1 面没有影像")                                                   \
    X("side * is not of the case that is scanned", "第 $1 面不属于正在扫描的办件")                 \
    X("side: which one is fed again", "请指明重扫哪一面")                                          \
    X("side *", "没有第 $1 面")                                                                    \
    X("this side is void", "这一面已作废")                                                         \
    X("the side is void: *", "这一面已作废: $1")                                                   \
    X("this side is not void", "这一面没有作废")                                                   \
    X("this side is * already", "这一面已经是这样: $1")                                            \
    X("this side belongs to no case yet", "这一面还没有归到办件")                                  \
    X("this side stands in no document", "这一面还不在任何材料里")                                 \
    X("this side stands there already", "这一面已经在那里")                                        \
    X("no two sheets lie on each other", "没有两张重叠的纸")                                       \
    X("after: a side, or null for the front", "请指明移到哪一面之后")                              \
    X("after: another side of the same document", "只能在同一份材料里前后移动")                    \
    X("turn: 90, 180 or 270", "旋转角度应为 90、180 或 270")                                       \
    X("no such pages in the tray", "待归件里没有这些页")                                           \
    X("no scanner is set up", "还没有接扫描仪")                                                    \
    X("no printer is set for this machine", "还没有设打印机")                                      \
    X("* is scanning", "$1 正在扫描")                                                              \
    X("scan *", "没有这次扫描 $1")                                                                 \
    X("batch *", "没有这批 $1")                                                                    \
    X("this scan is over", "这次扫描已结束")                                                       \
    X("nothing to continue", "没有可以继续的扫描")                                                 \
    X("* has no page yet", "$1 还没有页面")                                                        \
    X("case: is needed", "请指明办件")                                                             \
    X("slot '*'", "没有材料「$1」")                                                                \
    X("*: not here", "「$1」不能在这里做")                                                         \
    /* archive, audit, day */                                                                      \
    X("from and to: two dates in order", "请填起止日期, 前后不能颠倒")                             \
    X("from and to: two dates", "请填起止日期")                                                    \
    X("cases, from and to, or archive_number: one", "按办件、时段、档号三者选一")                  \
    X("no case to export", "没有可导出的办件")                                                     \
    X("destination '*': *", "写到「$1」: 只能是 $2")                                               \
    X("destination *", "没有目的地 $1")                                                            \
    X("volumes have at least * bytes", "每卷至少 $1 字节")                                         \
    X("by: who received it", "请填接收人")                                                         \
    X("this bundle is done", "这个数据包已经写完")                                                 \
    X("this bundle is not done", "这个数据包还没有写完")                                           \
    X("bundle *", "没有数据包 $1")                                                                 \
    X("this audit is not done", "这次核查还没有做完")                                              \
    X("audit *", "没有这次核查 $1")                                                                \
    X("verification *", "没有这次核验 $1")                                                         \
    X("backup *", "没有备份 $1")                                                                   \
    X("* files are missing or damaged", "$1 个文件缺失或损坏")                                     \
    X("date: a day that has come", "日期不能在将来")                                               \
    X("place and case: which paper, and where?", "请指明哪件、放在哪里")                           \
    X("q: 1 to 100 characters", "查找的内容应为 1 到 100 个字")                                    \
    X("a table with the header date,kind,name,source", "节假日表的表头应为 date,kind,name,source")
/* clang-format on */
