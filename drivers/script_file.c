/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/script_file.h"

#include "appliance/base/json.h"
#include "appliance/base/json_lines.h"

#include <string.h>

/* The text being judged: every complaint names its line. */
typedef struct {
    GHashTable *lines;
    const char *name;
    const char *folder;
    GError **error;
} Judge;

static const char *const deeds[SCRIPT_DEED_COUNT + 1] = {
    [SCRIPT_LATE] = "late",
    [SCRIPT_NO_DOCUMENTS] = "no-documents",
    [SCRIPT_JAM] = "jam",
    [SCRIPT_STICKY_JAM] = "sticky-jam",
    [SCRIPT_COVER_OPEN] = "cover-open",
    [SCRIPT_DOUBLE_FEED] = "double-feed",
    [SCRIPT_MIS_PICK] = "mis-pick",
    [SCRIPT_HALF_IMAGE] = "half-image",
    [SCRIPT_LOST] = "lost",
    [SCRIPT_BUSY] = "busy",
    [SCRIPT_SILENT] = "silent",
    [SCRIPT_HANG] = "hang",
    [SCRIPT_CRASH] = "crash",
    [SCRIPT_NONSENSE_SIZE] = "nonsense-size",
    [SCRIPT_ENDLESS] = "endless",
    [SCRIPT_AFTER_STOP] = "after-stop",
    [SCRIPT_BUTTON] = "button",
};

static const char *const features[] = {"feeder",        "duplex", "counter", "double-feed",
                                       "paper-present", "button", "still",   "jpeg",
                                       "stop",          NULL};

static const char *const patterns[] = {"", "numbered", "white", NULL};

G_GNUC_PRINTF(3, 4)
static gboolean complain(const Judge *judge, const char *path, const char *format, ...)
{
    g_autofree char *why = NULL;
    va_list args;

    va_start(args, format);
    why = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set(judge->error, ERROR_DEFINITION, "%s, line %u, %s: %s", judge->name,
                     json_lines_at(judge->lines, path), *path != '\0' ? path : "/", why);
}

static char *member(const char *path, const char *key)
{
    return g_strconcat(path, "/", key, NULL);
}

static int index_in(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

/* `value` is an object and has no key beyond `keys`. */
static gboolean check_object(const Judge *judge, const char *path, json_t *value,
                             const char *const *keys)
{
    const char *key;
    json_t *child;

    if (!json_is_object(value))
        return complain(judge, path, "must be an object");
    json_object_foreach(value, key, child)
    {
        if (index_in(keys, key) < 0) {
            g_autofree char *where = member(path, key);

            return complain(judge, where, "unknown key");
        }
    }
    return TRUE;
}

static gboolean take_number(const Judge *judge, const char *path, const json_t *object,
                            const char *key, guint *number)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL)
        return TRUE;
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > SCRIPT_SHEETS_MAX * 10) {
        g_autofree char *where = member(path, key);

        return complain(judge, where, "must be a whole number from 0 to %u",
                        SCRIPT_SHEETS_MAX * 10);
    }
    *number = (guint)json_integer_value(value);
    return TRUE;
}

static gboolean take_flag(const Judge *judge, const char *path, const json_t *object,
                          const char *key, gboolean *flag)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL)
        return TRUE;
    if (!json_is_boolean(value)) {
        g_autofree char *where = member(path, key);

        return complain(judge, where, "must be true or false");
    }
    *flag = json_is_true(value);
    return TRUE;
}

static gboolean take_text(const Judge *judge, const char *path, const json_t *object,
                          const char *key, char **text)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL)
        return TRUE;
    if (!json_is_string(value) || json_string_length(value) > SCANNER_SOURCE_MAX) {
        g_autofree char *where = member(path, key);

        return complain(judge, where, "must be a text of at most %d bytes", SCANNER_SOURCE_MAX);
    }
    *text = g_strdup(json_string_value(value));
    return TRUE;
}

static gboolean take_features(const Judge *judge, const json_t *device, Script *script)
{
    json_t *list = json_object_get(device, "features");
    json_t *value;
    gsize i;

    if (list == NULL)
        return TRUE;
    if (!json_is_array(list))
        return complain(judge, "/device/features", "must be a list");
    script->features = 0;
    json_array_foreach(list, i, value)
    {
        int feature = json_is_string(value) ? index_in(features, json_string_value(value)) : -1;
        g_autofree char *where = g_strdup_printf("/device/features/%zu", i);

        if (feature < 0)
            return complain(judge, where, "no known feature");
        script->features |= 1u << feature;
    }
    return TRUE;
}

