/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the page aloud where the browser has a voice of its own for its language; without one, or
 * without script, the page says who will read it. The text read is the text seen.
 */
(() => {
  const lang = document.documentElement.lang;
  const note = document.querySelector('.note');
  if (!note || !('speechSynthesis' in globalThis)) return;
  const voice = () => speechSynthesis.getVoices().find((one) => one.localService && one.lang.slice(0, 2) === lang.slice(0, 2));

  function offer() {
    if (!voice() || document.querySelector('.read')) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'read';
    button.textContent = lang.startsWith('zh') ? '朗读本页' : 'Read this page aloud';
    button.addEventListener('click', () => {
      if (speechSynthesis.speaking) {
        speechSynthesis.cancel();
        return;
      }
      const parts = [...document.querySelectorAll('main h1, main h2, main .item, main .state, main li, main .where, main label, main .wrong')];
      const speech = new SpeechSynthesisUtterance(parts.map((one) => one.textContent.trim()).join('。'));
      speech.voice = voice();
      speech.lang = lang;
      speech.rate = 0.85;
      speechSynthesis.speak(speech);
    });
    note.before(button);
  }

  offer();
  speechSynthesis.addEventListener('voiceschanged', offer);
})();
