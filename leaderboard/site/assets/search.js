'use strict';

/** The home page's search: its index is loaded when a reader first goes there. */
(function (assay) {
  const INDEX = 'data/search.js';
  const SHOWN = 20;
  const field = document.getElementById('find');
  const list = document.getElementById('found');
  const count = document.getElementById('found-count');
  if (!field) return;
  let entries = [];
  let active = -1;

  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

  /** Entries that hold every word, those whose name begins with the text first. */
  function find(text) {
    const wanted = words(text);
    if (!wanted.length) return [];
    const hits = entries.filter((entry) => wanted.every((word) => entry.text.includes(word)));
    const early = (entry) => (entry.name.toLowerCase().startsWith(wanted[0]) ? 0 : 1);
    return hits.sort((a, b) => early(a) - early(b) || a.at - b.at);
  }

  function show() {
    const hits = find(field.value);
    active = -1;
    list.replaceChildren(...hits.slice(0, SHOWN).map((entry, at) => assay.el('li',
      { role: 'option', id: `found-${at}`, 'aria-selected': 'false', 'data-page': entry.page },
      assay.el('span', { class: 'what' }, entry.what),
      assay.el('span', { class: 'name' }, entry.name),
      assay.el('span', { class: 'more' }, entry.more))));
    list.hidden = !hits.length;
    field.setAttribute('aria-expanded', String(hits.length > 0));
    field.removeAttribute('aria-activedescendant');
    count.textContent = field.value.trim() ? `${hits.length} found` : '';
  }

  function move(step) {
    const options = Array.from(list.children);
    if (!options.length) return;
    active = (active + step + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute('aria-selected', String(at === active)));
    options[active].scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', options[active].id);
  }

  const open = (option) => { if (option) location.href = assay.root + option.dataset.page; };

  async function read() {
    const index = await assay.load(INDEX);
    entries = index.map(([what, name, more, page], at) => (
      { what, name, more, page, at, text: `${name} ${more} ${what}`.toLowerCase() }));
  }

  let reading = null;
  const load = () => (reading ??= read());

  field.addEventListener('focus', load, { once: true });
  field.addEventListener('input', () => load().then(show));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter') {
      open(list.children[Math.max(active, 0)]);
    } else if (event.key === 'Escape') {
      list.hidden = true;
      field.setAttribute('aria-expanded', 'false');
    }
  });
  list.addEventListener('click', (event) => open(event.target.closest('li')));
  field.addEventListener('blur', () => setTimeout(() => {
    list.hidden = true;
    field.setAttribute('aria-expanded', 'false');
  }, 150));
})(window.assay);
