'use strict';

/** A suite's page: its tabs, its columns, its measures, and what each tab loads when it opens. */
(function (assay) {
  const { el, state } = assay;
  const about = JSON.parse(document.getElementById('suite-data').dataset.about);
  const byId = (id) => document.getElementById(id);
  const summary = byId('summary-table');
  const tables = [summary, byId('other-table')].filter(Boolean);
  const category = byId('category-table');
  const rows = new Map();
  for (const table of tables) {
    for (const row of table.assay.api.rows().nodes().toArray()) rows.set(row.dataset.row, row);
  }
  const main = about.measures[0].name;
  const measure = () => about.measures.find(({ name }) => name === state.get('measure')) || about.measures[0];
  const measured = async (wanted) => assay.asTexts(await assay.load(wanted.path), wanted.unit);

  // Details of a number, wherever it stands.
  const columns = new Map(about.columns.map((column) => [column.id, column]));
  function open(cell) {
    const id = cell.closest('tr').dataset.row;
    const row = rows.get(id);
    const link = row.querySelector('th[scope="row"] a');
    const column = columns.get(cell.dataset.c);
    assay.showDetails({
      path: `data/cells/${assay.slug(id)}.js`, suite: about.name, measures: about.measures,
      name: assay.nameOf(row), link: link.href, level: row.dataset.level,
      column, tasks: column.tasks || [], measure: measure(),
    });
  }
  for (const table of tables) {
    assay.grid(table, open);
    assay.pickFrom(table);
  }

  // Brackets around groups hold only in the order of ranks.
  function brackets() {
    const sorted = summary.assay.api.order().filter(([, way]) => way);
    const [at, way] = sorted[0] || [0, 'asc'];
    const ranked = summary.assay.headers[at].dataset.col === 'rank' && way === 'asc';
    summary.classList.toggle('by-rank', ranked);
    let before = null;
    for (const row of summary.tBodies[0].rows) {
      row.classList.toggle('first', row.dataset.group !== before);
      before = row.dataset.group;
    }
  }
  summary.addEventListener('assay:draw', brackets);
  brackets();

  // Columns of the summary that a reader hides: `hide=kind,size`.
  const menu = document.querySelector('[data-columns] > div');
  const hideable = summary.assay.headers.map((header, at) => [header.dataset.col, at, header])
    .filter(([id]) => !['rank', 'system'].includes(id));
  const boxes = hideable.map(([id, , header]) => el('input', { type: 'checkbox', value: id,
    'data-title': header.textContent.trim(), onchange: () => state.set({
      hide: boxes.filter((box) => !box.checked).map((box) => box.value).join(',') }) }));
  menu.append(...boxes.map((box) => el('label', {}, box, box.dataset.title)));
  function showColumns() {
    const hidden = new Set(state.get('hide').split(','));
    for (const box of boxes) box.checked = !hidden.has(box.value);
    for (const { assay: { api, headers } } of tables) {
      headers.forEach((header, at) => {
        const visible = !hidden.has(header.dataset.col);
        if (api.column(at).visible() !== visible) api.column(at).visible(visible);
      });
    }
  }

  // Heat: `heat=off`.
  const heat = document.querySelector('[data-heat]');
  heat.addEventListener('change', () => state.set({ heat: heat.checked ? '' : 'off' }));
  function showHeat() {
    heat.checked = state.get('heat') !== 'off';
    document.body.classList.toggle('heat-off', !heat.checked);
  }

  // Measure: `measure=R@10`.
  const chooser = document.querySelector('[data-measure]');
  chooser?.addEventListener('change', () => state.set({ measure: chooser.value }));
  const references = new Set([...rows.values()].filter((row) => row.dataset.kind === 'reference')
    .map((row) => row.dataset.row));
  const labelled = ({ name, unit }) => (unit ? `${name} (${unit})` : name);
  let shown = main;
  async function showMeasure() {
    const wanted = measure();
    if (chooser) chooser.value = wanted.name === main ? '' : wanted.name;
    if (wanted.name === shown) return;
    shown = wanted.name;
    const data = await measured(wanted);
    if (shown !== wanted.name) return;
    for (const table of [...tables, category].filter(Boolean)) {
      if (!table.assay) continue;
      const ends = assay.showMeasure(table.assay, data, wanted, references);
      table.caption.textContent = table.caption.textContent.replace(/, [^,]*$/, `, ${labelled(wanted)}`);
      if (table === category) assay.paint(table.assay, wanted.lower);
      if (table === summary) {
        document.querySelector('[data-scale]').textContent = (shown === main ? ''
          : `Ranks and groups are by ${main}; numbers are ${labelled(wanted)}${wanted.lower ? ', less is better' : ''}. `)
          + `Bars: 95 % intervals on an axis from ${ends[0]} to ${ends[1]}; an arrow lies beyond it.`;
      }
    }
  }

  // What a tab needs when it opens, made once for each measure.
  const made = {};
  const openers = {
    'per-task': async () => {
      const wanted = measure();
      if (made.heat === wanted.name) return;
      made.heat = wanted.name;
      const host = document.querySelector('[data-heat-host]');
      if (!host.childElementCount) host.replaceChildren(el('p', {}, 'Loading'));
      const data = await measured(wanted);
      if (made.heat !== wanted.name) return;
      const at = about.columns.map((column, place) => place).filter((place) => about.columns[place].kind === 'task');
      if (!data.values.some((row) => at.some((place) => row[place] !== null))) {
        host.replaceChildren(el('p', {}, `No task has a number by ${labelled(wanted)}: it is known for the whole only.`));
        return;
      }
      const { table } = assay.heatTable(about, data, rows, host, wanted);
      assay.grid(table, open);
    },
    'per-category': async () => {
      if (made.category) return;
      made.category = true;
      assay.enhance(category, {}, (row) => rows.get(row.dataset.row));
      assay.offerView(category);
      assay.grid(category, open);
      if (shown !== main) {
        assay.showMeasure(category.assay, await measured(measure()), measure(), references);
      }
      assay.paint(category.assay, measure().lower);
    },
    plots: async () => {
      await showMeasure();
      clearTimeout(made.plots); // a reader who types waits for the last letter only
      made.plots = setTimeout(() => assay.drawPlots(summary, document.querySelector('[data-plots]'),
        about, measure()).catch((error) => assay.say(error.message)), 120);
    },
  };

  // Tabs: `tab=per-task`. Without this script they are links to the sections.
  const list = document.querySelector('[data-tabs]');
  const tabs = Array.from(list.querySelectorAll('a'));
  const sections = tabs.map((tab) => byId(tab.hash.slice(1)));
  list.setAttribute('role', 'tablist');
  list.setAttribute('aria-label', 'Views of the suite');
  tabs.forEach((tab, at) => {
    tab.parentElement.setAttribute('role', 'presentation');
    tab.setAttribute('role', 'tab');
    tab.id = `tab-${sections[at].id}`;
    tab.setAttribute('aria-controls', sections[at].id);
    sections[at].setAttribute('role', 'tabpanel');
    sections[at].setAttribute('aria-labelledby', tab.id);
    tab.addEventListener('click', (event) => {
      event.preventDefault();
      choose(at);
    });
  });
  const choose = (at) => state.set({ tab: at ? sections[at].id : '' }, { push: true });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = (at + step + tabs.length) % tabs.length;
    choose(next);
    tabs[next].focus();
  });
  function showTab() {
    const wanted = state.get('tab') || (location.hash.includes('=') ? '' : location.hash.slice(1));
    const now = Math.max(0, sections.findIndex((section) => section.id === wanted));
    tabs.forEach((tab, at) => {
      tab.setAttribute('aria-selected', String(at === now));
      tab.tabIndex = at === now ? 0 : -1;
      sections[at].hidden = at !== now;
    });
    for (const control of document.querySelectorAll('[data-only]')) {
      control.hidden = !control.dataset.only.split(' ').includes(sections[now].id);
    }
    assay.refresh(sections[now]);
    openers[sections[now].id]?.().catch((error) => assay.say(`Something is missing: ${error.message}`));
  }

  const show = () => {
    showColumns();
    showHeat();
    showMeasure().catch((error) => assay.say(error.message));
    showTab();
  };
  state.on(show);
  show();
})(window.assay);
