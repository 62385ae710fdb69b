/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check.h"

#include "appliance/code/code.h"

static const char *const state_tokens[SLOT_STATES] = {"complete", "missing",  "wrong", "exempt",
                                                      "later",    "promised", "na",    "person"};
static const char *const state_words[SLOT_STATES][2] = {
    {"齐", "complete"},           {"缺", "missing"},
    {"不符", "not as asked"},     {"免提交", "need not bring"},
    {"容缺", "may follow"},       {"承诺", "promised"},
    {"不适用", "does not apply"}, {"待人工核对", "waits for a person"}};
static const char *const defect_words[DEFECT_CODES][3] = {
    {"missing", "缺件", "missing"},
    {"copies", "份数不足", "too few copies"},
    {"not-original", "非原件", "not the original"},
    {"unsigned", "未签字", "not signed"},
    {"unsealed", "未盖章", "not sealed"},
    {"expired", "过期", "expired"},
    {"name", "名称不一致", "names differ"},
    {"address", "地址不一致", "addresses differ"},
    {"scope", "经营范围未涵盖", "not within the scope of business"},
    {"form", "单位/日期格式", "unit or date not as asked"},
    {"illegible", "字迹(影像)不清", "cannot be read"},
    {"check-digits", "号码校验不符", "number does not fit its check digits"},
    {"specification", "规格不符", "not of the kind asked"},
    {"pages", "缺页", "pages missing"}};
static const char *const note_tokens[NOTE_CODES] = {"duplicate-side", "blank-side", "asked-free",
                                                    "old-number",     "number-gap", "unread-side"};

char *defect_key(const Defect *defect)
{
    g_autofree char *slot = code_slot_name(defect->slot);
    GString *key = g_string_new(slot);

    g_string_append_printf(key, "/%s", defect_code_token(defect->code));
    if (defect->field != NULL)
        g_string_append_printf(key, "/%s/%u", defect->field, defect->row + 1);
    if (defect->sheet != 0)
        g_string_append_printf(key, "/%u-%u", defect->sheet, defect->side);
    if (defect->document != 0)
        g_string_append_printf(key, "/d%03u", defect->document);
    if (defect->part != NULL)
        g_string_append_printf(key, "/%s", defect->part);
    return g_string_free(key, FALSE);
}

const char *slot_state_token(SlotState state)
{
    return state_tokens[state];
}

const char *slot_state_word(SlotState state, Lang lang)
{
    return state_words[state][lang == LANG_EN];
}

const char *defect_code_token(DefectCode code)
{
    return defect_words[code][0];
}

const char *defect_code_word(DefectCode code, Lang lang)
{
    return defect_words[code][lang == LANG_EN ? 2 : 1];
}

const char *note_code_token(NoteCode code)
{
    return note_tokens[code];
}
