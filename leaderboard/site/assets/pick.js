'use strict';

/** Choosing 2 to 4 rows to compare: a box in every row that can be, and a tray that opens them. */
(function (assay) {
  const MOST = 4;
  const { el, state } = assay;
  const picked = () => state.get('pick').split(',').filter(Boolean);

  const text = el('span');
  const open = el('a', { class: 'button' }, 'Compare');
  const clear = el('button', { type: 'button', onclick: () => state.set({ pick: '' }) }, 'Clear');
  const tray = el('div', { class: 'tray', role: 'region', 'aria-label': 'Comparison', hidden: true },
    text, open, clear);
  document.querySelector('main').append(tray);

  let task = '';

  function show() {
    const rows = picked();
    tray.hidden = !rows.length;
    open.hidden = rows.length < 2;
    open.href = `${assay.root}compare.html#rows=${rows.map(encodeURIComponent).join(',')}`
      + (task ? `&task=${encodeURIComponent(task)}` : '');
    text.textContent = rows.length < 2 ? 'Choose another row to compare with' : `${rows.length} rows`;
    for (const box of document.querySelectorAll('input[data-pick]')) {
      box.checked = rows.includes(box.dataset.pick);
      box.disabled = rows.length >= MOST && !box.checked;
    }
  }

  function toggle(event) {
    const { pick } = event.target.dataset;
    const rows = picked().filter((row) => row !== pick);
    state.set({ pick: (event.target.checked ? [...rows, pick] : rows).join(',') });
  }

  /**
   * Puts a box into every row in view that can be compared.
   *
   * @param {HTMLTableElement} table with rows that say data-comparable
   * @param {string} on the task that the comparison opens; '' for all that the rows share
   */
  assay.pickFrom = (table, on = '') => {
    task = on;
    const add = () => {
      for (const row of table.querySelectorAll('tr[data-comparable]:not([data-box])')) {
        const heading = row.querySelector('th[scope="row"]');
        row.dataset.box = '';
        heading.prepend(el('input', {
          type: 'checkbox', 'data-pick': row.dataset.row, onchange: toggle,
          'aria-label': `Compare ${assay.nameOf(row)}`,
        }));
      }
      show();
    };
    table.addEventListener('assay:draw', add);
    add();
  };
  state.on(show);
})(window.assay);
