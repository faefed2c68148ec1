'use strict';

/** Quality against size, time, cost and date. The libraries are loaded when a reader opens the plots. */
(function (assay) {
  const { el } = assay;
  const ROOM = 160;
  const MANY = 200;
  const compact = (value) => Intl.NumberFormat('en', { notation: 'compact' }).format(value);
  const AXES = [
    { id: 'size', title: 'Quality against size', label: 'Parameters', log: true,
      known: 'size is known', better: 'smaller', format: compact,
      empty: 'a submission’s card or the list of systems says how many parameters a model has' },
    { id: 'seconds', title: 'Quality against time', label: 'Seconds over the suite', log: true,
      known: 'time is known', better: 'faster', format: compact, unit: 'seconds',
      empty: 'times are those of submissions that were timed on every task, or those that a paper prints' },
    { id: 'cost', title: 'Quality against cost', label: 'Dollars', log: true,
      known: 'cost is printed', better: 'cheaper', format: compact, unit: 'dollars',
      empty: 'costs are known only where a paper prints them' },
    { id: 'released', title: 'Quality against date', label: 'Released', log: false,
      known: 'date is known', better: 'earlier', format: (v) => v.toISOString().slice(0, 10),
      empty: 'dates are those of a model’s card or of the paper' },
  ];

  /** What the summary says of its rows that the filters leave. */
  function points({ api, headers }, filters) {
    const at = (id) => headers.findIndex((header) => header.dataset.col === id);
    const score = headers.findIndex((header) => header.classList.contains('num')
      && !['rank', 'tasks', 'size', 'seconds'].includes(header.dataset.col));
    const found = [];
    api.rows().every((index) => {
      const row = api.row(index).node();
      const cell = (place) => api.cell(index, place).node();
      const value = Number.parseFloat(cell(score).querySelector('.v')?.textContent);
      if (Number.isNaN(value) || (filters && !filters.matches(row))) return;
      const ends = cell(score).querySelector('.ci')?.textContent.split('–').map(Number) || [];
      const link = row.querySelector('th[scope="row"] a');
      const date = cell(at('released')).textContent.trim();
      found.push({
        name: assay.nameOf(row), label: link.textContent, href: link.href, value, low: ends[0], high: ends[1],
        id: row.dataset.row, level: row.dataset.level, reference: row.dataset.kind === 'reference',
        size: Number(cell(at('size')).dataset.order) || null,
        seconds: Number(cell(at('seconds')).dataset.order) || null, cost: null,
        released: date === '–' ? null : new Date(`${date}T00:00:00Z`),
      });
    });
    return found;
  }

  /**
   * Takes what no row of the summary says from a measure in that unit, if the suite has one, and
   * then names the axis after it.
   */
  async function measuredAxis(axis, found, about, shown) {
    const source = about.measures.find(({ unit }) => axis.unit && unit === axis.unit);
    if (!source || source.name === shown.name || found.some((point) => point[axis.id] !== null)) return axis;
    const data = await assay.load(source.path);
    const places = new Map(data.rows.map((id, at) => [id, at]));
    for (const point of found) {
      point[axis.id] = Number.parseFloat(data.values[places.get(point.id)][0] ?? '') || null;
    }
    return { ...axis, label: `${source.name} (${source.unit})` };
  }

  /** Points that no other beats in both: what a reader would choose from. */
  function front(found, x, lower) {
    const sign = lower ? -1 : 1;
    let best = -Infinity;
    return [...found].sort((a, b) => a[x] - b[x] || sign * (b.value - a.value)).filter((point) => {
      const leads = sign * point.value > best;
      best = Math.max(best, sign * point.value);
      return leads;
    });
  }

  /** The points of the front whose names have room beside each other, the best first. */
  function labelled(leading, x, width, scale) {
    const taken = [];
    return [...leading].reverse().filter((point) => {
      const at = scale.apply(point[x]);
      const free = taken.every((other) => Math.abs(other - at) > ROOM);
      if (free) taken.push(at);
      return free;
    }).map((point) => ({ ...point, early: scale.apply(point[x]) < width / 2 }));
  }

  const short = (name) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);

  /** Why a plot is not there. */
  function nothing(axis, values) {
    const why = values.length ? `All ${values.length} rows have the same: ${axis.format(values[0])}.`
      : `No row that the filters leave has one: ${axis.empty}.`;
    return el('figure', { class: 'plot' }, el('h3', {}, axis.title), el('p', { class: 'note' }, why));
  }

  /** A plot where rows differ along its axis, else the reason why there is none. */
  function plotted(axis, found, measure, width) {
    const values = found.map((point) => point[axis.id]).filter((value) => value !== null);
    const [low, high] = [window.d3.min(values), window.d3.max(values)];
    return values.length && +low !== +high ? draw(axis, found, measure, width) : nothing(axis, values);
  }

  function draw(axis, found, { name, unit, lower }, width) {
    const { Plot } = window;
    const measure = unit ? `${name} (${unit})` : name;
    const x = axis.id;
    const known = found.filter((point) => point[x] !== null);
    const leading = front(known.filter((point) => !point.reference), x, lower);
    const type = axis.log ? 'log' : 'utc';
    const values = known.map((point) => point[x]);
    const ends = [window.d3.min(values), window.d3.max(values)];
    const names = labelled(leading, x, width,
      Plot.scale({ x: { type, domain: ends, range: [64, width - 40] } }));
    const strokeOpacity = known.length > MANY ? 0.55 : 1;
    const say = (p) => [
      p.name,
      `${measure} ${p.value}${p.low === undefined ? '' : ` (${p.low} to ${p.high})`}`,
      `${axis.label} ${axis.format(p[x])}`,
      p.level,
    ].join('\n');
    const tick = (value) => (ends[1] < 8 * ends[0] || /^[125]/.test(value.toExponential())
      ? compact(value) : ''); // a log axis of several decades is labelled at 1, 2 and 5
    const chart = Plot.plot({
      className: 'assay-plot',
      width, height: Math.round(Math.min(440, Math.max(280, width * 0.55))),
      marginLeft: 48, marginRight: 24, marginBottom: 42, marginTop: 24,
      ariaLabel: `${axis.title}: ${known.length} rows`,
      x: { type, label: `${axis.label} →`, inset: 16,
        ...(axis.log && { ticks: 10, tickFormat: tick }) },
      y: { label: `${lower ? '↓ less is better:' : '↑'} ${measure}`, nice: true, grid: true, insetTop: 18 },
      symbol: { domain: ['as printed', 'self-reported', 're-scored', 'reproduced'], legend: false,
        range: ['times', 'triangle', 'circle', 'square'] },
      marks: [
        Plot.line(leading, { x, y: 'value', curve: 'step-after', stroke: 'var(--line-2)',
          strokeDasharray: '3 3' }),
        Plot.ruleX(known.filter((p) => p.low !== undefined),
          { x, y1: 'low', y2: 'high', stroke: 'var(--accent)', strokeOpacity: 0.45 }),
        Plot.dot(known, { x, y: 'value', symbol: 'level', stroke: 'var(--accent)',
          r: known.length > MANY ? 3 : 4, strokeOpacity, fill: 'var(--paper)', strokeWidth: 1.5, href: 'href',
          ariaLabel: (p) => say(p).replaceAll('\n', ', ') }),
        ...[true, false].map((early) => Plot.text(names.filter((p) => p.early === early), {
          x, y: 'value', text: (p) => short(p.label), dy: -10, fontSize: 11, fill: 'var(--ink)',
          stroke: 'var(--paper)', strokeWidth: 4, textAnchor: early ? 'start' : 'end' })),
        Plot.tip(known, Plot.pointer({ x, y: 'value', title: say, fill: 'var(--raised)',
          stroke: 'var(--line-2)' })),
      ],
    });
    // The page's policy allows no style inside it; assay.css says the same.
    chart.querySelectorAll('style').forEach((style) => style.remove());
    chart.querySelectorAll('g[aria-label]').forEach((mark) => mark.removeAttribute('aria-label'));
    chart.querySelectorAll('a').forEach((link) => {
      link.setAttribute('tabindex', '-1'); // a thousand stops of Tab help nobody: the table has them
      link.setAttribute('aria-label', link.firstChild.getAttribute('aria-label'));
      link.firstChild.removeAttribute('aria-label');
    });
    chart.setAttribute('role', 'group');
    return el('figure', { class: 'plot' }, el('h3', {}, axis.title), chart, el('figcaption', {},
      `${known.length} of ${found.length} rows: those whose ${axis.known}. `
      + `The dashed line joins those that no ${axis.better} one beats, references apart. `
      + '× as printed, △ self-reported, ○ re-scored, □ reproduced. '
      + 'The Summary holds the same numbers as a table.'));
  }

  /** Draws the plots of what the filters leave into a host. */
  assay.drawPlots = async (table, host, about, measure) => {
    await assay.script('assets/vendor/d3.min.js');
    await assay.script('assets/vendor/plot.umd.min.js');
    const found = points(table.assay, assay.filtersOf(table.id));
    const room = host.clientWidth || 640;
    const width = Math.min(room > 1000 ? (room - 32) / 2 : room, 760); // two stand side by side
    const axes = await Promise.all(AXES.map((axis) => measuredAxis(axis, found, about, measure)));
    host.replaceChildren(...axes.map((axis) => plotted(axis, found, measure, width)));
  };
})(window.assay);
