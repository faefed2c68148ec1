'use strict';

/**
 * What every page needs: data that scripts hand over, state in the address, the theme, copying.
 * Classic scripts only, so that a page works when it is opened from a folder.
 */
(function (root) {
  const assay = root.assay || (root.assay = {});
  const values = new Map();
  const loading = new Map();

  assay.root = document.body ? document.body.dataset.root || '' : '';

  /** Called by data scripts: hands over what lies under a key, which is the script's path. */
  assay.put = (key, value) => values.set(key, value);

  /** Adds a script of this site once. @returns {Promise<void>} */
  assay.script = (path) => {
    if (!loading.has(path)) {
      loading.set(path, new Promise((resolve, reject) => {
        const element = document.createElement('script');
        element.src = assay.root + path;
        element.onload = () => resolve();
        element.onerror = () => {
          loading.delete(path);
          element.remove();
          reject(new Error(`could not load ${path}`));
        };
        document.head.append(element);
      }));
    }
    return loading.get(path);
  };

  /** The value of a data script. @returns {Promise<any>} */
  assay.load = (path) => assay.script(path).then(() => {
    if (!values.has(path)) throw new Error(`${path} holds no data`);
    return values.get(path);
  });

  /** A path part as leaderboard.site.links.slug makes it. */
  assay.slug = (name) => {
    const encoder = new TextEncoder();
    const hex = (char) => '~' + Array.from(encoder.encode(char),
      (byte) => byte.toString(16).padStart(2, '0')).join('');
    const safe = name.replace(/[^A-Za-z0-9._/-]/gu, hex).replace(/^\./, '~2e');
    return safe.replaceAll('/', '--') || '~';
  };

  /** An element: properties, then children as nodes or text. Nothing is ever parsed as HTML. */
  assay.el = (name, properties, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value === true ? '' : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };

  /** The page's state: `#q=bm25&sort=average:desc`. An anchor (`#results`) is no state. */
  const state = assay.state = {
    all() {
      const text = location.hash.slice(1);
      return new URLSearchParams(text.includes('=') ? text : '');
    },
    get(name, fallback = '') {
      return this.all().get(name) ?? fallback;
    },
    /** Changes some entries ("" or null removes one). `push` makes a step that Back undoes. */
    set(changes, { push = false } = {}) {
      const now = this.all();
      for (const [name, value] of Object.entries(changes)) {
        if (value === '' || value === null || value === undefined) now.delete(name);
        else now.set(name, String(value));
      }
      const hash = now.toString() ? '#' + now.toString() : '';
      if (hash === location.hash) return;
      const url = location.pathname + location.search + hash;
      if (push) history.pushState(null, '', url);
      else history.replaceState(null, '', url);
      changed();
    },
    /** Whether listeners are being told of a change: what follows from it is no choice of its own. */
    telling: false,
    /** Calls back whenever the state changes, by this page, the reader, or Back. */
    on(listener) {
      listeners.push(listener);
    },
  };
  const listeners = [];
  function changed() {
    const outer = state.telling;
    state.telling = true;
    try {
      listeners.forEach((listener) => listener());
    } finally {
      state.telling = outer;
    }
  }
  root.addEventListener('hashchange', changed);
  root.addEventListener('popstate', changed);

  /** Says something to screen readers, and shows it for a moment. */
  assay.say = (text) => {
    let line = document.getElementById('said');
    if (!line) {
      line = assay.el('p', { id: 'said', class: 'said', role: 'status', 'aria-live': 'polite' });
      document.body.append(line);
    }
    line.textContent = text;
    clearTimeout(assay.say.timer);
    assay.say.timer = setTimeout(() => { line.textContent = ''; }, 4000);
  };

  /** Copies a text; works without a secure context too, as a page from a folder has none. */
  assay.copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const host = document.querySelector('dialog[open]') || document.body;
      const field = assay.el('textarea', { class: 'sr', 'aria-hidden': 'true', tabindex: '-1' });
      field.value = text;
      host.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
    }
    assay.say('Copied');
  };

  /** Offers a text as a file. */
  assay.save = (name, type, text) => {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = assay.el('a', { href: url, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };

  // Theme: the reader's system decides until a button is pressed.
  const THEMES = ['system', 'light', 'dark'];
  const chosen = () => document.documentElement.dataset.theme || 'system';
  function useTheme(theme) {
    if (THEMES.indexOf(theme) > 0) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    showTheme();
    root.dispatchEvent(new CustomEvent('assay:theme'));
  }
  function showTheme() {
    for (const label of document.querySelectorAll('[data-theme-label]')) {
      label.textContent = `Theme: ${chosen()}`;
    }
  }
  function nextTheme() {
    const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
    useTheme(next);
    try {
      if (next === 'system') localStorage.removeItem('assay-theme');
      else localStorage.setItem('assay-theme', next);
    } catch { /* a browser may keep nothing: the choice holds for this page */ }
  }
  // Other pages of the board that are open follow, and so does one that was opened a moment ago.
  root.addEventListener('storage', (event) => {
    if (event.key === 'assay-theme') useTheme(event.newValue);
  });

  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-theme-toggle], [data-copy], [data-copy-link]');
    if (!target) return;
    if (target.matches('[data-theme-toggle]')) nextTheme();
    else assay.copy(target.dataset.copy ?? location.href);
  });
  showTheme();

  // Rows wait for their table to be paged; should its script be missing, they are shown all the same.
  root.addEventListener('load', () => {
    for (const table of document.querySelectorAll('table[data-enhance]')) table.dataset.ready = '';
  });
})(window);
