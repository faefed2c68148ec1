'use strict';

/** The task page: systems to compare on it, and every query by difficulty, loaded when asked for. */
(function (root) {
  const { el, load } = root.assay;
  const AT_ONCE = 200;

  /** A table that adds lines as the reader asks for more, and searches ids and texts. */
  function listing(queries, measure, unit) {
    const order = queries.values.map((_, i) => i).sort((i, j) => queries.values[i] - queries.values[j] || i - j);
    const searched = queries.ids.map((id, i) => `${id} ${queries.texts ? queries.texts[i] : ''}`.toLowerCase());
    const body = el('tbody', {});
    const count = el('p', { class: 'count', role: 'status', 'aria-live': 'polite' });
    const more = el('button', { type: 'button', onclick: () => grow() }, 'Show more');
    const input = el('input', { type: 'search', autocomplete: 'off', oninput: () => search() });
    let found = order;

    const line = (i) => el('tr', {},
      el('th', { scope: 'row' }, el('code', {}, queries.ids[i]),
        queries.splits ? el('span', { class: 'chip' }, queries.splits[i]) : null,
        queries.texts ? el('span', { class: 'sub' }, queries.texts[i]) : null),
      el('td', { class: 'num' }, (queries.values[i] * (unit ? 1 : 100)).toFixed(2)));

    function grow() {
      const shown = body.children.length;
      body.append(...found.slice(shown, shown + AT_ONCE).map(line));
      more.hidden = body.children.length >= found.length;
    }
    function search() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      found = order.filter((i) => words.every((word) => searched[i].includes(word)));
      body.replaceChildren();
      grow();
      count.textContent = `${found.length.toLocaleString('en')} of ${order.length.toLocaleString('en')} queries, hardest first`;
    }
    search();
    return el('div', { class: 'every-query' },
      el('div', { class: 'facets' }, el('label', { class: 'search' }, el('span', {}, 'Search queries'), input), count),
      el('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Every query by difficulty' },
        el('table', { class: 'data' },
          el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Query'), el('th', { scope: 'col', class: 'num' }, `Mean ${measure}`))),
          body)),
      more);
  }

  // A comparison that begins here stays on this task.
  for (const table of document.querySelectorAll('table[data-enhance]')) {
    root.assay.pickFrom(table, document.querySelector('[data-task]').dataset.task);
  }

  for (const box of document.querySelectorAll('[data-queries]')) {
    const button = box.querySelector('button');
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        const states = await load(box.dataset.queries);
        const list = listing(states[box.dataset.edition], box.dataset.measure, box.dataset.unit);
        box.replaceChildren(list);
        list.querySelector('input').focus();
      } catch {
        button.disabled = false;
        button.textContent = 'Could not be loaded: try again';
      }
    });
  }
})(window);
