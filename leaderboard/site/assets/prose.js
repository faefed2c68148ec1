'use strict';

/** Gives every block of code a button that copies it; of a console, the commands alone. */
(function (root) {
  const { el, copy } = root.assay;

  function text(code) {
    if (!code.classList.contains('language-console')) return code.textContent;
    const lines = code.textContent.split('\n').filter((line) => line.startsWith('$ '));
    return lines.map((line) => `${line.slice(2)}\n`).join('');
  }

  for (const block of document.querySelectorAll('.code')) {
    const code = block.querySelector('code');
    block.append(el('button', { type: 'button', class: 'copy', onclick: () => copy(text(code)) }, 'Copy'));
  }
})(window);
