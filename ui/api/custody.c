/* SPDX-License-Identifier: Apache-2.0
 *
 * Where papers are: what the screens say and ask of it.
 */
#include "ui/api/api_intern.h"

#include "appliance/counter/keeping.h"

#include <string.h>

/* "box" and a number are a box, "window" … the place of that name, "applicant" hands back; any
 * other word names a cabinet. */
static CustodyEvent event_of(const json_t *body)
{
    static const CustodyPlace places[] = {PLACE_WINDOW, PLACE_DEPARTMENT, PLACE_CABINET, PLACE_BOX,
                                          PLACE_SHELF};
    const char *place = json_text(body, "place"), *box = json_text(body, "box");
    CustodyEvent event = {
        .type = CUSTODY_MOVE, .to = PLACE_CABINET, .where = place, .due = DAY_NONE};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        if (strcmp(place, custody_place_token(places[i])) == 0)
            event.to = places[i];
    if (box != NULL) {
        event.to = PLACE_BOX;
        event.where = box;
    }
    if (strcmp(place, "applicant") == 0)
        event = (CustodyEvent){
            .type = CUSTODY_RETURN, .due = DAY_NONE, .receiver = json_text(body, "note")};
    return event;
}

Response *post_custody(Call *call, GError **error)
{
    const json_t *body = call->body;
    g_autofree char *number = NULL, *person = NULL;
    PaperName name = {NULL, json_int(body, "document", 0), 0};
    CustodyEvent event = event_of(body);

    if (*json_text(body, "place") == '\0' || json_text(body, "case") == NULL) {
        error_set(error, ERROR_INVALID, "place and case: which paper, and where?");
        return NULL;
    }
    name.number = number = case_read_number(json_text(body, "case"), error);
    if (number == NULL || (json_object_get(body, "second") != NULL &&
                           (person = call_second(call, ROLES_ALL, error)) == NULL))
        return NULL;
    if (person != NULL && event.type == CUSTODY_MOVE) {
        event.type = CUSTODY_HAND_OVER;
        event.receiver = person;
    }
    if (event.type == CUSTODY_RETURN && event.receiver == NULL)
        event.receiver = call_words(call, "申请人", "applicant");
    return keeping_step(call->api->house, &call->actor, &name, &event, error) ? response_empty(204)
                                                                              : NULL;
}

/* Where the papers of a case are, who has which copy. */
Response *get_custody(Call *call, GError **error)
{
    g_autofree char *number = call_case(call, NULL, error);
    json_t *rows =
        number != NULL ? keeping_case(call->api->house, call->reader, number, error) : NULL;

    return rows != NULL ? call_json(200, json_pack("{s:o}", "papers", rows)) : NULL;
}
