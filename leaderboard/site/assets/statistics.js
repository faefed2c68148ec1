'use strict';

/**
 * How sure a difference is: the definitions of harness.measures.statistics, in the browser.
 *
 * Long computations are generators that yield now and then, so that a page stays responsive;
 * `finish` runs one to its end. Random numbers come from sfc32 (C. Doty-Humphrey, PractRand), whose
 * state is set from the FNV-1a hash of a text and whose first 20 numbers are thrown away: the same
 * text gives the same numbers in every browser.
 */
(function (root) {
  const assay = root.assay || (root.assay = {});

  /** Cells that are computed between two pauses: a few milliseconds. */
  const CELLS = 1 << 20;

  /** Little-endian float32 values from base64, as `leaderboard.checked.encoded` writes them. */
  function decode(base64) {
    const text = atob(base64);
    const view = new DataView(new ArrayBuffer(text.length));
    for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
    return Float64Array.from({ length: text.length >> 2 }, (_, i) => view.getFloat32(4 * i, true));
  }

  /** FNV-1a over the UTF-8 bytes of a text, 32 bits. */
  function hash(text) {
    let value = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(text)) {
      value = Math.imul(value ^ byte, 0x01000193);
    }
    return value >>> 0;
  }

  /** A function that returns uniform 32-bit numbers, the same for the same text. */
  function random(seed) {
    let a = hash(seed);
    let b = hash(`${seed}/b`);
    let c = hash(`${seed}/c`);
    let counter = 1;
    const next = () => {
      const sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + sum | 0;
      return sum >>> 0;
    };
    for (let i = 0; i < 20; i++) next();
    return next;
  }

  /** Values summed by cluster, clusters in order of first appearance; null: each by itself. */
  function byCluster(values, clusters) {
    if (!clusters) return Float64Array.from(values);
    const numbers = new Map();
    const sums = [];
    clusters.forEach((cluster, i) => {
      if (!numbers.has(cluster)) numbers.set(cluster, sums.push(0) - 1);
      sums[numbers.get(cluster)] += values[i];
    });
    return Float64Array.from(sums);
  }

  /** Mean of values under weights. */
  function mean(values, weights) {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      sum += values[i] * weights[i];
      total += weights[i];
    }
    return sum / total;
  }

  /**
   * Weighted means of bootstrap resamples; queries of one cluster are drawn together.
   *
   * @returns {Generator<undefined, Float64Array>} one mean for each resample.
   */
  function* resample(values, weights, clusters, seed, resamples = 1000) {
    const sums = byCluster(values.map((value, i) => value * weights[i]), clusters);
    const totals = byCluster(weights, clusters);
    const next = random(`${seed}/bootstrap`);
    const n = sums.length;
    const means = new Float64Array(resamples);
    for (let r = 0, cells = 0; r < resamples; r++) {
      let sum = 0;
      let total = 0;
      for (let i = 0; i < n; i++) {
        // The high half of a 32-bit number times n is uniform over n items (Lemire, 2019).
        const drawn = Math.floor((next() * n) / 4294967296);
        sum += sums[drawn];
        total += totals[drawn];
      }
      means[r] = sum / total;
      if ((cells += n) >= CELLS) {
        cells = 0;
        yield;
      }
    }
    return means;
  }

  /** The percentile interval of replicates, interpolated linearly between order statistics. */
  function interval(replicates, level = 0.95) {
    const sorted = Float64Array.from(replicates).sort();
    const at = (share) => {
      const place = share * (sorted.length - 1);
      const below = Math.floor(place);
      const above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
    };
    const tail = (1 - level) / 2;
    return [at(tail), at(1 - tail)];
  }

  /**
   * Two-sided p-value that the mean of paired differences is 0: Fisher's randomisation test.
   *
   * The differences of a cluster change sign together. All sign patterns are enumerated where there
   * are no more than `permutations`; else so many are drawn and the observed one counts with them.
   *
   * @returns {Generator<undefined, number>}
   */
  function* randomization(differences, weights, clusters, seed, permutations = 10000) {
    const weighted = differences.map((value, i) => value * weights[i]);
    const gaps = byCluster(weighted, clusters).filter((gap) => gap !== 0);
    const n = gaps.length;
    const every = 2 ** n <= permutations;
    const patterns = every ? 2 ** n : permutations;
    // A sum's rounding depends on the signs: patterns within it count as equal to the observed one.
    const slack = 1e-12 * gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
    const bound = Math.abs(gaps.reduce((sum, gap) => sum + gap, 0)) - slack;
    const next = random(`${seed}/randomization`);
    let extreme = 0;
    for (let pattern = 0, cells = 0; pattern < patterns; pattern++) {
      let bits = pattern;
      let sum = 0;
      for (let i = 0; i < n; i++) {
        if (!every && (i & 31) === 0) bits = next();
        sum += gaps[i] * (2 * ((bits >>> (i & 31)) & 1) - 1);
      }
      if (Math.abs(sum) >= bound) extreme++;
      if ((cells += n) >= CELLS) {
        cells = 0;
        yield;
      }
    }
    return every ? extreme / patterns : (extreme + 1) / (patterns + 1);
  }

  /** P-values adjusted for many comparisons by Holm's step-down method, in the given order. */
  function holm(pValues) {
    const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j] || i - j);
    const adjusted = new Array(pValues.length);
    let largest = 0;
    order.forEach((index, step) => {
      largest = Math.max(largest, pValues[index] * (pValues.length - step));
      adjusted[index] = Math.min(largest, 1);
    });
    return adjusted;
  }

  /** Runs a generator to its end and returns what it returns. */
  function finish(generator) {
    let step = generator.next();
    while (!step.done) step = generator.next();
    return step.value;
  }

  assay.statistics = { decode, random, byCluster, mean, resample, interval, randomization, holm, finish };
})(globalThis);
