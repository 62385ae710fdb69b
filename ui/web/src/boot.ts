/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame that stands in the page is painted first; then the app begins. Its script is fetched
 * meanwhile (modulepreload), so nothing waits for anything but the one frame.
 */
requestAnimationFrame(() => setTimeout(() => void import('./main.ts')));

export {};
