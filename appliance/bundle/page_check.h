/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the pages in a bundle can be decoded: the `decode` of VerifyOptions.
 *
 * A file is taken for pages by its content, or where its name says so (.tif .tiff .jpg .jpeg .png
 * .pdf); everything else is none of its business. Each page is decoded to its last row by page
 * workers, because a bundle may come from anywhere; of a PDF only pages that hold one image.
 *
 * A member of an archive is copied to memory for that, a file at a time in each thread; one of over
 * PAGE_CHECK_BYTES_MAX is not looked at, and said not to be. Files of a folder are looked at where
 * they are.
 */
#pragma once

#include "storage/verify.h"

#define PAGE_CHECK_BYTES_MAX ((guint64)64 << 20)

typedef struct PageCheck PageCheck;

/* Starts no worker yet: as many as there are threads come with the first pages. */
PageCheck *page_check_new(void);
void page_check_free(PageCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageCheck, page_check_free)

/* A VerifyDecode; `check` is a PageCheck. */
VerifyPages page_check_file(const char *path, ArchiveReader *reader, char **why, void *check);

/* Pages looked at so far, and well. */
guint64 page_check_pages(const PageCheck *check);
