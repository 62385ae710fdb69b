/* SPDX-License-Identifier: Apache-2.0
 *
 * People at the command line: who acts, who signs beside her, and the verbs over who may sign on.
 *
 * Whoever owns the data folder is the console: `user recover` gives an administrator a new PIN
 * without asking for the old one, and every change is a record.
 */
#include "ui/cli/cli_intern.h"

#include "appliance/counter/edit.h"
#include "ui/http/people.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_BYTES_MAX 1024

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

/* One line, read byte by byte: what stands behind it is the next question's answer. */
static char *read_line(int fd)
{
    GString *line = g_string_new(NULL);
    char byte;
    gssize n;

    while ((n = read(fd, &byte, 1)) == 1 && byte != '\n' && line->len < SECRET_BYTES_MAX)
        g_string_append_c(line, byte);
    return g_string_free(line, n <= 0 && line->len == 0);
}

static char *read_unseen(int fd)
{
    struct termios before, unseen;
    char *line;

    if (tcgetattr(fd, &before) != 0)
        return read_line(fd);
    unseen = before;
    unseen.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &unseen);
    line = read_line(fd);
    tcsetattr(fd, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return line;
}

char *cli_ask_secret(const Cli *cli, const char *whose, GError **error)
{
    char *secret;

    if (isatty(STDIN_FILENO)) {
        fprintf(stderr, cli->lang == LANG_ZH ? "%s 的口令: " : "PIN of %s: ", whose);
        secret = read_unseen(STDIN_FILENO);
    } else
        secret = read_line(STDIN_FILENO);
    if (secret != NULL && g_utf8_validate(secret, -1, NULL))
        return secret;
    g_free(secret);
    error_set(error, ERROR_USAGE, "the PIN of %s is asked for on standard input", whose);
    return NULL;
}

/* ── signing on ──────────────────────────────────────────────────────────────────────────── */

static Local *open_local(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autofree char *path = store != NULL ? store_path(store, "local.db") : NULL;

    return path != NULL ? local_open(path, error) : NULL;
}

static void note_denied(void *context, const Denied *denied)
{
    Cli *cli = context;
    g_autoptr(GError) error = NULL;
    EditDenied edit = {error_token(denied->code), denied->person, NULL, cli->verb->words};

    if (!edit_denied(cli->store, &edit, &error))
        g_warning("record a refused try: %s", error->message);
}

static Sessions *open_sessions(Cli *cli, Local *local, GError **error)
{
    return sessions_new(&(SessionsOptions){.local = local,
                                           .clock = *store_clock(cli->store),
                                           .random = *store_random(cli->store),
                                           .denied = note_denied,
                                           .context = cli},
                        error);
}

/* Whoever `who` is, once her PIN was right. */
static char *confirm(Cli *cli, const char *who, guint32 roles, GError **error)
{
    g_autoptr(Local) local = open_local(cli, error);
    g_autoptr(Sessions) sessions = local != NULL ? open_sessions(cli, local, error) : NULL;
    g_autofree char *secret = sessions != NULL ? cli_ask_secret(cli, who, error) : NULL;

    return secret != NULL ? sessions_confirm(sessions, &(SignOn){who, secret, ""}, roles, error)
                          : NULL;
}

gboolean cli_sign_on(Cli *cli, GError **error)
{
    const char *who = cli_value(cli, "as");
    char *number = who != NULL ? confirm(cli, who, ROLES_ALL, error) : NULL;

    if (number == NULL)
        return who == NULL;
    g_free(cli->actor_name);
    cli->actor_name = number;
    cli->actor.actor = number;
    return TRUE;
}

char *cli_second(Cli *cli, guint32 roles, GError **error)
{
    const char *who = cli_value(cli, "second");
    g_autofree char *number = NULL;

    if (who == NULL) {
        error_set(error, ERROR_SECOND_PERSON, "name her with --second USER");
        return NULL;
    }
    number = confirm(cli, who, roles, error);
    if (number == NULL || strcmp(number, cli->actor.actor) != 0)
        return g_steal_pointer(&number);
    error_set(error, ERROR_SECOND_PERSON, "%s cannot be her own second person", number);
    return NULL;
}

/* ── user … ──────────────────────────────────────────────────────────────────────────────── */

static char *roles_text(guint32 roles)
{
    GString *text = g_string_new(NULL);

    for (guint32 role = ROLE_CLERK; role <= ROLE_ADMIN; role <<= 1)
        if ((roles & role) != 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? "," : "", role_token(role));
    return g_string_free(text, FALSE);
}

static void list_person(void *taker, const LocalPerson *person)
{
    g_autofree char *roles = roles_text(person->roles), *badge = session_badge(person->number);

    json_array_append_new(taker, json_pack("{s:s, s:s, s:s, s:s, s:s}", "number", person->number,
                                           "state", person->active ? "active" : "disabled", "roles",
                                           roles, "badge", badge, "name", person->name));
}

static int run_list(Cli *cli, GError **error)
{
    g_autoptr(Local) local = open_local(cli, error);
    g_autoptr(json_t) rows = json_array();

    if (local == NULL || !local_person_list(local, list_person, rows, error))
        return 4;
    cli_table(cli, "users", rows, "number,state,roles,badge,name");
    return 0;
}