static gboolean take_device(const Judge *judge, const json_t *root, Script *script)
{
    static const char *const keys[] = {"vendor", "model", "serial", "features", NULL};
    json_t *device = json_object_get(root, "device");

    if (device == NULL)
        return TRUE;
    return check_object(judge, "/device", device, keys) &&
           take_text(judge, "/device", device, "vendor", &script->info.vendor) &&
           take_text(judge, "/device", device, "model", &script->info.model) &&
           take_text(judge, "/device", device, "serial", &script->info.serial) &&
           take_features(judge, device, script);
}

static gboolean take_pattern(const Judge *judge, const char *path, const json_t *value,
                             ScriptSide *side)
{
    g_autofree char *pattern = NULL;
    g_autofree char *where = member(path, "pattern");
    int index;

    if (!take_text(judge, path, value, "pattern", &pattern))
        return FALSE;
    if ((pattern == NULL) == (side->path == NULL))
        return complain(judge, path, "must have either path or pattern");
    if (pattern == NULL)
        return TRUE;
    index = index_in(patterns, pattern);
    if (index <= SCRIPT_PATTERN_NONE)
        return complain(judge, where, "no known pattern");
    side->pattern = (ScriptPattern)index;
    return TRUE;
}

static gboolean take_side(const Judge *judge, const char *path, json_t *value, ScriptSide *side)
{
    static const char *const keys[] = {"path", "pattern", "width_px", "height_px", NULL};
    g_autofree char *relative = NULL;

    if (!check_object(judge, path, value, keys) ||
        !take_text(judge, path, value, "path", &relative) ||
        !take_number(judge, path, value, "width_px", &side->width_px) ||
        !take_number(judge, path, value, "height_px", &side->height_px))
        return FALSE;
    if (side->width_px > SCANNER_SIDE_PX_MAX || side->height_px > SCANNER_SIDE_PX_MAX)
        return complain(judge, path, "sides end at %u px", SCANNER_SIDE_PX_MAX);
    if (relative != NULL)
        side->path = g_canonicalize_filename(relative, judge->folder);
    return take_pattern(judge, path, value, side);
}

static gboolean take_sheet(const Judge *judge, gsize i, json_t *value, Script *script)
{
    static const char *const keys[] = {"repeat", "front", "back", NULL};
    g_autofree char *path = g_strdup_printf("/sheets/%zu", i);
    g_autofree char *front_path = member(path, "front");
    g_autofree char *back_path = member(path, "back");
    json_t *front = json_object_get(value, "front");
    json_t *back = json_object_get(value, "back");
    ScriptSheet *sheet;

    g_array_append_val(script->sheets, ((ScriptSheet){.repeat = 1}));
    sheet = &g_array_index(script->sheets, ScriptSheet, i);
    sheet->front.pattern = SCRIPT_PATTERN_NUMBERED;
    sheet->back.pattern = SCRIPT_PATTERN_NUMBERED;
    if (!check_object(judge, path, value, keys) ||
        !take_number(judge, path, value, "repeat", &sheet->repeat))
        return FALSE;
    if (sheet->repeat == 0 || sheet->repeat > SCRIPT_SHEETS_MAX - script->n_sheets)
        return complain(judge, path, "a script has 1 to %u sheets", SCRIPT_SHEETS_MAX);
    script->n_sheets += sheet->repeat;
    return (front == NULL || take_side(judge, front_path, front, &sheet->front)) &&
           (back == NULL || take_side(judge, back_path, back, &sheet->back));
}

static gboolean take_event(const Judge *judge, gsize i, json_t *value, Script *script)
{
    static const char *const keys[] = {"at", "back", "row", "do", "times", "ms", NULL};
    g_autofree char *path = g_strdup_printf("/events/%zu", i);
    g_autofree char *deed_path = member(path, "do");
    g_autofree char *deed = NULL;
    ScriptEvent event = {.times = 1};
    int index;

    if (!check_object(judge, path, value, keys) ||
        !take_number(judge, path, value, "at", &event.at) ||
        !take_flag(judge, path, value, "back", &event.back) ||
        !take_number(judge, path, value, "row", &event.row) ||
        !take_number(judge, path, value, "times", &event.times) ||
        !take_number(judge, path, value, "ms", &event.ms) ||
        !take_text(judge, path, value, "do", &deed))
        return FALSE;
    index = deed != NULL ? index_in(deeds, deed) : -1;
    if (index < 0)
        return complain(judge, deed_path, "no known deed");
    if (event.at == 0 || event.at > script->n_sheets)
        return complain(judge, path, "at: there are %u sheets", script->n_sheets);
    event.deed = (ScriptDeed)index;
    g_array_append_val(script->events, event);
    return TRUE;
}

static gboolean take_lists(const Judge *judge, const json_t *root, Script *script)
{
    json_t *sheets = json_object_get(root, "sheets");
    json_t *events = json_object_get(root, "events");
    json_t *value;
    gsize i;

    if (!json_is_array(sheets))
        return complain(judge, "/sheets", "must be a list");
    json_array_foreach(sheets, i, value)
    {
        if (!take_sheet(judge, i, value, script))
            return FALSE;
    }
    if (events != NULL && !json_is_array(events))
        return complain(judge, "/events", "must be a list");
    json_array_foreach(events, i, value)
    {
        if (!take_event(judge, i, value, script))
            return FALSE;
    }
    return TRUE;
}

