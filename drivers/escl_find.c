/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/escl_find.h"

#include "appliance/base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define SERVICE     "_uscan._tcp.local"
#define HEAD_BYTES  12
#define DOTTED_MAX  256 /* of a name in dots, its end too */
#define JUMPS_MAX   16
#define RECORDS_MAX 256
#define ANSWER_MAX  9000 /* RFC 6762 17 */

enum { TYPE_A = 1, TYPE_PTR = 12, TYPE_TXT = 16, TYPE_SRV = 33, CLASS_IN = 1 };

typedef struct {
    const guint8 *bytes;
    gsize size;
    gsize at;
} Answer;

/* One record; `data` is where its data begins in the answer. */
typedef struct {
    char name[DOTTED_MAX];
    guint type;
    gsize data;
    gsize size;
} Record;

/* --- reading --- */

static gboolean take16(Answer *answer, guint *value)
{
    if (answer->size - answer->at < 2)
        return FALSE;
    *value = (guint)answer->bytes[answer->at] << 8 | answer->bytes[answer->at + 1];
    answer->at += 2;
    return TRUE;
}

/* The label at *at, appended with a dot behind it; a dot of its own becomes a space. */
static gboolean take_label(const Answer *answer, gsize *at, GString *name)
{
    gsize length = answer->bytes[*at];

    if (answer->size - *at <= length || name->len + length + 2 > DOTTED_MAX)
        return FALSE;
    for (gsize i = 1; i <= length; i++) {
        char c = (char)answer->bytes[*at + i];

        g_string_append_c(name, c == '.' || c == '\0' ? ' ' : g_ascii_tolower(c));
    }
    g_string_append_c(name, '.');
    *at += length + 1;
    return TRUE;
}

/* The name that begins at *at in lower case, without a dot at its end; *at moves behind it. A
 * pointer leads back to an earlier name (RFC 1035 4.1.4). */
static gboolean take_name(const Answer *answer, gsize *at, char out[DOTTED_MAX])
{
    g_autoptr(GString) name = g_string_new(NULL);
    gsize from = *at;
    guint jumps = 0;

    while (from < answer->size && answer->bytes[from] != 0) {
        guint8 first = answer->bytes[from];

        if ((first & 0xc0) == 0xc0) {
            if (answer->size - from < 2 || jumps++ == JUMPS_MAX)
                return FALSE;
            if (jumps == 1)
                *at = from + 2;
            from = (gsize)(first & 0x3f) << 8 | answer->bytes[from + 1];
            continue;
        }
        if ((first & 0xc0) != 0 || !take_label(answer, &from, name))
            return FALSE;
    }
    if (from >= answer->size)
        return FALSE;
    if (jumps == 0)
        *at = from + 1;
    if (name->len > 0)
        g_string_truncate(name, name->len - 1);
    g_strlcpy(out, name->str, DOTTED_MAX);
    return TRUE;
}

static gboolean take_record(Answer *answer, Record *record)
{
    guint class, ttl, size;

    if (!take_name(answer, &answer->at, record->name) || !take16(answer, &record->type) ||
        !take16(answer, &class) || !take16(answer, &ttl) || !take16(answer, &ttl) ||
        !take16(answer, &size) || answer->size - answer->at < size)
        return FALSE;
    record->data = answer->at;
    record->size = size;
    answer->at += size;
    return TRUE;
}

/* Questions are passed over; the records of the three other parts are all alike. */
static GArray *take_records(Answer *answer)
{
    GArray *records = g_array_new(FALSE, FALSE, sizeof(Record));
    guint id, flags, n_questions, counts[3], n = 0;

    if (!take16(answer, &id) || !take16(answer, &flags) || (flags & 0x8000) == 0 ||
        !take16(answer, &n_questions) || !take16(answer, &counts[0]) ||
        !take16(answer, &counts[1]) || !take16(answer, &counts[2]))
        return records;
    for (guint i = 0; i < n_questions; i++) {
        char name[DOTTED_MAX];
        guint word;

        if (!take_name(answer, &answer->at, name) || !take16(answer, &word) ||
            !take16(answer, &word))
            return records;
    }
    n = MIN(counts[0] + counts[1] + counts[2], RECORDS_MAX);
    for (guint i = 0; i < n; i++) {
        Record record;

        if (!take_record(answer, &record))
            break;
        g_array_append_val(records, record);
    }
    return records;
}

static const Record *find_record(const GArray *records, const char *name, guint type)
{
    for (guint i = 0; i < records->len; i++) {
        const Record *record = &g_array_index(records, Record, i);

        if (record->type == type && strcmp(record->name, name) == 0)
            return record;
    }
    return NULL;
}

/* --- what it says --- */

/* "rs=…" of the text record: the path, "eSCL" where it says none. */
static char *path_of(const Answer *answer, const Record *text)
{
    gsize at = text != NULL ? text->data : 0, end = text != NULL ? text->data + text->size : 0;

    while (at < end) {
        gsize length = answer->bytes[at];
        const char *entry = (const char *)answer->bytes + at + 1;

        if (length >= end - at)
            break;
        if (length > 3 && g_ascii_strncasecmp(entry, "rs=", 3) == 0 && entry[3] != '/')
            return g_uri_escape_bytes((const guint8 *)entry + 3, length - 3, "/");
        at += length + 1;
    }
    return g_strdup("eSCL");
}

