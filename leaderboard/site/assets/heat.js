'use strict';

/** Heat cells: the value is always there as text, a colour repeats where it lies in its column. */
(function (assay) {
  const STEPS = 10;
  const { el } = assay;

  /** Lowest and highest of each column of texts. */
  assay.ranges = (values) => (values.length ? values[0] : []).map((_, at) => {
    const found = values.map((row) => Number.parseFloat(row[at])).filter((v) => !Number.isNaN(v));
    return [Math.min(...found), Math.max(...found)];
  });

  /** Class of a value between two ends: the better, the stronger. */
  assay.heatOf = (text, [low, high], lower = false) => {
    const value = Number.parseFloat(text);
    if (Number.isNaN(value)) return '';
    const place = high <= low ? 0.5 : (value - low) / (high - low);
    const share = lower ? 1 - place : place;
    return `h${Math.max(0, Math.min(STEPS - 1, Math.floor(share * STEPS)))}`;
  };

  /** Paints the cells of a table that stands in the page, column by column. */
  assay.paint = ({ api, headers }, lower = false) => {
    headers.forEach((header, at) => {
      if (header.dataset.type !== 'number') return;
      const cells = api.column(at).nodes().toArray().filter((cell) => cell.dataset.c);
      const values = cells.map((cell) => cell.dataset.order);
      const [range] = assay.ranges(values.map((value) => [value]));
      cells.forEach((cell, place) => {
        cell.className = cell.className.replace(/\bh\d\b/, '').trim();
        cell.classList.add(assay.heatOf(values[place], range, lower));
      });
    });
  };

  function skeleton(about, tasks, lower) {
    const header = (task) => el('th', {
      scope: 'col', class: 'num up', 'data-col': task.id, 'data-type': 'number', 'data-first': lower ? 'asc' : null,
    }, task.title);
    const table = el('table', { id: 'heat-table', class: 'data heat tasks',
      'data-page': tasks.length > 40 ? '25' : '50' },
      el('caption', { id: 'heat-table-caption' }),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', 'data-col': 'system' }, 'System'),
        ...tasks.map(header))), el('tbody'));
    return [table, el('div', { class: 'table-block' }, el('p', { class: 'downloads' }, 'Download'),
      el('div', { class: 'scroll', role: 'region', 'aria-labelledby': 'heat-table-caption',
        tabindex: '0' }, table))];
  }

  function fillHeading(cell, summary) {
    const source = summary.querySelector('th[scope="row"]');
    cell.setAttribute('scope', 'row');
    cell.replaceChildren(...Array.from(source.childNodes)
      .filter((node) => node.nodeName !== 'INPUT').map((node) => node.cloneNode(true)));
  }

  /**
   * Builds the table of systems by tasks.
   *
   * @param {object} about of the page: leaderboard.site.pages.suite
   * @param {object} data of a measure: leaderboard.site.suite_scripts.measure_script
   * @param {Map<string, HTMLTableRowElement>} rows the summary's rows by id
   * @param {{name: string, unit?: string, lower?: boolean}} measure of the page's measures
   */
  assay.heatTable = (about, data, rows, host, { name, unit, lower }) => {
    const places = about.columns.map((column, at) => at)
      .filter((at) => about.columns[at].kind === 'task');
    const tasks = places.map((at) => about.columns[at]);
    const kept = data.rows.map((id, at) => at).filter((at) => rows.has(data.rows[at]));
    const values = kept.map((at) => places.map((place) => data.values[at][place]));
    const summaries = kept.map((at) => rows.get(data.rows[at]));
    const ranges = assay.ranges(values);
    const [table, block] = skeleton(about, tasks, lower);
    host.replaceChildren(block);
    table.caption.textContent = `${about.title}: systems by tasks, ${name}${unit ? ` (${unit})` : ''}`
      + `${lower ? ', less is better' : ''}`;
    const api = assay.enhance(table, {
      data: kept.map((_, at) => ['', ...values[at].map((text) => text ?? '–')]),
      deferRender: true,
      columns: [{ cellType: 'th', orderable: false, createdCell(cell, data_, row, index) {
        fillHeading(cell, summaries[index]);
      } }, ...tasks.map((task, place) => ({
        type: 'number',
        className: 'num',
        createdCell(cell, text) {
          if (text === '–') return;
          cell.dataset.c = task.id;
          cell.classList.add(assay.heatOf(text, ranges[place], lower));
        },
      }))],
      createdRow(row, data_, index) {
        row.dataset.row = summaries[index].dataset.row;
      },
    }, (row, index) => summaries[index]);
    assay.offerView(table);
    return { table, api };
  };
})(window.assay);
