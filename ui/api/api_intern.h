/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the API, for ui/api alone: the Api, the Call that handlers are given, and what the
 * files of this folder offer each other.
 */
#pragma once

#include "appliance/counter/act.h"
#include "appliance/counter/edit.h"
#include "appliance/counter/undo.h"
#include "drivers/device.h"
#include "ui/api/answers.h"
#include "ui/api/api.h"
#include "ui/api/pool.h"
#include "ui/api/schema.h"
#include "ui/api/views.h"
#include "ui/http/throttle.h"
#include "ui/public/page.h"

#include <pthread.h>

#define EDIT_LOCKS 16
#define PUBLIC_TRIES                                                                               \
    5 /* wrong query codes that are free, by case; four times as many by address                   \
       */

typedef struct ScanDesk ScanDesk;
typedef struct JobDesk JobDesk;
typedef struct PrintDesk PrintDesk;
typedef struct GunDesk GunDesk;
typedef struct Feed Feed;
typedef struct Shares Shares;

/* What the board says of the month, kept for a minute (board.c). */
typedef struct {
    pthread_mutex_t lock;
    json_t *oddities; /* rows of period_exceptions */
    guint on_time_permille;
    gint64 reckoned_us;
} Month;

struct Api {
    ApiOptions options;
    House *house;
    Readers *readers;
    Views *views;
    Schema *schema;
    EventHub *hub;
    Feed *feed;
    ScanDesk *scans;
    JobDesk *jobs;
    PrintDesk *prints;
    GunDesk *guns;
    Month month;
    Shares *shares;
    Answers *answers;
    Throttle *public_numbers, *public_addresses; /* wrong tries at /p/ */
    HttpRoute *routes;
    gsize n_routes;
    gint64 began_us;
    pthread_mutex_t edits[EDIT_LOCKS]; /* by case: what If-Match saw is what is edited */
};

/* One request with what handlers need of it. `body` is the JSON that fitted the operation's
 * schema, NULL where it has none. */
typedef struct {
    Api *api;
    Request *request;
    Session *session; /* NULL on open routes */
    Catalog *reader;
    StoreActor actor; /* at `station` */
    char window[4];   /* three digits: where the browser stands (desk.c) */
    char post[2];     /* "A" or "B" */
    char station[16]; /* "window:003" */
    Lang lang;
    json_t *body;
    Day today;
    guint minute;
} Call;

typedef Response *(*CallHandler)(Call *call, GError **error);

/* A row of the table: either `run`, or `page` for pages that need no Call. */
typedef struct {
    HttpMethod method;
    const char *pattern;
    guint32 roles;
    guint32 flags;
    CallHandler run;
    HttpHandler page;
    HttpOpen open;
    guint64 body_bytes;
} ApiRow;

extern const ApiRow api_rows[];
extern const gsize api_n_rows;

#define API_PREFIX "/api/v1"

/* ── call.c ──────────────────────────────────────────────────────────────────────────────── */

/* The server's handler of every row with `run`. */
Response *call_run(Request *request, void *context, GError **error);

/* The roles of who calls; 0 on open routes. */
guint32 call_roles(const Call *call);

/* Path parameter {number} as 24 digits; its row is there. NULL with an error. */
char *call_case(Call *call, json_t **row, GError **error);

/* The side {id}, or one by its name "batch-sheet-side". */
json_t *call_side(Call *call, SideName *name, GError **error);
json_t *call_side_named(Call *call, const char *id, SideName *name, GError **error);

/* Query `limit` (1…200, 50 where it is absent). */
gboolean call_limit(Call *call, gint64 *limit, GError **error);

/* A query of "true" or "false". */
gboolean call_flag(Call *call, const char *name);

/* Locks the case for the edit; where If-Match is there, its version must be that of the case
 * (ERROR_STALE). Unlock in every case that returned TRUE. */
gboolean call_edit_begin(Call *call, const char *number, GError **error);
void call_edit_end(Call *call, const char *number);

/* Whether this person may see the case's names, numbers and pages in full. */
gboolean call_sees(Call *call, const json_t *row);

/* The second person of a step; NULL where the body names none or she is not one. */
char *call_second(Call *call, guint32 roles, GError **error);

