'use strict';

/** The dialog behind every number of a suite: one for the page, filled when it opens. */
(function (assay) {
  const { el } = assay;
  const heading = el('h2', { id: 'details-h', tabindex: '-1' });
  const sub = el('p', { class: 'note' });
  const body = el('div');
  const dialog = el('dialog', { id: 'details', 'aria-labelledby': 'details-h' },
    el('button', { type: 'button', class: 'close', onclick: () => dialog.close() }, 'Close'),
    heading, sub, body);
  document.body.append(dialog);
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });

  const seconds = (value) => (value < 60 ? `${Number(value.toPrecision(3))} s`
    : `${(value / 60).toFixed(1)} min (${Math.round(value)} s)`);

  /** Term and description, left out where there is nothing to say. */
  const fact = (name, value) => (value === null || value === undefined || value === '' ? []
    : [el('dt', {}, name), el('dd', {}, value)]);

  /** What a number's parts say, as leaderboard.site.suite_scripts.details_scripts packs them. */
  function read([value, rank, n, time, low = null, high = null, more = {}], unit) {
    const interval = low === null || high === null ? null : `${assay.shown(low, unit)} to ${assay.shown(high, unit)}`;
    return { text: assay.shown(value, unit, more.digits), rank, n, time, interval, more };
  }

  function facts(packed, unit, level, { source, defect }) {
    const { text, rank, n, time, interval, more } = read(packed, unit);
    return el('dl', { class: 'facts' },
      ...fact('Value', el('strong', {}, text)),
      ...fact('95 % interval', interval),
      ...fact('Queries', n === null ? null : n.toLocaleString('en')),
      ...fact('Rank in this column', rank),
      ...fact('Level', more.level || level),
      ...fact('About', more.edition && `other data or version: ${more.edition}`),
      ...fact('Printed as', more.printed),
      ...fact('Known misprint', more.defect),
      ...fact('Known error of the row', defect),
      ...fact('Retracted', more.retracted && 'yes: it no longer counts'),
      ...fact('Source', source && el('span', {},
        el('a', { href: source[2], rel: 'noopener noreferrer' }, source[0]), source[1])),
      ...fact('Time', time === null ? null : seconds(time)));
  }

  function command(text) {
    return el('div', { class: 'command' }, el('code', {}, text),
      el('button', { type: 'button', 'data-copy': text }, 'Copy'));
  }

  const labelled = ({ name, unit }) => (unit ? `${name} (${unit})` : name);

  /** What the number is by the suite's measures but the one that is shown. */
  function others(numbers, measures) {
    const rest = measures.filter(({ name }) => numbers[name]);
    if (!rest.length) return [];
    return [el('h3', {}, 'Other measures'), el('dl', { class: 'facts' }, ...rest.flatMap((measure) => {
      const { text, interval } = read(numbers[measure.name], measure.unit);
      return fact(labelled(measure), interval ? `${text} (${interval})` : text);
    }))];
  }

  /** What to type for this number: one command, or those of an aggregate's tasks. */
  function commands(details, column, tasks) {
    const one = details.commands[column.id];
    if (one) return [el('h3', {}, 'Reproduce'), command(one)];
    const all = [...new Set(tasks.map((task) => details.commands[task]).filter(Boolean))];
    if (!all.length) return [];
    const text = all.join('\n');
    return [el('h3', {}, `Reproduce (${all.length} tasks)`), el('div', { class: 'command long' },
      el('code', { tabindex: '0', role: 'region', 'aria-label': 'Commands' }, text),
      el('button', { type: 'button', 'data-copy': text }, 'Copy all'))];
  }

  /**
   * Opens the details of a number.
   *
   * @param {{path: string, suite: string, name: string, level: string, column: object,
   *   tasks: string[], measure: object, measures: object[], link: string}} what
   */
  assay.showDetails = async (what) => {
    heading.textContent = what.name;
    sub.textContent = `${what.column.title}, ${labelled(what.measure)}`;
    body.replaceChildren(el('p', {}, 'Loading'));
    if (!dialog.open) dialog.showModal();
    heading.focus();
    try {
      const details = await assay.load(what.path);
      const { [what.column.id]: numbers = {} } = what.column.kind === 'task'
        ? details.tasks : details.suites[what.suite];
      const found = numbers[what.measure.name];
      body.replaceChildren(
        found ? facts(found, what.measure.unit, what.level, details) : el('p', {}, 'Not known by this measure.'),
        ...others(numbers, what.measures.filter((measure) => measure !== what.measure)),
        ...commands(details, what.column, what.tasks),
        el('p', {}, el('a', { href: what.link }, `All results of ${what.name}`),
          ...(what.column.page ? [' · ', el('a', { href: assay.root + what.column.page },
            `All systems on ${what.column.title}`)] : [])));
    } catch (error) {
      body.replaceChildren(el('p', { class: 'warning' }, `The details are not there: ${error.message}.`));
    }
  };
})(window.assay);
