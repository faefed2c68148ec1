'use strict';

/** The compare page's chooser: a combobox that searches all rows, and the list of chosen ones. */
(function (root) {
  const assay = root.assay;
  const { el } = assay;
  const compare = assay.compare || (assay.compare = {});
  const MOST = 4;
  const SHOWN = 40;

  /**
   * @param {HTMLElement} box the page's element.
   * @param {Array} rows [id, name, setting, kind, level, suites] of every row.
   * @param {(ids: string[]) => void} choose called with the new choice.
   * @returns {(ids: string[]) => void} shows a choice.
   */
  compare.chooser = (box, rows, choose) => {
    const input = box.querySelector('[role=combobox]');
    const list = box.querySelector('[role=listbox]');
    const chosenList = box.querySelector('[data-chosen]');
    const known = new Map(rows.map((row) => [row[0], row]));
    const searched = rows.map((row) => `${row[1]} ${row[2]} ${row[3]} ${row[4]} ${row[0]}`.toLowerCase());
    let chosen = [];
    let active = -1;

    const options = () => Array.from(list.children).filter((item) => item.id);

    function open() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = rows.filter((row, i) =>
        !chosen.includes(row[0]) && words.every((word) => searched[i].includes(word)));
      list.replaceChildren(...found.slice(0, SHOWN).map((row, i) =>
        el('li', { id: `choose-${i}`, role: 'option', 'aria-selected': 'false', 'data-row': row[0] },
          el('b', {}, row[1]), ' ', el('span', {}, [row[2], row[3], row[4]].filter(Boolean).join(' · ')))));
      if (found.length > SHOWN) {
        list.append(el('li', { role: 'presentation', class: 'more' },
          `${(found.length - SHOWN).toLocaleString('en')} more: type to narrow down`));
      }
      if (!found.length) list.append(el('li', { role: 'presentation', class: 'more' }, 'No system matches.'));
      list.hidden = false;
      input.setAttribute('aria-expanded', 'true');
      activate(found.length && words.length ? 0 : -1);
    }

    function close() {
      list.hidden = true;
      input.setAttribute('aria-expanded', 'false');
      activate(-1);
    }

    function activate(index) {
      const items = options();
      active = items.length ? Math.max(-1, Math.min(index, items.length - 1)) : -1;
      items.forEach((item, i) => item.setAttribute('aria-selected', String(i === active)));
      if (active < 0) input.removeAttribute('aria-activedescendant');
      else {
        input.setAttribute('aria-activedescendant', items[active].id);
        items[active].scrollIntoView({ block: 'nearest' });
      }
    }

    function take(item) {
      input.value = '';
      close();
      choose([...chosen, item.dataset.row]);
    }

    input.addEventListener('input', open);
    input.addEventListener('click', open);
    input.addEventListener('keydown', (event) => {
      const moves = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in moves) {
        if (list.hidden) open();
        activate(Math.max(0, active + moves[event.key]));
      } else if (event.key === 'Enter' && active >= 0) take(options()[active]);
      else if (event.key === 'Escape' && !list.hidden) close();
      else return;
      event.preventDefault();
    });
    input.addEventListener('blur', () => setTimeout(close, 150));
    list.addEventListener('pointerdown', (event) => {
      event.preventDefault();  // keeps the focus in the field
      const item = event.target.closest('[role=option]');
      if (item) take(item);
    });

    function line(id, place) {
      const [, name, setting, kind, level] = known.get(id) || [id, id, 'not on this board', '', ''];
      const others = chosen.filter((other) => other !== id);
      const button = (label, ids) => el('button', {
        type: 'button', class: 'plain', 'aria-label': `${label}: ${name} ${setting}`.trim(),
        onclick: () => { choose(ids); input.focus(); },
      }, label);
      return el('li', { class: `side side-${place}` },
        el('span', { class: 'key', 'aria-hidden': 'true' }, String.fromCharCode(65 + place)),
        el('span', { class: 'who' }, el('b', {}, name),
          el('span', { class: 'sub' }, [setting, kind, level].filter(Boolean).join(' · '))),
        place ? button('Make baseline', [id, ...others]) : el('span', { class: 'chip' }, 'baseline'),
        button('Remove', others));
    }

    return (ids) => {
      chosen = ids;
      chosenList.replaceChildren(...ids.map(line));
      input.disabled = ids.length >= MOST;
      input.placeholder = ids.length >= MOST ? 'Four are chosen: remove one first' : 'Name, type, or setting';
    };
  };
  compare.MOST = MOST;
})(window);
