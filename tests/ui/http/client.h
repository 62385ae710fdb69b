/* SPDX-License-Identifier: Apache-2.0
 *
 * A small HTTP client for tests: libcurl for what is well formed, a plain socket for what is not.
 */
#pragma once

#include "tests/testing.h"

#include "appliance/base/file.h"

typedef struct {
    long status;
    GString *head; /* all header lines */
    GString *body;
} Answer;

void answer_clear(Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

typedef struct {
    const char *method;         /* NULL = GET */
    const char *const *headers; /* NULL-ended lines "Name: value"; may be NULL */
    const char *body;           /* NULL = none */
    gsize body_size;            /* 0 = strlen */
    gboolean chunked;           /* body without Content-Length */
} Ask;

/* One request on a connection of its own. */
Answer client_ask(const char *url, const Ask *ask);
Answer client_get(const char *url);

/* "Name" of the answer's head, or NULL; the caller's. */
char *answer_header(const Answer *answer, const char *name);

/* A connected plain socket. */
Fd client_connect(const char *url);
void client_write(int fd, const char *text);

/* Read until `needle` is there, the other side closes, or 10 s passed; what came. */
GString *client_read_until(int fd, const char *needle);

/* A self-signed certificate for 127.0.0.1, of no other use; PEM. */
extern const char client_test_certificate[];
extern const char client_test_key[];