/* The value of a note of a slot ("" where there is none); rows of catalog_slots. */
const char *call_said(json_t *notes, const char *slot, const char *what);

/* Where the browser stands: its window and post, out of the cookie that patch_session set; window
 * 001 and post A where it has none. */
#define SEAT_COOKIE "seat" /* "003A" */
void call_seat(Call *call);

/* A sentence in the language of the call. */
const char *call_words(const Call *call, const char *zh, const char *en);

/* 200 (or `status`) with `value` (taken). */
Response *call_json(guint status, json_t *value);

/* Instants of the first moment of day `from` and the first behind day `to`. */
typedef struct {
    char *from, *to;
} Period;
void period_init(Period *period, Day from, Day to);
void period_clear(Period *period);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Period, period_clear)

/* Whether this person may see the page of a side; ERROR_FORBIDDEN. */
gboolean call_sees_side(Call *call, const json_t *side, GError **error);

/* An image of the side. */
Response *answer_view(Call *call, const json_t *side, const PageView *view, GError **error);

/* Address of the server as the client came by: "https://host/api/v1", or "https://host/shared/T" of
 * a token. */
char *call_base(const Call *call);

/* The case of the {token} of the route; NULL with ERROR_NOT_FOUND. */
char *call_shared(Call *call, GError **error);

/* ── show_case.c: JSON of the document ───────────────────────────────────────────────────── */

/* The schemas Case, CaseRow, Check, Side. */
json_t *show_case(Call *call, const char *number, GError **error);
json_t *show_row(Call *call, const json_t *row, GError **error);
json_t *show_rows(Call *call, json_t *rows, GError **error);
json_t *show_check(Call *call, const char *number, GError **error);
/* `side` has its facts (catalog_add_facts). */
json_t *show_side(const json_t *side, const json_t *slot, Lang lang);

/* Case with its ETag and what was said, as CaseChange. `ask` (may be NULL): nothing was done. */
Response *show_change(Call *call, const char *number, const char *said, const char *ask,
                      GError **error);

/* ── show_event.c ────────────────────────────────────────────────────────────────────────── */

/* One sentence about a record, without personal data. */
char *show_event_text(const json_t *row, Lang lang);

/* Data of the event `record`. */
char *show_record_event(Api *api, Catalog *reader, const json_t *row, Lang lang);

/* Fault of a state, out of the one list of errors. */
json_t *show_fault(ErrorCode code, const char *last_side, Lang lang);

/* ── feed.c: the hub's other end ─────────────────────────────────────────────────────────── */

/* Begins to watch the journal and makes the hub. */
Feed *feed_new(Api *api, GError **error);
void feed_free(Feed *feed);
/* Publish what was written meanwhile; cheap. From any thread. */
void feed_wake(Feed *feed);
void feed_denied(Feed *feed, const Denied *denied);
gboolean feed_fetch(void *api, const EventReplay *wanted, GError **error);

/* ── scans.c, jobs.c, iiif.c ─────────────────────────────────────────────────────────────── */

/* Where scans stand: one running on a device at a time. */
ScanDesk *scan_desk_new(Api *api);
void scan_desk_free(ScanDesk *desk);
/* {"light", "text"} of the scanners. */
json_t *scan_light(ScanDesk *desk, Lang lang);
void scan_metrics(ScanDesk *desk, GString *out);
gboolean scan_is_busy(ScanDesk *desk, const char *device);
/* Sheets still to be fed into the case go into a new document of the slot. */
void scan_aim(ScanDesk *desk, const char *case_number, guint32 slot);

/* Addresses with a token, until they end. */
Shares *shares_new(void);
void shares_free(Shares *shares);

/* Where long work stands (jobs.h). */
JobDesk *job_desk_new(Api *api);
void job_desk_free(JobDesk *desk);

/* ── handlers, by file ───────────────────────────────────────────────────────────────────── */