/* Encoded files cannot be turned here without decoding them. */
static gboolean check_backs(const Judge *judge, const Script *script)
{
    for (guint i = 0; script->backs_upside_down && i < script->sheets->len; i++) {
        const char *path = g_array_index(script->sheets, ScriptSheet, i).back.path;

        if (script_media_type(path) != NULL) {
            g_autofree char *where = g_strdup_printf("/sheets/%u/back", i);

            return complain(judge, where, "only PNM files and patterns can be turned");
        }
    }
    return TRUE;
}

static gboolean take_script(const Judge *judge, json_t *root, Script *script)
{
    static const char *const keys[] = {"story",        "device", "backs_upside_down",
                                       "jam_on_empty", "refill", "place",
                                       "sheets",       "events", NULL};
    g_autofree char *place = NULL;

    if (!check_object(judge, "", root, keys) || !take_device(judge, root, script) ||
        !take_flag(judge, "", root, "backs_upside_down", &script->backs_upside_down) ||
        !take_flag(judge, "", root, "jam_on_empty", &script->jam_on_empty) ||
        !take_flag(judge, "", root, "refill", &script->refill) ||
        !take_text(judge, "", root, "place", &place) || !take_lists(judge, root, script))
        return FALSE;
    if (place != NULL)
        script->place = g_canonicalize_filename(place, judge->folder);
    return check_backs(judge, script);
}

static void clear_sheet(void *data)
{
    ScriptSheet *sheet = data;

    g_free(sheet->front.path);
    g_free(sheet->back.path);
}

static Script *script_new(void)
{
    Script *script = g_new0(Script, 1);

    script->features = SCANNER_HAS_FEEDER | SCANNER_HAS_DUPLEX | SCANNER_HAS_COUNTER |
                       SCANNER_HAS_DOUBLE_FEED | SCANNER_HAS_PAPER_PRESENT | SCANNER_HAS_STOP;
    script->sheets = g_array_new(FALSE, TRUE, sizeof(ScriptSheet));
    g_array_set_clear_func(script->sheets, clear_sheet);
    script->events = g_array_new(FALSE, TRUE, sizeof(ScriptEvent));
    return script;
}

static void default_text(char **text, const char *otherwise)
{
    if (*text == NULL)
        *text = g_strdup(otherwise);
}

Script *script_parse(const char *text, gsize size, const char *name, const char *folder,
                     GError **error)
{
    g_autoptr(json_t) root = json_parse(text, size, name, ERROR_DEFINITION, error);
    g_autoptr(GHashTable) lines = NULL;
    Judge judge = {.name = name, .folder = folder, .error = error};
    g_autoptr(Script) script = NULL;

    if (root == NULL)
        return NULL;
    judge.lines = lines = json_lines(text, size);
    script = script_new();
    if (!take_script(&judge, root, script))
        return NULL;
    default_text(&script->info.vendor, "anjuan");
    default_text(&script->info.model, "script");
    default_text(&script->info.serial, "");
    return g_steal_pointer(&script);
}

Script *script_read(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, SCRIPT_BYTES_MAX, error);
    g_autofree char *folder = NULL;
    g_autofree char *absolute = NULL;
    const char *text;
    gsize size;

    if (bytes == NULL)
        return NULL;
    absolute = g_canonicalize_filename(path, NULL);
    folder = g_path_get_dirname(absolute);
    text = g_bytes_get_data(bytes, &size);
    return script_parse(text != NULL ? text : "", size, path, folder, error);
}

const ScriptSheet *script_sheet(const Script *script, guint number)
{
    for (guint i = 0; i < script->sheets->len; i++) {
        const ScriptSheet *sheet = &g_array_index(script->sheets, ScriptSheet, i);

        if (number <= sheet->repeat)
            return sheet;
        number -= sheet->repeat;
    }
    return NULL;
}

const char *script_media_type(const char *path)
{
    static const char *const types[][2] = {{".jpg", "image/jpeg"},  {".jpeg", "image/jpeg"},
                                           {".png", "image/png"},   {".tif", "image/tiff"},
                                           {".tiff", "image/tiff"}, {".pdf", "application/pdf"}};

    for (gsize i = 0; path != NULL && i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(path, types[i][0]))
            return types[i][1];
    return NULL;
}

void script_free(Script *script)
{
    if (script == NULL)
        return;
    g_free(script->info.name);
    g_free(script->info.vendor);
    g_free(script->info.model);
    g_free(script->info.serial);
    g_free(script->place);
    g_array_unref(script->sheets);
    g_array_unref(script->events);
    g_free(script);
}
