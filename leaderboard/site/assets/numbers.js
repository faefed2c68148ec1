'use strict';

/** Numbers of data scripts as texts, the same as leaderboard.site.formats makes them. */
(function (assay) {
  /** A number with some decimals; halfway between two, it goes to the even one, as Python's. */
  function fixed(value, digits) {
    const text = value.toFixed(digits);
    // Only a multiple of a power of 1/2 can lie halfway exactly.
    const halfway = Number.isInteger(value * 2 ** (digits + 1)) && value.toFixed(digits + 1).endsWith('5');
    if (!halfway || '02468'.includes(text.at(-1))) return text;
    return (value - Math.sign(value) * 0.5 * 10 ** -digits).toFixed(digits);
  }

  /**
   * A value of a measure; a share of 1, which has no unit, is printed times 100.
   *
   * @param {number} value
   * @param {string} [unit]
   * @param {number} [digits]
   */
  assay.shown = (value, unit, digits = 2) => {
    const text = fixed(unit ? value : value * 100, digits);
    return /^-[0.]+$/.test(text) ? text.slice(1) : text;
  };

  const texts = new WeakMap();

  /**
   * A measure of a suite as texts.
   *
   * @param {object} data leaderboard.site.suite_scripts.measure_script
   * @param {string} [unit] of the measure
   * @returns {object} the same with texts for numbers
   */
  assay.asTexts = (data, unit) => {
    if (!texts.has(data)) {
      const text = (value) => (typeof value === 'number' ? assay.shown(value, unit) : value);
      texts.set(data, { ...data, values: data.values.map((row) => row.map(text)),
        intervals: data.intervals.map((row) => row.map((ends) => ends && ends.map(text))) });
    }
    return texts.get(data);
  };
})(window.assay);
