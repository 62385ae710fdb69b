/* SPDX-License-Identifier: Apache-2.0
 *
 * What the service tells the journal of the machine: the one list, from which the message
 * catalogue is made (`anjuan document catalog`).
 *
 * X(NAME, message id, syslog level,
 *   the line (English, Chinese; one %s for the detail),
 *   what it means and what to do (English, Chinese))
 *
 * An id never changes and never moves to another message (`systemd-id128 new` makes one).
 * Details and fields carry numbers, tokens and paths: no name, no identity number, no address.
 */
#pragma once

/* clang-format off */
#define ANJUAN_LOG_LIST(X)                                                                         \
    X(READY, "8b4d223b9b164e1b943af731294c100a", 5,                                                \
      "ready at %s", "已就绪: %s",                                                                 \
      "The store is open and the page answers.",                                                   \
      "数据已打开, 页面可以访问。")                                                                \
    X(ENDING, "919779fdc66b4dcbb0f403a6835abd0f", 5,                                               \
      "ending%s", "正在停止%s",                                                                    \
      "The service was told to end. Scans end after the sheet that is moving; what was\n"          \
      "acknowledged is on disk.",                                                                  \
      "服务收到停止指令。扫描在当前一张纸之后停下, 已确认的内容都在磁盘上。")                      \
    X(RECORD, "8eaf69ac1bdb4d54828709c107fee567", 6,                                               \
      "record: %s", "记录: %s",                                                                    \
      "One record of the journal of cases became durable. ANJUAN_EVENT= names the act,\n"          \
      "ANJUAN_CASE= the case (where there is one), ANJUAN_SEQ= its place in the journal.",         \
      "业务日志的一条记录已落盘。ANJUAN_EVENT= 是动作, ANJUAN_CASE= 是办件编号 (如有),\n"          \
      "ANJUAN_SEQ= 是它在日志中的序号。")                                                          \
    X(STORE_SILENT, "89afd70b75b143e098f9c585cf386794", 3,                                         \
      "the store does not answer: %s", "数据没有应答: %s",                                         \
      "The watchdog is not fed until the store answers again; if it does not, the service is\n"    \
      "started anew. What was acknowledged is safe. Look at the disk: is it full, read-only or\n"  \
      "failing? 'anjuan doctor' says more.",                                                       \
      "数据恢复应答之前不喂看门狗, 若一直不恢复, 服务会被重新启动。已确认的内容是安全的。\n"       \
      "请检查磁盘是否已满、只读或损坏; anjuan doctor 有更多说明。")                                \
    X(DAMAGE, "0c66a58c6efd46dd8fc3a2c56f02fa9c", 2,                                               \
      "damaged: %s", "已损坏: %s",                                                                 \
      "The daily reading of the store found a file that is missing or is not what was stored.\n"   \
      "Everything else is safe. 'anjuan fsck --read-data' names all there is, 'anjuan fsck\n"      \
      "--repair --from BACKUP' puts it back. If it is more than one, replace the disk.",           \
      "每日巡检发现有文件缺失或与存入时不一致, 其余内容是安全的。anjuan fsck --read-data 列出全部, "\
      "\nanjuan fsck --repair --from 备份 可修复。若不止一处, 请更换磁盘。")                       \
    X(UNSIGNED, "e73b8ebfce62419f98df3c94cec5d128", 2,                                                \
      "the journal is not signed: %s", "业务日志未能签名: %s",                                     \
      "Work goes on and every record is safe, but no new checkpoint is signed. Where an older\n"   \
      "journal was put back this is meant: two persons begin a new epoch ('anjuan log new-epoch').\n" \
      "'anjuan fsck' says whether anything is damaged.",                                           \
      "业务照常, 记录都是安全的, 但不再签发新的检查点。若刚恢复过旧的日志, 这是有意的:\n"          \
      "由两人启用新的签名纪元 (anjuan log new-epoch)。anjuan fsck 可检查是否有损坏。")              \
    X(CLOCK_UNTRUSTED, "2b3c136c69c04e8dae11dd5001b47c1e", 4,                                      \
      "the clock is not synchronised%s", "时钟未同步%s",                                           \
      "Records are written with the trust level 'unknown' until the clock is synchronised.\n"      \
      "Check the network and the time servers ('chronyc sources'), or set the time by hand.",      \
      "时钟同步之前, 记录都带有 “不可信” 标记。请检查网络和时间服务器 (chronyc sources),\n"        \
      "或手工校时。")                                                                              \
    X(CLOCK_TRUSTED, "330a796b48f84a59acbd0345c6917d03", 5,                                        \
      "the clock is synchronised%s", "时钟已同步%s",                                               \
      "Records carry trusted time again.",                                                         \
      "记录重新带有可信时间。")                                                                    \
    X(CODE_UNHEARD, "a450484dd2c148f0b99f5a6a24d90fd7", 4,                                         \
      "a code was read and no screen is at its seat: %s", "读到条码, 但对应窗口没有打开页面: %s",  \
      "The reader works; nothing was done with what it read. Open the page at its window. Which\n"  \
      "reader belongs to which window says devices.reader of the settings; one that is not\n"      \
      "named there belongs to the only window where a page is open.",                              \
      "读码器正常, 但读到的内容没有执行。请在对应窗口打开页面。哪个读码器属于哪个窗口由设置\n"   \
      "devices.reader 决定; 未写明的属于唯一打开页面的窗口。")
/* clang-format on */
