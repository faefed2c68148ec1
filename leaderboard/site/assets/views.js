'use strict';

/** "This view" beside a table's downloads: the rows and columns that are left, in their order. */
(function (assay) {
  const FORMULA = /^[=+\-@\t\r]/;

  /** A field of CSV; a text that a spreadsheet would run is led by an apostrophe. */
  function field(text, number) {
    const safe = !number && FORMULA.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  const words = (node) => node.textContent.replace(/\s+/g, ' ').trim();

  /** What a cell says: its number without interval and bar, or its words. */
  function content(cell) {
    const value = cell.querySelector('.v');
    return value ? value.textContent.replace(/[†‡×]/g, '') : words(cell);
  }

  /** The table as it is filtered, sorted and cut now. */
  assay.view = ({ api, headers }) => {
    const columns = headers.map((header, at) => at).filter((at) => api.column(at).visible());
    const lines = [columns.map((at) => field(headers[at].dataset.col || words(headers[at])))];
    api.rows({ search: 'applied', order: 'applied' }).every((index) => {
      lines.push(columns.map((at) => {
        const cell = api.cell(index, at).node();
        const number = headers[at].dataset.type === 'number';
        return cell ? field(content(cell), number) : field(String(api.cell(index, at).data() ?? ''), number);
      }));
    });
    return lines.map((line) => line.join(',')).join('\n') + '\n';
  };

  assay.offerView = (table) => {
    const links = table.closest('.table-block').querySelector('.downloads');
    if (!links) return;
    const save = () => assay.save(`${table.id}-view.csv`, 'text/csv', assay.view(table.assay));
    links.append(assay.el('button', { type: 'button', class: 'plain', onclick: save }, 'This view'));
  };

  for (const table of document.querySelectorAll('table[data-enhance]')) assay.offerView(table);
})(window.assay);