/* GET /session: who is signed on, and the CSRF token. */
Response *get_session(Call *call, GError **error);
/* PATCH /session: take a window or a post. */
Response *patch_session(Call *call, GError **error);
/* DELETE /session: sign off. */
Response *delete_session(Call *call, GError **error);
/* GET /status: lights of the frame and the newest sequence. */
Response *get_status(Call *call, GError **error);
/* GET /events: server-Sent Events. */
Response *get_events(Call *call, GError **error);
/* GET /items: items that can be applied for. */
Response *get_items(Call *call, GError **error);
/* GET /items/{code}: one item with its checklist. */
Response *get_item(Call *call, GError **error);
/* POST /items: import a definition of an item; from its valid_from on it is in force. */
Response *post_item(Call *call, GError **error);
/* GET /calendar: loaded holiday tables. */
Response *get_calendar(Call *call, GError **error);
/* PUT /calendar: import a holiday table. */
Response *put_calendar(Call *call, GError **error);

/* GET /cases: cases, most urgent first. */
Response *get_cases(Call *call, GError **error);
/* POST /cases: receive a case. */
Response *post_cases(Call *call, GError **error);
/* GET /cases/{number}: everything about a case. */
Response *get_case(Call *call, GError **error);
/* GET /cases/{number}/check: completeness. */
Response *get_check(Call *call, GError **error);
/* GET /cases/{number}/timeline: what happened, oldest first. */
Response *get_timeline(Call *call, GError **error);
/* POST /cases/{number}/look: full view for half an hour; the reason is journalled. */
Response *post_look(Call *call, GError **error);
/* GET /find: by any number, code or name. */
Response *get_find(Call *call, GError **error);
/* The same, where it is known already (answers.h): on the server's thread. */
Response *find_known(Request *request, void *api, GError **error);
/* GET /tray: unplaced stacks. */
Response *get_tray(Call *call, GError **error);
/* POST /tray/{batch}/place: give a stack to a case. */
Response *post_place(Call *call, GError **error);

/* POST /cases/{number}/acts: one step of casework. */
Response *post_act(Call *call, GError **error);
/* 下一份 (the next slot that lacks something) and 同类续扫: where the next sheet goes. */
gboolean act_next_slot(Call *call, const char *number, gboolean same, GError **error);
/* Tokens of acts that the case's state allows the person. */
json_t *act_next(Call *call, const CaseLife *life, const json_t *row, gboolean complete);

/* POST /cases/{number}/notices: issue a paper and print it. */
Response *post_notice(Call *call, GError **error);
/* POST /cases/{number}/receipt: issue or reprint the receipt. */
Response *post_receipt(Call *call, GError **error);
/* GET /cases/{number}/documents/{document}/pdf: an issued paper. */
Response *get_paper_pdf(Call *call, GError **error);
Response *get_preview(Call *call, GError **error);
/* GET /cases/{number}/receipts/{document}: every line of an issued receipt beside the sides that
 * stand for it now. */
Response *get_receipt(Call *call, GError **error);

/* GET /sides/{id}: facts of a side. */
Response *get_side(Call *call, GError **error);
/* GET /sides/{id}/thumbnail: 160 px wide. */
Response *get_thumbnail(Call *call, GError **error);
/* GET /sides/{id}/view: 1240 px wide. */
Response *get_view(Call *call, GError **error);
/* GET /sides/{id}/full: as captured, turned as shown. */
Response *get_full(Call *call, GError **error);
/* POST /sides/{id}/acts: turn, move, order, void, restore, accept as good. */
Response *post_side_act(Call *call, GError **error);

/* POST /scans: start feeding. */
Response *post_scan(Call *call, GError **error);
/* GET /scans/{batch}: state of a batch. */
Response *get_scan(Call *call, GError **error);
/* POST /scans/{batch}/acts: continue, stop, next slot, same slot, keep, rescan. */
Response *post_scan_act(Call *call, GError **error);
/* Opens the file that the body of an upload is streamed to. */
gboolean upload_open(Request *request, void *api, GError **error);
/* PUT /cases/{number}/uploads/{name}: pages from a file. */
Response *put_upload(Call *call, GError **error);

