// Stat and table panels.
import { color, format, lines, quiet, text, width } from './svg.mjs';

/** Big numbers beside each other, coloured by the panel's thresholds. */
export function stat(panel, series, w, h) {
  const { unit, decimals, thresholds } = panel.fieldConfig.defaults;
  const named = panel.options.textMode === 'value_and_name';
  const each = w / series.length;
  const values = series.map(one => {
    const value = one.points.at(-1)[1];
    const step = thresholds.steps.findLast(candidate => candidate.value === null || value >= candidate.value);
    return { name: one.name, words: format(value, unit, decimals), fill: color(step.color) };
  });
  const size = Math.min(44, (h - (named ? 26 : 8)) * 0.62, ...values.map(value => (each - 24) / width(value.words, 1)));
  return values.map((value, n) => {
    const middle = each * (n + 0.5);
    const baseline = (h + size * 0.72) / 2 + (named ? 9 : -4);
    return (named ? text(middle, baseline - size * 0.72 - 10, value.name, { size: 14, anchor: 'middle' }) : '')
      + text(middle, baseline, value.words, { size, weight: 500, fill: value.fill, anchor: 'middle' });
  }).join('');
}

/** Labels of the series as rows, with the columns that the panel's transformation leaves. */
export function table(panel, series, w, h) {
  const { excludeByName, indexByName, renameByName } = panel.transformations.find(one => one.id === 'organize').options;
  const labels = [...new Set(series.flatMap(one => Object.keys(one.labels)))].filter(label => !excludeByName[label])
    .sort((a, b) => (indexByName[a] ?? 99) - (indexByName[b] ?? 99));
  const height = 30;
  const rows = series.map(one => labels.map(label => one.labels[label] ?? ''));
  if ((rows.length + 1) * height > h) throw new Error(`${panel.title}: ${rows.length} rows do not fit`);
  const column = n => 12 + (w - 12) * n / labels.length;
  return labels.map((label, n) => text(column(n), 20, renameByName[label] ?? label, { weight: 500, fill: color('blue') })).join('')
    + rows.map((row, r) => {
      const top = height * (r + 1);
      return `<line x1="0" x2="${w}" y1="${top}" y2="${top}" stroke="${lines}"/>` + row.map((cell, n) => text(column(n), top + 20, cell)).join('');
    }).join('') + (rows.length ? '' : text(w / 2, h / 2, 'No data', { fill: quiet, anchor: 'middle' }));
}
