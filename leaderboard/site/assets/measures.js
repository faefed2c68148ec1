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

  /** Ends of the axis that all bars share, as leaderboard.site.cells.axis; shares come times 100. */
  assay.ends = (numbers, unit) => {
    if (!numbers.length) return unit ? [0, 1] : [0, 100];
    const low = Math.min(...numbers);
    const high = Math.max(...numbers);
    const step = unit ? 10 ** Math.floor(Math.log10(Math.max(high - low, 1e-6))) : 5;
    const round = (value) => Number(value.toPrecision(6));
    let left = Math.floor(low / step + 1e-9);
    let right = Math.max(Math.ceil(high / step - 1e-9), left + 1);
    if (!unit && low >= 0 && high <= 100) {
      right = Math.min(right, 20);
      left = Math.min(left, right - 1);
    }
    return [round(left * step), round(right * step)];
  };

  function bar(text, interval, [left, right]) {
    const x = (value) => 4 + Math.round(
      192 * Math.max(0, Math.min(1, (Number.parseFloat(value) - left) / (right - left))));
    const drawn = svg('svg', { class: 'bar', viewBox: '0 0 200 16', 'aria-hidden': 'true' });
    const value = Number.parseFloat(text);
    if (value < left || value > right) {
      drawn.append(svg('path', { class: 'out', d: `M${value < left ? '4 8l10-7v14z' : '196 8l-10-7v14z'}` }));
      return drawn;
    }
    if (interval && x(interval[0]) !== x(interval[1])) {
      const [a, b] = interval.map(x);
      drawn.append(svg('path', { d: `M${a} 5v6m0-3H${b}m0-3v6` }));
    }
    drawn.append(svg('circle', { cx: x(text) }));
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

  /** Values and intervals of the columns that a table shows, references apart. */
  function reach(data, columns, references) {
    const found = [];
    data.rows.forEach((id, place) => {
      if (references.has(id)) return;
      for (const column of columns) {
        if (column < 0) continue;
        found.push(data.values[place][column], ...(data.intervals[place][column] || []));
      }
    });
    return found.filter((text) => text !== null).map(Number.parseFloat);
  }

  /**
   * Shows a measure, whose best way of sorting its columns then follow.
   *
   * @param {object} data of the measure: leaderboard.site.suite_scripts.measure_script
   * @param {{unit?: string, lower?: boolean}} measure of the page's measures
   * @param {Set<string>} references rows that the axis of the bars need not hold
   */
  assay.showMeasure = ({ api, headers }, data, measure, references) => {
    const places = new Map(data.rows.map((id, at) => [id, at]));
    const columns = headers.map((header) => data.columns.indexOf(header.dataset.col));
    const ends = assay.ends(reach(data, columns, references), measure.unit);
    columns.forEach((column, at) => {
      if (column >= 0) assay.bestFirst({ api, headers }, at, measure.lower ? 'asc' : 'desc');
    });
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
