/* SPDX-License-Identifier: Apache-2.0 */
import type { TemplateResult } from 'lit';
import type { Band } from '../frame.ts';
import type { Action } from '../keys.ts';

/* One screen: what its band says when nothing more urgent does, what can be done, what is seen. */
export interface ScreenView {
  band: () => Band;
  middle?: () => unknown;
  actions: () => Action[];
  work: () => TemplateResult;
}
