'use strict';

/** Shows a suite's aggregates by another measure: numbers, intervals and bars in their cells. */
(function (assay) {
  const SVG = 'http://www.w3.org/2000/svg';
  const { el } = assay;

  const svg = (name, attributes, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** Ends of the axis that all bars share, at round numbers. */
  assay.ends = (numbers) => {
    const low = Math.min(...numbers);
    const high = Math.max(...numbers);
    if (!numbers.length) return [0, 1];
    const step = 10 ** Math.floor(Math.log10(Math.max(high - low, 1e-6)));
    const round = (value) => Number(value.toPrecision(6));
    const left = Math.floor(low / step) * step;
    return [round(left), round(Math.max(Math.ceil(high / step) * step, left + step))];
  };

  function bar(text, interval, [left, right]) {
    const x = (value) => (
      Math.max(0, Math.min(1, (Number.parseFloat(value) - left) / (right - left))) * 96 + 2).toFixed(1);
    const drawn = svg('svg', { class: 'bar', viewBox: '0 0 100 8', 'aria-hidden': 'true' });
    if (interval) drawn.append(svg('path', { d: `M${x(interval[0])} 4H${x(interval[1])}` }));
    drawn.append(svg('circle', { cx: x(text), cy: '4', r: '2.6' }));
    return drawn;
  }

  function fill(cell, column, text, interval, ends) {
    if (text === null) {
      delete cell.dataset.c;
      cell.dataset.order = '';
      cell.replaceChildren(el('span', { class: 'n' }, el('span', { class: 'none' }, '–')));
      return;
    }
    cell.dataset.c = column;
    cell.dataset.order = Number.parseFloat(text);
    const number = el('span', { class: 'n' }, el('span', { class: 'v' }, text));
    if (interval) {
      const [low, high] = interval.map((end) => Number(end).toFixed(1));
      number.append(el('span', { class: 'ci' }, `${low}–${high}`));
    }
    cell.replaceChildren(...(cell.classList.contains('agg') ? [bar(text, interval, ends)] : []), number);
  }

  /** @param {object} data of a measure: leaderboard.site.suite_scripts.measure_script */
  assay.showMeasure = ({ api, headers }, data) => {
    const places = new Map(data.rows.map((id, at) => [id, at]));
    const columns = headers.map((header) => data.columns.indexOf(header.dataset.col));
    const known = data.intervals.flat().filter(Boolean).flat().map(Number);
    const ends = assay.ends(known.length ? known
      : data.values.flat().filter(Boolean).map(Number.parseFloat));
    api.rows().every((index) => {
      const place = places.get(api.row(index).node().dataset.row);
      columns.forEach((column, at) => {
        if (column < 0) return;
        fill(api.cell(index, at).node(), data.columns[column], data.values[place][column],
          data.intervals[place][column], ends);
      });
    });
    api.rows().invalidate('dom').draw();
    return ends;
  };
})(window.assay);
