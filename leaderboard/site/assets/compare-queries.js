'use strict';

/** The compare page's lower half: one task query by query, and what each row found. */
(function (root) {
  const assay = root.assay;
  const { el } = assay;
  const compare = assay.compare || (assay.compare = {});
  const LISTED = 50;
  const SIDE = 360;
  const LOW = 34;  // room for the labels of an axis
  const HIGH = 24;  // and for its name

  /** Points of equal values as one, its area by how many there are. */
  function gathered(first, second) {
    const points = new Map();
    first.forEach((x, i) => {
      const key = `${x.toFixed(3)} ${second[i].toFixed(3)}`;
      const point = points.get(key) || { x, y: second[i], rows: [] };
      point.rows.push(i);
      points.set(key, point);
    });
    return [...points.values()].sort((a, b) => b.rows.length - a.rows.length);
  }

  /** Each query by its two values; `about` says the measure, its unit, and whether less is better. */
  compare.scatter = (pair, names, { measure, unit, lower }, ids, choose) => {
    const { svg, shown } = compare;
    const values = [...pair.first, ...pair.second];
    const top = Math.max(1e-9, ...(values.every((v) => v >= 0 && v <= 1) ? [1] : values));
    const place = (value) => LOW + (value / top) * (SIDE - LOW - HIGH);
    const parts = [svg('path', { class: 'equal', d: `M${LOW} ${SIDE - LOW}L${place(top)} ${SIDE - place(top)}` })];
    for (let i = 0; i <= 4; i++) {
      const value = (top * i) / 4;
      const at = place(value).toFixed(1);
      const text = shown(value, unit, 0);
      parts.push(svg('path', { class: 'grid', d: `M${at} ${SIDE - LOW}V${HIGH}M${LOW} ${SIDE - at}H${SIDE - HIGH}` }),
        svg('text', { class: 'tick mid', x: at, y: SIDE - LOW + 14 }, text),
        svg('text', { class: 'tick end', x: LOW - 5, y: SIDE - at + 4 }, text));
    }
    for (const point of gathered(pair.first, pair.second)) {
      const label = `${point.rows.length === 1 ? ids[point.rows[0]] : `${point.rows.length} queries`}: `
        + `${shown(point.x, unit)} and ${shown(point.y, unit)}`;
      const dot = svg('circle', {
        class: `point ${point.y === point.x ? 'same' : (point.y > point.x) !== Boolean(lower) ? 'gain' : 'loss'}`,
        cx: place(point.x).toFixed(1), cy: (SIDE - place(point.y)).toFixed(1),
        r: Math.min(14, 2.5 + Math.sqrt(point.rows.length)).toFixed(1),
      }, svg('title', {}, label));
      dot.addEventListener('click', () => choose(point.rows[0]));
      parts.push(dot);
    }
    const cut = (name) => (name.length > 34 ? `${name.slice(0, 33)}…` : name);
    parts.push(svg('text', { class: 'axis-name mid', x: (LOW + SIDE) / 2, y: SIDE - 4 }, `${cut(names[0])} →`),
      svg('text', { class: 'axis-name', x: 2, y: 10 }, `↑ ${cut(names[1])}`));
    return svg('svg', {
      class: 'chart scatter', viewBox: `0 0 ${SIDE} ${SIDE}`, role: 'img',
      'aria-label': `${pair.gaps.length} queries by ${measure}: ${pair.wins} won, ${pair.ties} tied, ${pair.losses} lost. The table holds the same numbers.`,
    }, ...parts);
  };

  /** Queries by how much the rows differ, largest first, with a button for what was found. */
  compare.queryTable = (sides, values, pair, queries, { unit, lower }, chosen, choose) => {
    const order = Array.from(pair.gaps.keys()).sort((i, j) => Math.abs(pair.gaps[j]) - Math.abs(pair.gaps[i]) || i - j);
    const line = (i) => el('tr', { class: i === chosen ? 'open' : null },
      el('th', { scope: 'row' },
        el('button', { type: 'button', class: 'plain task', 'aria-pressed': String(i === chosen), onclick: () => choose(i) }, queries.ids[i]),
        queries.splits ? el('span', { class: 'chip' }, queries.splits[i]) : null,
        queries.texts ? el('span', { class: 'sub clamp' }, queries.texts[i]) : null),
      ...values.map((all) => el('td', { class: 'num' }, all ? compare.shown(all[i], unit) : '–')),
      el('td', { class: `num ${pair.gaps[i] ? ((pair.gaps[i] > 0) !== Boolean(lower) ? 'better' : 'worse') : ''}` }, compare.signed(pair.gaps[i], unit)));
    const body = el('tbody', {}, ...order.slice(0, LISTED).map(line));
    const more = el('button', { type: 'button', onclick: () => { body.append(...order.slice(LISTED).map(line)); more.remove(); } },
      `Show all ${order.length.toLocaleString('en')} queries`);
    return el('div', { class: 'table-block' },
      el('div', { class: 'scroll tall', role: 'region', tabindex: '0', 'aria-labelledby': 'queries-caption' },
        el('table', { class: 'data' },
          el('caption', { id: 'queries-caption' }, 'Queries, the largest difference first; an id opens what was found'),
          el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Query'),
            ...sides.map((row, i) => el('th', { scope: 'col', class: 'num' }, el('span', { 'aria-hidden': 'true', class: `key side-${i}` }, String.fromCharCode(65 + i)), el('span', { class: 'sr' }, row.name))),
            el('th', { scope: 'col', class: 'num' }, 'Difference'))),
          body)),
      order.length > LISTED ? more : null);
  };

  function grade(value) {
    if (value === null) return el('span', { class: 'grade unjudged' }, 'not judged');
    return el('span', { class: `grade ${value > 0 ? 'relevant' : 'irrelevant'}` }, value > 0 ? `relevant (${value})` : `not relevant (${value})`);
  }

  /** What one row found for a query. */
  function found(row, place, task, query, samples) {
    const cell = samples?.cells[row.tasks[task]?.sample?.[1]];
    const at = cell ? cell.rows.indexOf(query) : -1;
    const texts = samples?.texts[task] || {};
    const documents = at < 0 ? null : cell.found[at];
    let body = el('p', { class: 'sub' }, 'What it found for this query was not kept.');
    if (documents && cell.said) body = cell.said[at] ? el('blockquote', {}, cell.said[at]) : el('p', { class: 'sub' }, 'It made no attempt.');
    else if (documents && !documents.length) body = el('p', { class: 'sub' }, 'It found nothing.');
    else if (documents) {
      body = el('ol', { class: 'found' }, ...documents.map(([id, score, graded]) => el('li', {},
        el('code', {}, id), ' ', grade(graded), ' ', el('span', { class: 'sub inline' }, `score ${Number(score.toPrecision(5))}`),
        texts[id] ? el('p', { class: 'snippet' }, texts[id]) : null)));
    }
    return el('section', { class: 'answer', 'aria-label': [row.name, row.setting].filter(Boolean).join(', ') }, el('h4', {}, compare.side(row, place)), body);
  }

  /** What every row found for a query, side by side. */
  compare.answers = (sides, task, query, queries, samples) => el('section', { class: 'answers', 'aria-labelledby': 'answers-title' },
    el('h3', { id: 'answers-title', tabindex: '-1' }, `Query ${queries.ids[query]}`),
    queries.texts ? el('blockquote', {}, queries.texts[query]) : el('p', { class: 'note' }, 'The task’s licence does not allow texts to be shown: ids and scores only.'),
    el('div', { class: 'columns' }, ...sides.map((row, i) => found(row, i, task, query, samples[i]))));

  /** Positions of queries for which some row's answers were kept. */
  compare.sampled = (sides, task, samples) => {
    const rows = new Set();
    sides.forEach((row, i) => {
      const cell = samples[i]?.cells[row.tasks[task]?.sample?.[1]];
      if (cell) cell.rows.forEach((query) => rows.add(query));
    });
    return [...rows].sort((a, b) => a - b);
  };
})(window);
