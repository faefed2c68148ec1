'use strict';

/**
 * Tables that sort, filter and page in place: DataTables does the work, this sets it up so that the
 * table that stands in the page stays what it is, its state is in the address, and rows without a
 * value come last whichever way a column is sorted.
 */
(function (assay) {
  const { DataTable } = window;
  const { order } = DataTable.ext.type;
  const NONE = Number.NEGATIVE_INFINITY;

  const measured = (value) => {
    const number = Number.parseFloat(value);
    return Number.isNaN(number) ? NONE : number;
  };
  const missingLast = (compare) => (a, b) => {
    if (a === NONE || b === NONE) return a === b ? 0 : a === NONE ? 1 : -1;
    return compare(a, b);
  };
  order['number-pre'] = measured;
  order['number-asc'] = missingLast((a, b) => a - b);
  order['number-desc'] = missingLast((a, b) => b - a);

  order['text-pre'] = (html) => String(html).replace(/<[^>]*>/g, '').trim().toLowerCase();

  /** What sorts a column first: the best on top. */
  function sequence(header) {
    const down = header.dataset.type === 'number' && header.dataset.first !== 'asc';
    return down ? ['desc', 'asc', ''] : ['asc', 'desc', ''];
  }

  /** Makes a column sort one way first, and that way is then called its best. */
  assay.bestFirst = ({ api, headers }, at, way) => {
    // No call changes this once a table stands; the vendored version reads it at every click.
    api.settings()[0].columns[at].orderSequence = [way, way === 'asc' ? 'desc' : 'asc', ''];
    headers[at].dataset.first = way;
  };

  /** A row's system with what tells it from others of its name: its labels. */
  assay.nameOf = (row) => {
    const heading = row.querySelector('th[scope="row"]');
    const labels = Array.from(heading.querySelectorAll('.chip'), (chip) => chip.textContent);
    return [heading.querySelector('a').textContent, ...labels].join(', ');
  };

  /** Buttons below a table that is longer than a page. */
  class Pager {
    constructor(api, table, size) {
      Object.assign(this, { api, size });
      const button = (text, act) => assay.el('button', { type: 'button', onclick: act }, text);
      this.before = button('Previous', () => api.page('previous').draw('page'));
      this.after = button('Next', () => api.page('next').draw('page'));
      this.all = button('Show all', () => {
        const whole = api.page.len() === -1;
        api.page.len(whole ? size : -1).draw();
      });
      this.text = assay.el('span', { class: 'pages' });
      this.element = assay.el('nav',
        { class: 'pager', 'aria-label': `Pages of the table ${table.caption?.textContent || ''}` },
        this.before, this.text, this.after, this.all);
      table.closest('.scroll').after(this.element);
    }

    show() {
      const { start, end, recordsDisplay, length } = this.api.page.info();
      const number = (value) => value.toLocaleString('en');
      this.element.hidden = recordsDisplay <= this.size;
      this.text.textContent = `${number(start + 1)} to ${number(end)} of ${number(recordsDisplay)}`;
      this.before.disabled = start === 0;
      this.after.disabled = end === recordsDisplay;
      this.all.textContent = length === -1 ? `Show ${this.size}` : 'Show all';
    }
  }

  /** Keeps the sorting of a table in the address: `sort=average:desc`. */
  function sortingInAddress(api, headers, name) {
    const column = (id) => headers.findIndex((header, at) => (header.dataset.col || String(at)) === id);
    const wanted = () => {
      const [, id, way] = assay.state.get(name).match(/^(.*):(asc|desc)$/) || [];
      const at = id === undefined ? -1 : column(id);
      return at < 0 ? [] : [[at, way]];
    };
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    const now = () => api.order().filter(([, way]) => way).map(([at, way]) => [at, way]);
    api.on('order', () => {
      if (assay.state.telling || same(now(), wanted())) return;
      const [first] = now();
      assay.state.set({
        [name]: first ? `${headers[first[0]].dataset.col || first[0]}:${first[1]}` : '',
      });
    });
    assay.state.on(() => {
      if (!same(now(), wanted())) api.order(wanted()).draw();
    });
    return wanted();
  }

  /**
   * Makes a table sort, filter and page.
   *
   * @param {HTMLTableElement} table with a `data-page` that says how many rows a page has
   * @param {object} more options of DataTables, where the rows do not stand in the page
   * @param {(row: HTMLTableRowElement, index: number) => HTMLElement} lookUp the row that facets
   *   look at, where it is not the table's own
   * @returns the API of DataTables
   */
  assay.enhance = (table, more = {}, lookUp = (row) => row) => {
    const size = Number(table.dataset.page) || 100;
    const headers = Array.from(table.tHead.rows[table.tHead.rows.length - 1].cells);
    const filters = assay.filtersOf(table.id);
    const first = !document.querySelector('.dt-container');
    const api = new DataTable(table, {
      autoWidth: false,
      layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
      pageLength: size,
      order: [],
      columnDefs: headers.map((header, targets) => ({
        targets,
        type: header.dataset.type || 'text',
        orderSequence: sequence(header),
        orderable: header.dataset.orderable !== 'false',
        searchable: false,
      })),
      language: {
        emptyTable: 'Nothing is here yet.',
        zeroRecords: 'No row matches. Reset the filters to see all of them.',
      },
      ...more,
    });
    const pager = new Pager(api, table, size);
    const sorting = sortingInAddress(api, headers, first ? 'sort' : `${table.id}.sort`);
    if (filters) {
      api.search.fixed('facets', (text, data, index) => (
        filters.matches(lookUp(api.row(index).node(), index))));
      // A table out of sight is drawn when it is shown; the first one always is, as it is counted.
      filters.on(() => {
        if (table.offsetParent || table.id === filters.tables[0]) api.draw();
        else table.dataset.stale = '';
      });
    }
    api.on('draw', () => {
      const { recordsDisplay, recordsTotal } = api.page.info();
      pager.show();
      filters?.show(table.id, recordsDisplay, recordsTotal);
      table.dispatchEvent(new CustomEvent('assay:draw', { bubbles: true }));
    });
    // What calls itself a button answers to Space as to Enter, which DataTables does not.
    table.tHead.addEventListener('keydown', (event) => {
      if (event.key !== ' ' || !event.target.matches('[role=button]')) return;
      event.preventDefault();
      event.target.click();
    });
    api.order(sorting).draw();
    table.assay = { api, headers };
    table.dataset.ready = '';
    return api;
  };

  /** Draws what was filtered while it was out of sight. */
  assay.refresh = (section) => {
    for (const table of section.querySelectorAll('table[data-stale]')) {
      delete table.dataset.stale;
      table.assay.api.draw();
    }
  };

  for (const table of document.querySelectorAll('table[data-enhance]')) assay.enhance(table);

  // A reader prints what the filters leave, not the page of it that is in view.
  window.addEventListener('beforeprint', () => {
    for (const table of document.querySelectorAll('table')) {
      if (table.assay) table.assay.api.page.len(-1).draw();
    }
  });
})(window.assay);
