/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of routes: the one place that says who may do what. It is held against x-roles of
 * openapi.json by the tests.
 */
#include "ui/api/api_intern.h"

#define CASE        API_PREFIX "/cases/{number}"
#define SIDE        API_PREFIX "/sides/{id}"
#define IMAGE       API_PREFIX "/iiif/{id}"
#define SHARED      "/shared/{token}"
#define ALL         ROLES_ALL
#define W           ROUTE_WORKER
#define UPLOAD      (W | ROUTE_STREAM)
#define OPEN        (W | ROUTE_NO_CSRF)
#define FORM        PUBLIC_BODY_BYTES
#define IMAGE_PARTS "/{region}/{size}/{rotation}/{quality}"
#define ROW_MAX     (64 * 1024 * 1024)

/* ── pages without script ────────────────────────────────────────────────────────────────── */

static Sessions *sessions_of(void *context)
{
    return ((Api *)context)->options.sessions;
}

static Response *login_form(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_sign_on_form(sessions_of(context), request);
}

static Response *login(Request *request, void *context, GError **error)
{
    return public_sign_on(sessions_of(context), request, error);
}

static Response *first_run_form(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_first_run_form(sessions_of(context), request);
}

static Response *first_run(Request *request, void *context, GError **error)
{
    return public_first_run(sessions_of(context), request, error);
}

static Response *status_form(Request *request, void *context G_GNUC_UNUSED,
                             GError **error G_GNUC_UNUSED)
{
    return public_status_form(request);
}

static Response *status(Request *request, void *context, GError **error)
{
    return public_status(request, find_public, context, error);
}

/* ── the table ───────────────────────────────────────────────────────────────────────────── */

