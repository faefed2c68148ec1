'use strict';

/** The compare page's table: a line for each task, a group of columns for each challenger. */
(function (root) {
  const assay = root.assay;
  const { el } = assay;
  const compare = assay.compare || (assay.compare = {});
  const SVG = 'http://www.w3.org/2000/svg';

  /** An SVG element. */
  compare.svg = (name, attributes, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.append(...children);
    return element;
  };

  /** Shares, which have no unit, are shown times 100, as on every page. */
  compare.shown = (value, unit = '', digits = 2) =>
    (unit ? value : value * 100).toFixed(digits).replace(/^-(?=0?\.?0*$)/, '');

  /** A difference with its sign. */
  compare.signed = (value, unit, digits = 2) => {
    const text = compare.shown(Math.abs(value), unit, digits);
    return Number(text) === 0 ? text : (value < 0 ? '−' : '+') + text;
  };

  compare.range = ([low, high], unit) =>
    `${compare.signed(low, unit, 1)} to ${compare.signed(high, unit, 1)}`;

  /** A difference and its interval on a scale with 0 in the middle. */
  compare.forest = (difference, interval, most) => {
    const x = (value) => Math.max(2, Math.min(98, 50 + (value / most) * 47)).toFixed(1);
    const parts = [compare.svg('path', { class: 'axis', d: 'M50 0V14' })];
    if (interval) parts.push(compare.svg('path', { class: 'whisker', d: `M${x(interval[0])} 7H${x(interval[1])}` }));
    parts.push(compare.svg('circle', { cx: x(difference), cy: 7, r: 2.6 }));
    return compare.svg('svg', { class: 'forest', viewBox: '0 0 100 14', 'aria-hidden': 'true' }, ...parts);
  };

  const MARKS = { better: '▲', worse: '▼', 'not told apart': '≈' };

  compare.verdictMark = (verdict) => el('span', { class: `verdict ${verdict.replaceAll(' ', '-')}` },
    el('span', { 'aria-hidden': 'true' }, MARKS[verdict] + ' '), verdict);

  function challengerCells(cell, unit, most) {
    if (!cell) return [el('td', { class: 'num none group' }, '–'), el('td', {}), el('td', {}), el('td', {})];
    const difference = el('td', { class: 'num' }, el('span', { class: 'v' }, compare.signed(cell.difference, unit)));
    if (cell.interval) difference.append(el('span', { class: 'ci' }, compare.range(cell.interval, unit)));
    const verdict = el('td', { class: 'verdict-cell' });
    if (cell.verdict) {
      verdict.append(compare.verdictMark(cell.verdict), el('span', { class: 'sub' },
        `${cell.wins} won, ${cell.ties} tied, ${cell.losses} lost`));
      verdict.title = `p = ${cell.p.toPrecision(2)}, corrected ${cell.pHolm.toPrecision(2)}`;
    } else {
      verdict.append(el('span', { class: 'sub' }, cell.why || '…'));
    }
    return [
      el('td', { class: 'num group' }, compare.shown(cell.value, unit)),
      difference,
      el('td', { class: 'figure' }, compare.forest(cell.difference, cell.interval, most)),
      verdict,
    ];
  }

  function head(sides) {
    const names = el('tr', {}, el('td', {}), el('th', { scope: 'col', class: 'num' }, side(sides[0], 0)));
    const parts = el('tr', {}, el('th', { scope: 'col' }, 'Task'), el('th', { scope: 'col', class: 'num' }, 'Baseline'));
    sides.slice(1).forEach((row, i) => {
      names.append(el('th', { scope: 'colgroup', colspan: 4, class: 'group' }, side(row, i + 1)));
      parts.append(el('th', { scope: 'col', class: 'num group' }, 'Value'), el('th', { scope: 'col', class: 'num' }, 'Difference'),
        el('th', { scope: 'col', class: 'figure' }, el('span', { class: 'sr' }, 'Difference as a drawing')),
        el('th', { scope: 'col' }, 'Verdict'));
    });
    return el('thead', {}, names, parts);
  }

  /** A row's letter and name. */
  const side = compare.side = (row, place) => el('span', { class: `side side-${place}` },
    el('span', { class: 'key', 'aria-hidden': 'true' }, String.fromCharCode(65 + place)), row.name,
    row.setting ? el('span', { class: 'sub' }, row.setting) : null);

  /** A line's measure with its unit, its direction where that is odd, and how many queries. */
  compare.about = (line) => [
    line.unit ? `${line.measure} (${line.unit})` : line.measure,
    line.lower ? 'less is better' : '',
    line.queries ? `${line.queries.toLocaleString('en')} queries` : '',
  ].filter(Boolean).join(', ');

  /**
   * @param {object[]} sides the rows, baseline first.
   * @param {object[]} lines {task, measure, value, cells} of every shared task.
   * @param {string} open the task that is shown query by query.
   * @param {(task: string) => void} show opens a task.
   */
  compare.table = (sides, lines, open, show) => {
    const furthest = (unit) => Math.max(0.01, ...lines.filter((line) => line.unit === unit).flatMap((line) => line.cells.filter(Boolean).map((cell) =>
      Math.max(Math.abs(cell.difference), ...(cell.interval || [0]).map(Math.abs)))));
    const most = new Map(lines.map((line) => [line.unit, furthest(line.unit)]));
    const body = lines.map((line) => el('tr', { class: line.task === open ? 'open' : null },
      el('th', { scope: 'row' },
        el('button', { type: 'button', class: 'plain task', 'aria-pressed': String(line.task === open), onclick: () => show(line.task) }, line.task),
        el('span', { class: 'sub' }, compare.about(line))),
      el('td', { class: 'num' }, compare.shown(line.value, line.unit)),
      ...line.cells.flatMap((cell) => challengerCells(cell, line.unit, most.get(line.unit)))));
    return el('div', { class: 'table-block' },
      el('p', { class: 'downloads' }, 'Download ',
        el('button', { type: 'button', class: 'plain', onclick: () => save(sides, lines, 'csv') }, 'CSV'),
        el('button', { type: 'button', class: 'plain', onclick: () => save(sides, lines, 'json') }, 'JSON')),
      el('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-labelledby': 'compare-caption' },
        el('table', { class: 'data compare' },
          el('caption', { id: 'compare-caption' }, 'Task by task; a task’s name opens it query by query'),
          head(sides), el('tbody', {}, ...body))));
  };

  function save(sides, lines, format) {
    const records = lines.flatMap((line) => line.cells.flatMap((cell, i) => (cell ? [{
      task: line.task, measure: line.measure, queries: line.queries ?? null,
      baseline: sides[0].id, system: sides[i + 1].id, 'baseline value': line.value, value: cell.value,
      difference: cell.difference, low: cell.interval?.[0] ?? null, high: cell.interval?.[1] ?? null,
      p: cell.p ?? null, 'p corrected': cell.pHolm ?? null, verdict: cell.verdict ?? null,
      won: cell.wins ?? null, tied: cell.ties ?? null, lost: cell.losses ?? null, note: cell.why ?? null,
    }] : [])));
    if (format === 'json') return assay.save('comparison.json', 'application/json', JSON.stringify(records, null, 1));
    const quoted = (value) => {
      const text = value === null ? '' : String(value);
      const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const rows = [Object.keys(records[0] || {}), ...records.map((record) => Object.values(record))];
    return assay.save('comparison.csv', 'text/csv', rows.map((row) => row.map(quoted).join(',')).join('\n') + '\n');
  }

  /** The mean over tasks for each challenger. */
  compare.summary = (sides, overall) => el('ul', { class: 'overall', 'aria-label': 'Over all shared tasks' },
    ...overall.map((found, i) => el('li', {},
      side(sides[i + 1], i + 1),
      found.tasks ? el('p', {}, el('strong', {}, compare.signed(found.difference)), ' points on average over ',
        `${found.tasks} ${found.tasks === 1 ? 'task' : 'tasks'}`,
        found.interval ? el('span', { class: 'ci' }, `95 % interval ${compare.range(found.interval)}`) : null)
        : el('p', {}, 'shares no task with the baseline'),
      found.counts ? el('p', { class: 'counts' }, `better on ${found.counts.better}, worse on ${found.counts.worse}, not told apart on ${found.counts['not told apart']}`) : null,
      found.note ? el('p', { class: 'sub' }, found.note) : null)));
})(window);
