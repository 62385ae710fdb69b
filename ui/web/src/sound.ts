/* SPDX-License-Identifier: Apache-2.0
 *
 * Two tones, never without the words that say the same: one for "look here", one for "done".
 */
export type Tone = 'attention' | 'done';

const notes: Record<Tone, number[]> = { attention: [440, 330], done: [660, 880] };
const NOTE_S = 0.12;
const LOUDNESS = 0.08;

let audio: AudioContext | undefined;

/* A browser that plays nothing before it was touched stays silent; the band speaks. */
export function play(tone: Tone): void {
  audio ??= new AudioContext();
  if (audio.state !== 'running') void audio.resume();
  notes[tone].forEach((hertz, at) => note(audio as AudioContext, hertz, at * NOTE_S));
}

function note(context: AudioContext, hertz: number, after: number): void {
  const source = context.createOscillator();
  const volume = context.createGain();
  const start = context.currentTime + after;
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(LOUDNESS, start);
  volume.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S);
  source.connect(volume).connect(context.destination);
  source.start(start);
  source.stop(start + NOTE_S);
}
