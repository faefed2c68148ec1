'use strict';

/**
 * The bars above tables: a search field and facets, kept in the address. A bar filters every table
 * that it names; a table asks it which rows stay.
 */
(function (assay) {
  const bars = [];

  class Filters {
    constructor(element) {
      this.element = element;
      this.tables = element.dataset.facetsOf.split(' ');
      this.search = element.querySelector('[data-search]');
      this.facets = Array.from(element.querySelectorAll('[data-facet]'));
      this.count = element.querySelector('[data-count]');
      this.listeners = [];
      this.texts = new WeakMap();
      // A second bar of a page keeps its entries apart from the first one's.
      this.prefix = bars.length ? `${element.dataset.facetsOf}.` : '';
      this.read();
      element.addEventListener('input', () => this.write());
      element.addEventListener('change', () => this.write());
      element.querySelector('[data-reset]')?.addEventListener('click', () => this.reset());
      assay.state.on(() => this.read());
    }

    /** Calls back when other rows stay. */
    on(listener) {
      this.listeners.push(listener);
    }

    /** Takes the choices from the address. */
    read() {
      const { state } = assay;
      const text = state.get(`${this.prefix}q`);
      if (this.search && this.search.value.trim() !== text) this.search.value = text;
      for (const facet of this.facets) {
        const wanted = state.get(this.prefix + facet.dataset.facet);
        const known = Array.from(facet.options).some((option) => option.value === wanted);
        facet.value = known ? wanted : '';
      }
      this.changed();
    }

    /** Puts the choices into the address. */
    write() {
      const changes = {};
      if (this.search) changes[`${this.prefix}q`] = this.search.value.trim();
      for (const facet of this.facets) changes[this.prefix + facet.dataset.facet] = facet.value;
      assay.state.set(changes);
      this.changed();
    }

    reset() {
      const changes = {};
      for (const name of assay.state.all().keys()) if (name !== 'tab') changes[name] = '';
      assay.state.set(changes);
      this.search?.focus();
    }

    changed() {
      const words = (this.search?.value ?? '').toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = this.facets.filter((facet) => facet.value)
        .map((facet) => [facet.dataset.facet, facet.value]);
      const key = JSON.stringify([words, wanted]);
      if (key === this.key) return;
      Object.assign(this, { key, words, wanted });
      this.listeners.forEach((listener) => listener());
    }

    /** Whether a row of a table stays. */
    matches(row) {
      if (!this.wanted.every(([name, value]) => row.dataset[name] === value)) return false;
      if (!this.words.length) return true;
      let text = this.texts.get(row);
      if (text === undefined) {
        const heading = row.querySelector('th[scope="row"]') || row;
        text = `${heading.textContent} ${row.dataset.find || ''}`.toLowerCase();
        this.texts.set(row, text);
      }
      return this.words.every((word) => text.includes(word));
    }

    /** Says how many rows of a table stay; the first table that a bar names speaks. */
    show(table, left, all) {
      if (!this.count || table !== this.tables.find((id) => document.getElementById(id))) return;
      const number = (value) => value.toLocaleString('en');
      this.count.textContent = left === all ? `${number(all)} rows`
        : `${number(left)} of ${number(all)} rows`;
    }
  }

  /** The bar that filters a table, if there is one. */
  assay.filtersOf = (table) => bars.find((bar) => bar.tables.includes(table));

  for (const element of document.querySelectorAll('[data-facets-of]')) {
    bars.push(new Filters(element));
  }
})(window.assay);
