/* SPDX-License-Identifier: Apache-2.0
 *
 * Own codes: what stands as Code 128 and QR on every paper, card, box and badge of the house.
 *
 * A keyboard-wedge gun types through the Chinese input method, which lets digits pass and letters
 * not; so a code is digits alone, of even length (Code 128 set C), and ends in two check digits by
 * ISO/IEC 7064 MOD 97-10. A case begins with its region (11…82); the prefixes 94…99 never collide.
 *
 *   case       region 6, hall 3, date 6, window 3, serial 4, KK                     24 digits
 *   document   94, case body 22, document 3, copy 1, KK                             30
 *   day close  95, date 6, hall 3, window 3, root 8, KK                             24
 *   place      96, number 8, KK                                                     12
 *   person     97, user 6, KK                                                       10
 *   slot       98, item 6, slot 4, set 6, n 2, m 2, KK                              24
 *   command    99, command 2, parameter 2, KK                                        8
 *
 * A code is printed with a hyphen between its parts and read with or without them. A Code is a
 * plain value; strings that come out are the caller's.
 */
#pragma once

#include "appliance/base/error.h"

#define DOCUMENTS_MAX   999 /* 统一编号 has three digits */
#define CODE_DIGITS_MAX 30
#define CODE_ITEM_CARD  0 /* the slot of an item card: opens a case of its item */

typedef enum {
    CODE_CASE,
    CODE_DOCUMENT,
    CODE_DAY_CLOSE,
    CODE_PLACE,
    CODE_PERSON,
    CODE_SLOT,
    CODE_COMMAND,
    CODE_KINDS
} CodeKind;

/* What a command card says; the numbers stand on printed cards and never change. */
typedef enum {
    COMMAND_NEXT_DOCUMENT = 1, /* 下一份 */
    COMMAND_NEXT_SAME_SLOT,    /* 同类下一份 */
    COMMAND_UNDO,              /* 撤销 */
    COMMAND_RESCAN,            /* 重扫此面 */
    COMMAND_INTAKE_FINISHED,   /* 收件完成 */
    COMMAND_SUSPEND,           /* 挂起 */
    COMMAND_TELL_ONCE,         /* 一次告知 */
    COMMAND_PRINT_RECEIPT,     /* 打印凭证 */
    COMMAND_START,             /* 开始/继续 */
    COMMAND_HELP,              /* 帮助 */
    COMMAND_CANCEL,            /* 取消 */
    COMMAND_OUT_OF_SERVICE,    /* 暂停服务 */
    COMMAND_END
} CodeCommand;

/* The body of a case number: 22 digits without its check digits. */
typedef struct {
    guint32 region; /* 110000…829999, the code of the place the hall lies in */
    guint32 hall;   /* 1…999 */
    guint32 date;   /* yymmdd of a real day, 2000…2099 */
    guint32 window; /* 1…999 */
    guint32 serial; /* 1…9999 */
} CodeCase;

typedef struct {
    CodeKind kind;
    union {
        CodeCase of_case; /* CODE_CASE */
        struct {
            CodeCase of_case;
            guint32 number; /* 1…999, the 统一编号 in the case */
            guint32 copy;   /* 0…9; 0 = the document as such */
        } document;
        struct {
            guint32 date, hall, window;
            guint32 root; /* the first 8 bytes of the journal's root mod 10^8 */
        } day_close;
        guint32 place;  /* 1…99999999: box, shelf, cabinet */
        guint32 person; /* 1…999999 */
        struct {
            guint32 item;  /* 1…999999, the item's local number */
            guint32 slot;  /* 1001…3999, or CODE_ITEM_CARD */
            guint32 set;   /* 0…999999, the printed set or label */
            guint32 sheet; /* n: 1…m */
            guint32 of;    /* m: 2…99; an item card may be 1 */
        } slot;
        struct {
            CodeCommand command;
            guint32 parameter; /* 0…99 */
        } command;
    };
} Code;

/* The two check digits (2…98) of a body of decimal digits, by MOD 97-10. */
guint code_check_digits(const char *body);

/* Whether a string of digits, its last two included, fits MOD 97-10. */
gboolean code_check_fits(const char *digits);

/* Read a code, with or without hyphens. ERROR_INVALID: none of ours (length, prefix, or a part
 * that no code of ours can hold); ERROR_CHECK_DIGITS: ours by its form, but a digit is mistyped.
 * The check digits are judged first, so a slip of the finger is never called an impossible date. */
gboolean code_parse(const char *text, Code *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The digits to print as a symbol. ERROR_INVALID names the part that is out of its range. */
char *code_compose(const Code *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with hyphens between the parts, as people read it. */
char *code_print(const Code *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "case", "document", "day-close", "place", "person", "slot", "command". */
const char *code_kind_token(CodeKind kind);

/* Slot names: A01 = 1001, B03 = 2003, C120 = 3120. 0 where `name` is no slot name. */
guint32 code_slot_number(const char *name);

/* The inverse; NULL where `slot` is none. */
char *code_slot_name(guint32 slot) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a yymmdd is a real day of 2000…2099. */
gboolean code_date_is_real(guint32 yymmdd);