/* The host's own address, or the one that the answer came from. */
static void address_of(const Answer *answer, const Record *host, const char *sender,
                       char out[INET_ADDRSTRLEN])
{
    if (host == NULL || host->size != 4 ||
        inet_ntop(AF_INET, answer->bytes + host->data, out, INET_ADDRSTRLEN) == NULL)
        g_strlcpy(out, sender, INET_ADDRSTRLEN);
}

static void add_scanner(const Answer *answer, const GArray *records, const Record *service,
                        const char *sender, GPtrArray *found)
{
    Answer data = {answer->bytes, service->data + service->size, service->data};
    guint priority, weight, port;
    char target[DOTTED_MAX], address[INET_ADDRSTRLEN];
    g_autofree char *path = NULL;
    char *url;

    if (!take16(&data, &priority) || !take16(&data, &weight) || !take16(&data, &port) ||
        port == 0 || !take_name(answer, &data.at, target))
        return;
    path = path_of(answer, find_record(records, service->name, TYPE_TXT));
    address_of(answer, find_record(records, target, TYPE_A), sender, address);
    url = g_strdup_printf("http://%s:%u/%s", address, port, path);
    if (g_ptr_array_find_with_equal_func(found, url, g_str_equal, NULL))
        g_free(url);
    else
        g_ptr_array_add(found, url);
}

gboolean escl_find_read(const guint8 *bytes, gsize size, const char *sender, GPtrArray *found)
{
    Answer answer = {bytes, size, 0};
    g_autoptr(GArray) records = take_records(&answer);
    guint n = 0;

    for (guint i = 0; i < records->len && n < ESCL_FIND_MAX; i++) {
        const Record *record = &g_array_index(records, Record, i);

        if (record->type != TYPE_SRV || !g_str_has_suffix(record->name, "." SERVICE))
            continue;
        add_scanner(&answer, records, record, sender, found);
        n++;
    }
    return n > 0;
}

/* --- asking --- */

GBytes *escl_find_question(void)
{
    static const guint8 head[HEAD_BYTES] = {[5] = 1}; /* one question */
    g_auto(GStrv) labels = g_strsplit(SERVICE, ".", -1);
    GByteArray *question = g_byte_array_new();
    static const guint8 tail[] = {0, 0, TYPE_PTR, 0, CLASS_IN};

    g_byte_array_append(question, head, sizeof head);
    for (guint i = 0; labels[i] != NULL; i++) {
        guint8 length = (guint8)strlen(labels[i]);

        g_byte_array_append(question, &length, 1);
        g_byte_array_append(question, (const guint8 *)labels[i], length);
    }
    g_byte_array_append(question, tail, sizeof tail);
    return g_byte_array_free_to_bytes(question);
}

static gboolean ask(int fd, const struct sockaddr_in *to, GError **error)
{
    g_autoptr(GBytes) question = escl_find_question();
    gsize size;
    const void *bytes = g_bytes_get_data(question, &size);

    if (sendto(fd, bytes, size, 0, (const struct sockaddr *)to, sizeof *to) != (ssize_t)size)
        return error_set_errno(error, ERROR_IO, errno, "ask the network for scanners");
    return TRUE;
}

static void hear(int fd, guint wait_ms, GPtrArray *found)
{
    gint64 until_us = g_get_monotonic_time() + (gint64)wait_ms * 1000;
    g_autofree guint8 *bytes = g_malloc(ANSWER_MAX);

    for (gint64 left_us = (gint64)wait_ms * 1000; left_us > 0;
         left_us = until_us - g_get_monotonic_time()) {
        struct pollfd readable = {fd, POLLIN, 0};
        struct sockaddr_in from = {0};
        socklen_t length = sizeof from;
        char sender[INET_ADDRSTRLEN] = "";
        ssize_t size = -1;

        if (poll(&readable, 1, (int)(left_us / 1000) + 1) > 0)
            size = recvfrom(fd, bytes, ANSWER_MAX, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
        if (size > 0 && inet_ntop(AF_INET, &from.sin_addr, sender, sizeof sender) != NULL)
            escl_find_read(bytes, (gsize)size, sender, found);
    }
}

GPtrArray *escl_find(const EsclFindOptions *options, GError **error)
{
    const char *address = options->address != NULL ? options->address : ESCL_FIND_GROUP;
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port =
                                 htons(options->port != 0 ? options->port : ESCL_FIND_PORT)};
    g_auto(Fd) fd = -1;

    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) {
        error_set(error, ERROR_INVALID, "%s: no numeric address", address);
        return NULL;
    }
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        error_set_errno(error, ERROR_IO, errno, "socket");
        return NULL;
    }
    if (!ask(fd, &to, error))
        return NULL;
    hear(fd, options->wait_ms != 0 ? options->wait_ms : ESCL_FIND_MS, found);
    return g_steal_pointer(&found);
}