/* GET /fileable: what can be filed, and why the rest cannot. */
Response *get_fileable(Call *call, GError **error);
/* GET /destinations: where bundles can go. */
Response *get_destinations(Call *call, GError **error);
/* Where bundles lie. Caller's. */
char *exports_folder(const Api *api);
/* GET /exports: bundle register, newest first. */
Response *get_exports(Call *call, GError **error);
/* POST /exports: start a bundle. */
Response *post_export(Call *call, GError **error);
/* GET /exports/{job}: one bundle. */
Response *get_export(Call *call, GError **error);
/* POST /exports/{job}/acts: cancel, or note who received it. */
Response *post_export_act(Call *call, GError **error);
/* POST /audits: audit a period. */
Response *post_audit(Call *call, GError **error);
/* GET /audits/{job}: result of an audit; `latest` for the newest. */
Response *get_audit(Call *call, GError **error);
/* GET /audits/{job}/report: the report on paper. */
Response *get_audit_report(Call *call, GError **error);
/* GET /bundles: bundles that can be verified here, newest first. */
Response *get_bundles(Call *call, GError **error);
/* POST /verifications: verify a bundle. */
Response *post_verification(Call *call, GError **error);
/* GET /verifications/{job}: a verification; `latest` names the newest. */
Response *get_verification(Call *call, GError **error);

/* GET /day: figures and what is left. */
Response *get_day(Call *call, GError **error);
/* GET /day/sheet: the day sheet (日清单) as PDF. */
Response *get_day_sheet(Call *call, GError **error);
/* GET /board: deadlines with lamps. */
Response *get_board(Call *call, GError **error);
/* GET /ledgers/{ledger}: a register as CSV (UTF-8 with BOM), or as PDF. */
Response *get_ledger(Call *call, GError **error);

/* iiif.c, manifest.c: those with a token need no session and know one case. */
Response *get_manifest(Call *call, GError **error);
/* GET /cases/{number}/custody: where the papers of a case are, and who has which copy. */
Response *get_custody(Call *call, GError **error);
Response *get_shared_manifest(Call *call, GError **error);
/* GET /iiif/{id}: iIIF Image API 3.0 service of a side. */
Response *get_image_base(Call *call, GError **error);
/* GET /iiif/{id}/info.json: what the service offers: level 1. */
Response *get_image_info(Call *call, GError **error);
Response *get_image(Call *call, GError **error);
/* POST /cases/{number}/share: an address for a viewer elsewhere: without a cookie, for one hour,
 * for this case alone. */
Response *post_share(Call *call, GError **error);
/* POST /custody: where papers are now. */
Response *post_custody(Call *call, GError **error);
/* GET /diagnostics: redacted diagnostics, shown before they are saved. */
Response *get_diagnostics(Call *call, GError **error);
/* POST /day/close: day close (日清). */
Response *post_close_day(Call *call, GError **error);
/* POST /day/handover: hand over open cases (交接). */
Response *post_hand_over(Call *call, GError **error);

/* GET /backups: backups, newest first. */
Response *get_backups(Call *call, GError **error);
/* POST /backups: start a backup. */
Response *post_backup(Call *call, GError **error);
/* POST /backups/{backup}/drill: restore into a scratch folder and compare. */
Response *post_drill(Call *call, GError **error);

/* GET /prints: the print queue, the newest last. */
Response *get_prints(Call *call, GError **error);
/* POST /prints: try again what has not come out, or give one up. */
Response *post_prints(Call *call, GError **error);
/* PUT /printer: the printer of this machine. */
Response *put_printer(Call *call, GError **error);
/* GET /devices: scanners, readers, printers. */
Response *get_devices(Call *call, GError **error);
/* POST /devices/{device}/test: test page, or what a reader saw. */
Response *post_device_test(Call *call, GError **error);
/* GET /users: people. */
Response *get_users(Call *call, GError **error);
/* POST /users: add a person. */
Response *post_user(Call *call, GError **error);
/* PATCH /users/{user}: change name, roles, state. */
Response *patch_user(Call *call, GError **error);
/* POST /users/{user}/secret: a new PIN or password; ends that person's sessions. */
Response *post_user_secret(Call *call, GError **error);

/* What the applicant may know (ui/public/page.h); slows down who guesses. */
gboolean find_public(void *api, const PublicQuestion *question, PublicStatus *status,
                     GError **error);
