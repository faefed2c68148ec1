'use strict';

/** The compare page: reads the choice from the address, loads what it needs, shows and tests it. */
(function (root) {
  const assay = root.assay;
  const { el, state } = assay;
  const compare = assay.compare;
  const box = document.querySelector('[data-compare]');
  const part = (name) => box.querySelector(`[data-${name}]`);
  let index;
  let showChoice;
  let turn = 0;  // grows with every change, so that an earlier computation knows that it is stale

  const tell = (text) => { part('state').textContent = text; };
  const rowPath = (id) => `data/rows/${assay.slug(id)}.js`;

  /** Rows of the address that the board has. */
  function chosen() {
    const known = new Set(index.rows.map((row) => row[0]));
    const wanted = state.get('rows').split(',').filter((id) => known.has(id));
    return [...new Set(wanted)].slice(0, compare.MOST);
  }

  /** Tasks that the baseline shares with another row, of the chosen suite. */
  function sharedTasks(sides) {
    const suite = index.suites.find(([name]) => name === state.get('suite'));
    const wanted = suite ? suite[2] : Object.keys(sides[0].tasks);
    return wanted.filter((task) => sides[0].tasks[task] && sides.slice(1).some((row) => row.tasks[task]));
  }

  function lineOf(task, sides) {
    const first = sides[0].tasks[task];
    return {
      task, measure: first.measure, unit: first.unit || '', lower: Boolean(first.lower), value: first.value,
      cells: sides.slice(1).map((row) => {
        const second = row.tasks[task];
        if (!second) return null;
        const why = second.measure !== first.measure ? `${second.measure} against ${first.measure}` : compare.obstacle(first, second);
        return { value: second.value, difference: second.value - first.value, why };
      }),
    };
  }

  /** Loads the queries of every line and tests what can be; gives up once it is stale. */
  async function testAll(lines, sides, mine) {
    const wanted = () => mine === turn;
    const open = lines.flatMap((line) => line.cells.map((cell, i) => [line, cell, i]).filter(([, cell]) => cell && !cell.why));
    let done = 0;
    for (const [line, cell, i] of open) {
      const first = sides[0].tasks[line.task];
      const second = sides[i + 1].tasks[line.task];
      const queries = await assay.load(first.queries).catch(() => null);
      if (!wanted()) return false;
      const pair = queries && compare.pair(first, second, queries);
      if (!pair) {
        cell.why = queries ? 'values of other queries' : 'its queries could not be loaded';
        continue;
      }
      line.queries = queries.ids.length;
      const tested = await compare.inSlices(compare.test(pair, line.task), wanted);
      if (!tested) return false;
      Object.assign(cell, { wins: pair.wins, ties: pair.ties, losses: pair.losses, difference: pair.difference }, tested);
      done += 1;
      if (done % 5 === 0) tell(`Testing differences: ${done} of ${open.length}…`);
    }
    const tested = open.filter(([, cell]) => cell.replicates);
    assay.statistics.holm(tested.map(([, cell]) => cell.p)).forEach((p, i) => {
      const [line, cell] = tested[i];
      cell.pHolm = p;
      cell.verdict = compare.verdict(cell.difference, p, line.lower);
    });
    return true;
  }

  function overall(lines, sides) {
    return sides.slice(1).map((_, i) => {
      // Only shares that are better when they are greater have a mean in points.
      const cells = lines.filter((line) => !line.unit && !line.lower).map((line) => line.cells[i]).filter(Boolean);
      const tested = cells.filter((cell) => cell.replicates);
      if (!cells.length) return { tasks: 0 };
      if (!tested.length) {
        const difference = cells.reduce((sum, cell) => sum + cell.difference, 0) / cells.length;
        const pending = cells.some((cell) => !cell.why);
        return { tasks: cells.length, difference, note: pending ? null : `Without an interval: ${cells[0].why}.` };
      }
      const counts = { better: 0, worse: 0, 'not told apart': 0 };
      tested.forEach((cell) => { counts[cell.verdict] += 1; });
      const left = cells.length - tested.length;
      return {
        ...compare.overall(tested), tasks: tested.length, counts,
        note: left ? `${left} more shared ${left === 1 ? 'task has' : 'tasks have'} no values of the same queries.` : null,
      };
    });
  }

  function showTable(lines, sides) {
    part('result').replaceChildren(
      compare.summary(sides, overall(lines, sides)),
      compare.table(sides, lines, state.get('task'), (task) => {
        state.set({ task: state.get('task') === task ? '' : task, query: '' }, { push: true });
      }));
  }

  /** The chosen task query by query. */
  async function showTask(sides, mine) {
    const task = state.get('task');
    const detail = part('detail');
    const first = sides[0]?.tasks[task];
    if (!task || !first || sides.length < 2) return detail.replaceChildren();
    const title = el('h2', { id: 'task-title' }, 'Query by query: ', el('a', { href: `tasks/${assay.slug(task)}.html` }, task));
    const against = sides.findIndex((row, i) => i && row.tasks[task] && !compare.obstacle(first, row.tasks[task]));
    const queries = against > 0 && await assay.load(first.queries).catch(() => null);
    const samples = queries ? await Promise.all(sides.map((row) => {
      const sample = row.tasks[task]?.sample;
      return sample ? assay.load(sample[0]).catch(() => null) : null;
    })) : [];
    if (mine !== turn) return undefined;
    const pairs = queries ? sides.slice(1).map((row) => {
      const second = row.tasks[task];
      return second && !compare.obstacle(first, second) ? compare.pair(first, second, queries) : null;
    }) : [];
    if (!pairs.some(Boolean)) {
      return detail.replaceChildren(title, el('p', {}, 'No two of these systems have values of the same queries on this task.'));
    }
    return detail.replaceChildren(title, ...taskParts({ task, first, sides, queries, samples, pairs }));
  }

  function taskParts({ task, first, sides, queries, samples, pairs }) {
    const asked = Number(state.get('with', '0')) - 1;
    const which = pairs[asked] ? asked : pairs.findIndex(Boolean);
    const pair = pairs[which];
    const known = state.get('query') !== '' ? Number(state.get('query')) : -1;
    const query = Number.isInteger(known) && known < queries.ids.length ? known : -1;
    const choose = (i) => state.set({ query: i === query ? '' : i }, { push: true });
    const values = sides.map((row, i) => (i ? pairs[i - 1]?.second : pair.first) ?? null);
    const sampled = compare.sampled(sides, task, samples);
    const select = el('select', { onchange: (event) => state.set({ with: event.target.value }) },
      ...pairs.flatMap((found, i) => (found ? [el('option', { value: i + 1, selected: i === which }, sides[i + 1].name)] : [])));
    const pick = el('select', { onchange: (event) => state.set({ query: event.target.value }, { push: true }) },
      el('option', { value: '' }, 'choose a query'),
      ...sampled.map((i) => el('option', { value: i, selected: i === query }, queries.ids[i])));
    return [
      el('div', { class: 'facets' },
        pairs.filter(Boolean).length > 1 ? el('label', {}, el('span', {}, 'Difference of the baseline to'), select) : null,
        sampled.length ? el('label', {}, el('span', {}, 'What was found'), pick) : null),
      query >= 0 ? compare.answers(sides, task, query, queries, samples) : null,
      el('div', { class: 'beside' },
        el('figure', {}, compare.scatter(pair, [sides[0].name, sides[which + 1].name], first, queries.ids, choose),
          el('figcaption', {}, `Each query by its ${first.measure}; ${first.lower ? 'below' : 'above'} the line ${sides[which + 1].name} is better. Larger dots are several queries.`)),
        compare.queryTable(sides, values, pair, queries, first, query, choose)),
    ].filter(Boolean);
  }

  let shown = {};  // the choice whose table stands, so that opening a task computes nothing again

  async function update() {
    const mine = ++turn;
    const ids = chosen();
    const suite = state.get('suite');
    showChoice(ids);
    part('suite').value = suite;
    const sides = await Promise.all(ids.map((id) => assay.load(rowPath(id)).catch(() => null)));
    if (mine !== turn) return;
    if (sides.length < 2 || sides.some((row) => !row)) {
      shown = {};
      part('result').replaceChildren();
      part('detail').replaceChildren();
      tell(sides.some((row) => !row) ? 'A system’s values could not be loaded.' : `Choose ${ids.length ? 'another system' : 'two systems'} to compare.`);
      return;
    }
    const key = `${ids} ${suite}`;
    const again = shown.key === key;
    const lines = again ? shown.lines : sharedTasks(sides).map((task) => lineOf(task, sides));
    showTable(lines, sides);
    const detail = showTask(sides, mine);
    if (!again) {
      tell(lines.length ? 'Testing differences…' : 'These systems share no task here.');
      if (!(await testAll(lines, sides, mine))) return;
      shown = { key, lines };
      showTable(lines, sides);
      if (lines.length) tell(`${lines.length} shared ${lines.length === 1 ? 'task' : 'tasks'}.`);
    }
    await detail;
  }

  /** Keeps the focus on the button that was pressed when its table is drawn again. */
  async function updateKeepingFocus() {
    const focused = document.activeElement;
    const name = focused?.matches?.('button.task') ? focused.textContent : '';
    await update();
    if (name && !document.body.contains(focused)) {
      const same = Array.from(box.querySelectorAll('button.task')).find((button) => button.textContent === name);
      same?.focus({ preventScroll: true });
    }
  }

  assay.load(box.dataset.compare).then((found) => {
    index = found;
    const choose = (ids) => state.set({ rows: ids.join(','), query: '' }, { push: true });
    showChoice = compare.chooser(box, index.rows, choose);
    for (const [name, title] of index.suites) part('suite').append(el('option', { value: name }, title));
    part('suite').addEventListener('change', (event) => state.set({ suite: event.target.value, task: '', query: '' }, { push: true }));
    state.on(updateKeepingFocus);
    update();
  }).catch(() => tell('The list of systems could not be loaded.'));
})(window);
