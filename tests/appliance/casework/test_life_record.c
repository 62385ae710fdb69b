/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_record.h"
#include "tests/testing.h"

#include <string.h>

static const char *const keys[] = {"A05/missing", "A04/pages"};
static const gboolean fresh[] = {FALSE, TRUE};

static const LifeEvent full = {.type = EVENT_FIRST_CHECK,
                               .actor = ACTOR_SUPERVISOR,
                               .person = "王",
                               .second_person = "李",
                               .window = 3,
                               .day = 20514,
                               .minute = 601,
                               .untrusted_clock = TRUE,
                               .reason = "停电",
                               .received = 20513,
                               .received_minute = 540,
                               .taken_for = "赵",
                               .kind = "promise",
                               .secret = TRUE,
                               .keys = keys,
                               .fresh = fresh,
                               .n_keys = 2,
                               .persons_open = 1,
                               .main_missing = TRUE,
                               .paper = 7,
                               .paper_before = 6,
                               .told = TOLD_POST,
                               .reference = "EMS 1",
                               .law = "水法",
                               .remedy = "复议",
                               .organ = "水务局",
                               .good = TRUE,
                               .tolerate = TRUE,
                               .until = 20520,
                               .bad_credit = TRUE,
                               .pause = PAUSE_EXPERTS,
                               .department = "water",
                               .may_file = TRUE};

static void an_event_comes_back_whole(void **state)
{
    g_autoptr(json_t) saved = life_event_save(&full, TRUE);
    g_autofree char *line = json_line(saved);
    g_autoptr(json_t) again = NULL;
    g_autofree char *second = NULL;
    LifeRecord record;
    GError *error = NULL;

    (void)state;
    assert_true(life_event_load(saved, &record, &error));
    assert_no_error(error);
    assert_int_equal(record.event.type, EVENT_FIRST_CHECK);
    assert_int_equal(record.event.actor, ACTOR_SUPERVISOR);
    assert_int_equal(record.event.received, 20513);
    assert_int_equal(record.event.n_keys, 2);
    assert_string_equal(record.event.keys[1], "A04/pages");
    assert_false(record.event.fresh[0]);
    assert_true(record.event.fresh[1]);
    assert_int_equal(record.event.pause, PAUSE_EXPERTS);
    assert_string_equal(record.event.remedy, "复议");
    again = life_event_save(&record.event, TRUE);
    second = json_line(again);
    assert_string_equal(second, line);
}

static void a_record_of_little_is_little(void **state)
{
    const LifeEvent event = {.type = EVENT_RECEIPT,
                             .actor = ACTOR_CLERK,
                             .person = "王",
                             .day = 20514,
                             .received = DAY_NONE,
                             .until = DAY_NONE,
                             .paper = 4};
    g_autoptr(json_t) inside = life_event_save(&event, FALSE);
    g_autofree char *line = json_line(inside);

    (void)state;
    assert_string_equal(line, "{\"step\":\"receipt\",\"as\":\"clerk\",\"paper\":4}");
}

static void what_is_wrong_in_a_record_is_named(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {{"{}", "step"},
               {"{\"step\":\"jump\",\"as\":\"clerk\"}", "step"},
               {"{\"step\":\"accept\"}", "as"},
               {"{\"step\":\"accept\",\"as\":\"king\"}", "as"},
               {"{\"step\":\"accept\",\"as\":\"clerk\",\"day\":\"2026-02-30\"}", "day"},
               {"{\"step\":\"accept\",\"as\":\"clerk\",\"person\":7}", "person"},
               {"{\"step\":\"accept\",\"as\":\"clerk\",\"paper\":-1}", "paper"},
               {"{\"step\":\"accept\",\"as\":\"clerk\",\"good\":\"yes\"}", "good"},
               {"{\"step\":\"accept\",\"as\":\"clerk\",\"told\":\"printed\"}", "told"},
               {"{\"step\":\"accept\",\"as\":\"clerk\",\"evidence\":\"heard\"}", "evidence"},
               {"{\"step\":\"pause\",\"as\":\"clerk\",\"pause\":\"nap\"}", "pause"},
               {"{\"step\":\"bring\",\"as\":\"clerk\",\"keys\":[1]}", "keys"}};

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(json_t) object = json_loads(bad[i].text, 0, NULL);
        g_autoptr(GError) error = NULL;
        LifeRecord record;

        if (life_event_load(object, &record, &error))
            fail_msg("%s was read", bad[i].text);
        assert_error_code(error, ERROR_INVALID);
        assert_true(g_str_has_prefix(error->message, bad[i].why));
    }
}

static void too_many_keys_are_refused(void **state)
{
    g_autoptr(json_t) object = json_pack("{s:s,s:s}", "step", "bring", "as", "clerk");
    json_t *list = json_array();
    g_autoptr(GError) error = NULL;
    LifeRecord record;

    (void)state;
    for (int i = 0; i <= LIFE_KEYS_MAX; i++)
        json_array_append_new(list, json_string("A01/missing"));
    json_object_set_new(object, "keys", list);
    assert_false(life_event_load(object, &record, &error));
    assert_error_code(error, ERROR_INVALID);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_event_comes_back_whole),
    cmocka_unit_test(a_record_of_little_is_little),
    cmocka_unit_test(what_is_wrong_in_a_record_is_named),
    cmocka_unit_test(too_many_keys_are_refused),
};

TEST_MAIN(tests)
