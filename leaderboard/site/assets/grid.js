'use strict';

/**
 * Keys inside a table whose cells open something (the grid pattern of WAI-ARIA): one cell is in the
 * order of Tab, arrows move between cells, Enter or Space opens.
 */
(function (assay) {
  const STEPS = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -Infinity], End: [0, Infinity],
  };

  const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));

  /** Makes one cell the one that Tab reaches. */
  function hold(table, cell) {
    table.querySelectorAll('tbody [tabindex="0"]:is(td, th)')
      .forEach((other) => other.setAttribute('tabindex', '-1'));
    cell?.setAttribute('tabindex', '0');
  }

  function move(table, cell, [down, across]) {
    const rows = Array.from(table.tBodies[0].rows);
    const row = rows[clamp(rows.indexOf(cell.parentElement) + down, rows.length)];
    const next = row.cells[clamp(cell.cellIndex + across, row.cells.length)];
    hold(table, next);
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** @param {(cell: HTMLElement) => void} open what happens to a cell with `data-c` */
  assay.grid = (table, open) => {
    table.setAttribute('role', 'grid');
    const first = () => {
      if (!table.querySelector('tbody [tabindex="0"]:is(td, th)')) {
        hold(table, table.querySelector('tbody [data-c]'));
      }
    };
    table.addEventListener('assay:draw', first);
    first();
    table.addEventListener('click', (event) => {
      const cell = event.target.closest('[data-c]');
      if (!cell || event.target.closest('a, button, input') || getSelection().toString()) return;
      hold(table, cell);
      open(cell);
    });
    table.addEventListener('keydown', (event) => {
      const cell = event.target;
      if (!cell.matches('td, th') || !cell.closest('tbody') || event.altKey || event.metaKey) return;
      if (event.key === 'Enter' || event.key === ' ') {
        if (!cell.dataset.c) return;
        event.preventDefault();
        open(cell);
      } else if (STEPS[event.key] && !event.shiftKey && !event.ctrlKey) {
        event.preventDefault();
        move(table, cell, STEPS[event.key]);
      }
    });
  };
})(window.assay);
