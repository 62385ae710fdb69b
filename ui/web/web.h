/* SPDX-License-Identifier: Apache-2.0
 *
 * The built web app as a table of files for assets_new: index.html, assets/…, public.css and
 * their gzip twins.
 */
#pragma once

#include "appliance/base/embed.h"

extern const Embedded embedded_web[];
