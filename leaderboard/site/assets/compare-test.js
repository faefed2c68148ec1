'use strict';

/** Pairs two rows on a task and tests their difference, as harness.comparison does. */
(function (root) {
  const assay = root.assay;
  const compare = assay.compare || (assay.compare = {});
  const LEVEL = 0.05;
  const SLICE = 12;  // milliseconds of work between two chances to paint

  /** Why two results cannot be compared query by query; '' where they can. */
  compare.obstacle = (first, second) => {
    if ((first.edition || '') !== (second.edition || '')) {
      return `other data or version: ${second.edition || 'current'} against ${first.edition || 'current'}`;
    }
    if (!first.values || !second.values) return 'only means are known: no values by query';
    return '';
  };

  /**
   * The values of two results with the queries that they are about.
   *
   * @returns {{first, second, gaps, weights, clusters, wins, ties, losses, difference}|null} null
   *     where the values are not of the same queries.
   */
  compare.pair = (first, second, queries) => {
    const lower = Boolean(first.lower);
    const { decode, mean } = assay.statistics;
    const a = decode(first.values);
    const b = decode(second.values);
    if (a.length !== b.length || a.length !== queries.ids.length) return null;
    const weights = Float64Array.from(queries.weights || a.map(() => 1));
    const gaps = b.map((value, i) => value - a[i]);
    const count = (wanted) => gaps.reduce((sum, gap) => sum + (Math.sign(gap) === wanted), 0);
    return {
      first: a, second: b, gaps, weights, clusters: queries.clusters || null,
      wins: count(lower ? -1 : 1), ties: count(0), losses: count(lower ? 1 : -1), difference: mean(gaps, weights),
    };
  };

  /**
   * Interval and p-value of a pair; a generator that pauses now and then.
   *
   * @returns {Generator<undefined, {replicates: Float64Array, interval: number[], p: number}>}
   */
  compare.test = function* (pair, task) {
    const { resample, randomization, interval } = assay.statistics;
    const seed = `0/${task}`;
    const replicates = yield* resample(pair.gaps, pair.weights, pair.clusters, seed);
    const p = yield* randomization(pair.gaps, pair.weights, pair.clusters, seed);
    return { replicates, interval: interval(replicates), p };
  };

  /** What a corrected p-value says. */
  compare.verdict = (difference, pHolm, lower = false) =>
    (pHolm >= LEVEL || difference === 0 ? 'not told apart' : (difference > 0) !== lower ? 'better' : 'worse');

  /** The mean over tasks: its difference and interval, tasks fixed, queries resampled. */
  compare.overall = (tested) => {
    const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const replicates = tested[0].replicates.map((_, r) => average(tested.map((t) => t.replicates[r])));
    return {
      difference: average(tested.map((t) => t.difference)),
      interval: assay.statistics.interval(replicates),
    };
  };

  /**
   * Runs a generator in slices, so that the page stays responsive.
   *
   * @param {() => boolean} wanted asked after each slice; false gives up.
   * @returns {Promise<any>} what the generator returns, or undefined where it was given up.
   */
  compare.inSlices = async (generator, wanted) => {
    let until = performance.now() + SLICE;
    let step = generator.next();
    while (!step.done) {
      if (performance.now() > until) {
        await new Promise((resolve) => setTimeout(resolve));
        if (!wanted()) return undefined;
        until = performance.now() + SLICE;
      }
      step = generator.next();
    }
    return step.value;
  };
})(globalThis);
