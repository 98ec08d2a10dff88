// Time series panels: the axes and lines by ECharts, the legend below them.
import * as echarts from 'echarts';
import { color, font, format, lines, palette, quiet, text, width } from './svg.mjs';

/** One panel as SVG of its own. */
export function timeseries(panel, series, w, h, range) {
  const { defaults, overrides } = panel.fieldConfig;
  const custom = defaults.custom;
  const stacked = custom.stacking.mode === 'normal';
  const drawn = series.map((one, n) => {
    const own = Object.fromEntries(overrides.filter(override => override.matcher.options === one.name).flatMap(override => override.properties).map(({ id, value }) => [id, value]));
    return { ...one, stroke: own.color ? color(own.color.fixedColor) : palette[n % palette.length], dash: own['custom.lineStyle']?.dash, fill: own['custom.fillOpacity'] ?? custom.fillOpacity };
  });
  const key = legend(drawn, w, h);
  const values = ticks(drawn, defaults, stacked);
  const label = value => format(value, defaults.unit).replace(/(\d)(\.\d*?)0+(?=\D|$)/, (_, digit, rest) => digit + (rest === '.' ? '' : rest));
  const widest = Math.max(...Array.from({ length: values.count + 1 }, (_, n) => width(label(values.low + n * values.step), 12)));
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: w, height: h - key.height });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: font },
    grid: { left: Math.max(36, widest + 14), right: 16, top: 10, bottom: 24 },
    xAxis: {
      type: 'time', min: range.from * 1000, max: range.to * 1000, axisLine: { lineStyle: { color: lines } }, axisTick: { show: false },
      axisLabel: { color: quiet, fontSize: 12, hideOverlap: true, formatter: time => new Date(time).toISOString().slice(11, 16) },
      minInterval: 60_000, splitNumber: Math.max(3, Math.floor(w / 110)), splitLine: { show: true, lineStyle: { color: lines } },
    },
    yAxis: {
      type: 'value', min: values.low, max: values.low + values.count * values.step, interval: values.step,
      axisLabel: { color: quiet, fontSize: 12, formatter: label }, splitLine: { lineStyle: { color: lines } },
    },
    series: drawn.map((one, n) => ({
      type: 'line', name: one.name, showSymbol: false, stack: stacked ? 'all' : undefined, data: filled(one.points, stacked, range),
      lineStyle: { color: one.stroke, width: custom.lineWidth && custom.lineWidth + 0.5, type: one.dash ?? 'solid' }, itemStyle: { color: one.stroke },
      areaStyle: one.fill ? { color: one.stroke, opacity: one.fill / 100 } : undefined,
      markLine: n === 0 ? limit(defaults) : undefined,
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg + key.svg;
}

/** Where the panel draws its thresholds: a dashed line. */
function limit({ custom, thresholds }) {
  if (custom.thresholdsStyle.mode !== 'dashed') return undefined;
  const data = thresholds.steps.filter(step => step.value !== null)
    .map(step => ({ yAxis: step.value, lineStyle: { color: color(step.color), type: 'dashed', width: 1 } }));
  return { silent: true, symbol: 'none', label: { show: false }, data };
}

/** A gap where there is no number; nothing where lines are stacked. */
function filled(points, stacked, range) {
  const step = points.length > 1 ? Math.min(...points.slice(1).map(([time], n) => time - points[n][0])) : 1;
  const known = new Map(points);
  const all = [];
  for (let time = range.from; time <= range.to; time += step) {
    const value = known.get(time);
    all.push([time * 1000, Number.isFinite(value) ? value : stacked ? 0 : null]);
  }
  return all;
}

/** Round steps in the unit: of 1024 for bytes, of minutes for seconds, else of ten; whole ones where the panel has no decimals. */
function ticks(series, { unit, min, max, decimals }, stacked) {
  const sums = new Map();
  let [low, high] = [min ?? 0, 0];
  for (const [time, value] of series.flatMap(one => one.points)) {
    if (!Number.isFinite(value)) continue;
    sums.set(time, (stacked ? sums.get(time) ?? 0 : 0) + value);
    high = Math.max(high, sums.get(time));
    if (min === undefined) low = Math.min(low, value);
  }
  high = max ?? (high || 1);
  const least = Math.max((high - low) / 5, decimals === 0 ? 1 : 0);
  const tens = 10 ** Math.floor(Math.log10(least));
  const steps = unit === 'bytes' ? Array.from({ length: 50 }, (_, n) => 2 ** n)
    : unit === 's' && least > 1 ? [2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400]
      : [1, 2, 5, 10].map(factor => factor * tens);
  const step = steps.find(candidate => candidate >= least * 0.999);
  low = Math.floor(low / step) * step;
  return { low, step, count: Math.ceil((high - low) / step - 1e-9) };
}

/** Names with a dash of their colour, in as many lines as they need. */
function legend(series, w, h) {
  const rows = [[]];
  let x = 12;
  for (const one of series) {
    const wide = width(one.name, 12) + 38;
    if (x + wide > w && rows.at(-1).length) {
      rows.push([]);
      x = 12;
    }
    rows.at(-1).push({ ...one, x });
    x += wide;
  }
  const height = rows.length * 20 + 6;
  const svg = rows.flatMap((row, r) => row.map(one => {
    const y = h - height + 13 + r * 20;
    return `<line x1="${one.x}" x2="${one.x + 14}" y1="${y - 4}" y2="${y - 4}" stroke="${one.stroke}" stroke-width="3"${one.dash ? ' stroke-dasharray="4 3"' : ''}/>`
      + text(one.x + 20, y, one.name);
  })).join('');
  return { height, svg };
}