/* Tell what became of her, and record it. */
static int tell_changed(Cli *cli, const LocalPerson *person, const char *what, GError **error)
{
    g_autoptr(json_t) roles = roles_json(person->roles);
    g_autofree char *badge = session_badge(person->number);
    EditPerson edit = {person->number, what, roles, person->active};

    if (!edit_person(cli->store, &cli->actor, &edit, error))
        return 4;
    cli_row(cli, person->number, badge, person->name, NULL);
    cli_object(cli, json_pack("{s:s, s:s, s:s, s:O, s:b}", "number", person->number, "badge", badge,
                              "name", person->name, "roles", roles, "active", person->active));
    return 0;
}

static gboolean set_secret(Cli *cli, Local *local, const LocalPerson *person, GError **error)
{
    g_autoptr(Sessions) sessions = open_sessions(cli, local, error);
    g_autofree char *secret = sessions != NULL ? cli_ask_secret(cli, person->name, error) : NULL;

    return secret != NULL && sessions_secret_set(sessions, person->number, secret, error);
}

static const CliOption add_options[] = {
    {"name", 0, "NAME", TRUE, "her name", "姓名"},
    {"role", 0, "ROLE", TRUE, "clerk archivist auditor supervisor admin (may be given again)",
     "角色 clerk archivist auditor supervisor admin (可多次)"},
    {"number", 0, "DIGITS", FALSE, "her number, six digits (the next)", "工号, 六位 (顺延)"},
    {0},
};

static gboolean roles_option(const Cli *cli, guint32 *roles, GError **error)
{
    const GPtrArray *given = cli_values(cli, "role");

    *roles = 0;
    for (guint i = 0; i < given->len; i++) {
        guint32 role = role_parse(g_ptr_array_index(given, i));

        if (role == 0)
            return error_set(error, ERROR_USAGE, "--role '%s': no such role",
                             (const char *)g_ptr_array_index(given, i));
        *roles |= role;
    }
    return TRUE;
}

static int run_add(Cli *cli, GError **error)
{
    g_autoptr(Local) local = open_local(cli, error);
    g_auto(LocalPerson) person = {.name = g_strdup(cli_value(cli, "name")), .active = TRUE};

    if (local == NULL)
        return 4;
    if (!person_name_check(person.name, error) || !roles_option(cli, &person.roles, error) ||
        (person.number = person_number(local, cli_value(cli, "number"), error)) == NULL)
        return 2;
    /* The secret first: a person without one could never sign on. */
    if (!set_secret(cli, local, &person, error) || !local_person_put(local, &person, error))
        return 4;
    return tell_changed(cli, &person, "add", error);
}

static int switch_person(Cli *cli, gboolean active, GError **error)
{
    g_autoptr(Local) local = open_local(cli, error);
    g_auto(LocalPerson) person = {0};

    if (local == NULL || !local_person_get(local, cli_operand(cli, 0), &person, error))
        return 4;
    person.active = active;
    if (!person_keeps_admin(local, &person, error))
        return 1;
    if (!local_person_put(local, &person, error) ||
        (!active && !local_session_end_all(local, person.number, error)))
        return 4;
    return tell_changed(cli, &person, "change", error);
}

static int run_disable(Cli *cli, GError **error)
{
    return switch_person(cli, FALSE, error);
}

static int run_enable(Cli *cli, GError **error)
{
    return switch_person(cli, TRUE, error);
}

static int run_passwd(Cli *cli, GError **error)
{
    g_autoptr(Local) local = open_local(cli, error);
    g_auto(LocalPerson) person = {0};

    if (local == NULL || !local_person_get(local, cli_operand(cli, 0), &person, error) ||
        !set_secret(cli, local, &person, error))
        return 4;
    return tell_changed(cli, &person, "secret", error);
}

/* The way back when nobody can sign on as administrator any more. */
static int run_recover(Cli *cli, GError **error)
{
    const char *who = cli_operand(cli, 0);
    g_autoptr(Local) local = open_local(cli, error);
    g_auto(LocalPerson) person = {0};

    if (local == NULL || !local_person_get(local, who != NULL ? who : "000001", &person, error))
        return 4;
    person.roles |= ROLE_ADMIN;
    person.active = TRUE;
    if (!set_secret(cli, local, &person, error) || !local_person_put(local, &person, error))
        return 4;
    return tell_changed(cli, &person, "recover", error);
}

const CliVerb cli_person_verbs[] = {
    {"user list", "", 0, 0, "who may sign on", "列出人员", NULL, run_list},
    {"user add", "", 0, 0, "add a person (her PIN on standard input)", "增加人员 (口令从标准输入)",
     add_options, run_add},
    {"user disable", "USER", 1, 1, "she may not sign on any more", "停用人员", NULL, run_disable},
    {"user enable", "USER", 1, 1, "she may sign on again", "启用人员", NULL, run_enable},
    {"user passwd", "USER", 1, 1, "a new PIN (on standard input)", "改口令 (从标准输入)", NULL,
     run_passwd},
    {"user recover", "[USER]", 0, 1, "make her administrator again, with a new PIN",
     "恢复管理员并设新口令", NULL, run_recover},
    {0},
};