const ApiRow api_rows[] = {
    {HTTP_GET, "/login", 0, 0, NULL, login_form, NULL, 0},
    {HTTP_POST, "/login", 0, OPEN, NULL, login, NULL, FORM},
    {HTTP_GET, "/first-run", 0, 0, NULL, first_run_form, NULL, 0},
    {HTTP_POST, "/first-run", 0, OPEN, NULL, first_run, NULL, FORM},
    {HTTP_GET, "/p/", 0, 0, NULL, status_form, NULL, 0},
    {HTTP_POST, "/p/", 0, OPEN, NULL, status, NULL, FORM},

    {HTTP_GET, API_PREFIX "/session", ALL, W, get_session, NULL, NULL, 0},
    {HTTP_PATCH, API_PREFIX "/session", ALL, W, patch_session, NULL, NULL, 0},
    {HTTP_DELETE, API_PREFIX "/session", ALL, W, delete_session, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/status", ALL, W, get_status, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/events", ALL, 0, get_events, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/items", ALL, W, get_items, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/items", ROLES_ADMIN, W, post_item, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/items/{code}", ALL, W, get_item, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/calendar", ALL, W, get_calendar, NULL, NULL, 0},
    {HTTP_PUT, API_PREFIX "/calendar", ROLES_ADMIN, W, put_calendar, NULL, NULL, 0},

    {HTTP_GET, API_PREFIX "/cases", ALL, W, get_cases, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/cases", ROLES_INTAKE, W, post_cases, NULL, NULL, 0},
    {HTTP_GET, CASE, ALL, W, get_case, NULL, NULL, 0},
    {HTTP_GET, CASE "/check", ALL, W, get_check, NULL, NULL, 0},
    {HTTP_GET, CASE "/timeline", ALL, W, get_timeline, NULL, NULL, 0},
    {HTTP_POST, CASE "/look", ROLES_UNMASK, W, post_look, NULL, NULL, 0},
    {HTTP_POST, CASE "/acts", ROLE_CLERK | ROLE_ARCHIVIST | ROLE_SUPERVISOR, W, post_act, NULL,
     NULL, 0},
    {HTTP_POST, CASE "/notices", ROLES_INTAKE, W, post_notice, NULL, NULL, 0},
    {HTTP_POST, CASE "/receipt", ROLES_INTAKE, W, post_receipt, NULL, NULL, 0},
    {HTTP_GET, CASE "/preview", ROLES_INTAKE, W, get_preview, NULL, NULL, 0},
    {HTTP_GET, CASE "/documents/{document}/pdf", ALL, W, get_paper_pdf, NULL, NULL, 0},
    {HTTP_GET, CASE "/receipts/{document}", ALL, W, get_receipt, NULL, NULL, 0},
    {HTTP_PUT, CASE "/uploads/{name}", ROLES_INTAKE, UPLOAD, put_upload, NULL, upload_open,
     ROW_MAX},

    {HTTP_POST, API_PREFIX "/scans", ROLES_INTAKE, W, post_scan, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/scans/{batch}", ROLES_INTAKE, W, get_scan, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/scans/{batch}/acts", ROLES_INTAKE, W, post_scan_act, NULL, NULL, 0},

    {HTTP_GET, SIDE, ALL, W, get_side, NULL, NULL, 0},
    {HTTP_GET, SIDE "/thumbnail", ALL, W, get_thumbnail, NULL, NULL, 0},
    {HTTP_GET, SIDE "/view", ALL, W, get_view, NULL, NULL, 0},
    {HTTP_GET, SIDE "/full", ALL, W, get_full, NULL, NULL, 0},
    {HTTP_POST, SIDE "/acts", ROLES_INTAKE, W, post_side_act, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/tray", ROLES_INTAKE, W, get_tray, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/tray/{batch}/place", ROLES_INTAKE, W, post_place, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/find", ALL, W, get_find, NULL, NULL, 0},

    {HTTP_GET, API_PREFIX "/fileable", ROLES_ARCHIVE, W, get_fileable, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/destinations", ROLES_ARCHIVE, W, get_destinations, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/exports", ROLE_ARCHIVIST | ROLE_AUDITOR, W, get_exports, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/exports", ROLES_ARCHIVE, W, post_export, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/exports/{job}", ROLE_ARCHIVIST | ROLE_AUDITOR, W, get_export, NULL,
     NULL, 0},
    {HTTP_POST, API_PREFIX "/exports/{job}/acts", ROLES_ARCHIVE, W, post_export_act, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/audits", ROLES_AUDIT, W, post_audit, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/audits/{job}", ROLES_AUDIT, W, get_audit, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/audits/{job}/report", ROLES_AUDIT, W, get_audit_report, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/bundles", ROLES_AUDIT, W, get_bundles, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/verifications", ROLES_AUDIT, W, post_verification, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/verifications/{job}", ROLES_AUDIT, W, get_verification, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/day", ROLES_BOARD, W, get_day, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/day/sheet", ROLES_BOARD, W, get_day_sheet, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/board", ROLES_BOARD, W, get_board, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/ledgers/{ledger}", ALL & ~(guint32)ROLE_ADMIN, W, get_ledger, NULL,
     NULL, 0},

    {HTTP_GET, CASE "/manifest", ALL, W, get_manifest, NULL, NULL, 0},
    {HTTP_GET, CASE "/custody", ALL, W, get_custody, NULL, NULL, 0},
    {HTTP_POST, CASE "/share", ROLES_UNMASK, W, post_share, NULL, NULL, 0},
    {HTTP_GET, IMAGE, ALL, W, get_image_base, NULL, NULL, 0},
    {HTTP_GET, IMAGE "/info.json", ALL, W, get_image_info, NULL, NULL, 0},
    {HTTP_GET, IMAGE IMAGE_PARTS, ALL, W, get_image, NULL, NULL, 0},
    {HTTP_GET, SHARED "/manifest", 0, W, get_shared_manifest, NULL, NULL, 0},
    {HTTP_GET, SHARED "/iiif/{id}", 0, W, get_image_base, NULL, NULL, 0},
    {HTTP_GET, SHARED "/iiif/{id}/info.json", 0, W, get_image_info, NULL, NULL, 0},
    {HTTP_GET, SHARED "/iiif/{id}" IMAGE_PARTS, 0, W, get_image, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/custody", ROLE_CLERK | ROLE_ARCHIVIST, W, post_custody, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/day/close", ROLES_BOARD, W, post_close_day, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/day/handover", ROLES_INTAKE, W, post_hand_over, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/diagnostics", ROLES_ADMIN, W, get_diagnostics, NULL, NULL, 0},

    {HTTP_GET, API_PREFIX "/backups", ROLES_ADMIN, W, get_backups, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/backups", ROLES_ADMIN, W, post_backup, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/backups/{backup}/drill", ROLES_ADMIN, W, post_drill, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/prints", ROLES_INTAKE | ROLES_ADMIN, W, get_prints, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/prints", ROLES_INTAKE | ROLES_ADMIN, W, post_prints, NULL, NULL, 0},
    {HTTP_PUT, API_PREFIX "/printer", ROLES_ADMIN, W, put_printer, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/devices", ALL, W, get_devices, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/devices/{device}/test", ROLES_INTAKE | ROLES_ADMIN, W,
     post_device_test, NULL, NULL, 0},
    {HTTP_GET, API_PREFIX "/users", ROLES_ADMIN, W, get_users, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/users", ROLES_ADMIN, W, post_user, NULL, NULL, 0},
    {HTTP_PATCH, API_PREFIX "/users/{user}", ROLES_ADMIN, W, patch_user, NULL, NULL, 0},
    {HTTP_POST, API_PREFIX "/users/{user}/secret", ALL, W, post_user_secret, NULL, NULL, 0},
};
const gsize api_n_rows = G_N_ELEMENTS(api_rows);
