// Draws dashboards from what a Prometheus has recorded: node draw.mjs SERVER FROM TO OUTPUT DASHBOARD.json ...
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ask, variables } from './prometheus.mjs';
import { stat, table } from './stat.mjs';
import { box, quiet, text, theme, width } from './svg.mjs';
import { timeseries } from './timeseries.mjs';

const [server, from, to, output, ...files] = process.argv.slice(2);
const step = 5;
const range = { from: Math.ceil(from / step) * step, to: Math.floor(to / step) * step };
const clock = seconds => new Date(seconds * 1000).toISOString();
const [wide, margin, gap, row, top, bottom] = [1600, 16, 8, 38, 64, 34];
const empty = [];

for (const file of files) {
  const dashboard = JSON.parse(await readFile(file, 'utf8'));
  const values = variables(dashboard, range, step);
  const tall = top + row * Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) + bottom;
  const panels = [];
  for (const panel of dashboard.panels) {
    const { x, y, w, h } = panel.gridPos;
    const column = (wide - 2 * margin + gap) / 24;
    const place = { x: Math.round(margin + x * column), y: top + y * row, w: Math.round(w * column - gap), h: h * row - gap };
    const series = await ask(server, panel, values, range, step);
    if (!series.some(one => one.points.some(([, value]) => Number.isFinite(value)))) {
      empty.push(`${dashboard.title}, ${panel.title}`);
      continue;
    }
    const [inner, under] = [{ w: place.w - 2, h: place.h - 36 }, 34];
    const draw = { stat, table, timeseries }[panel.type];
    panels.push(box(place.x, place.y, place.w, place.h) + text(place.x + 12, place.y + 22, panel.title, { size: 14, weight: 500 })
      + `<svg x="${place.x + 1}" y="${place.y + under}" width="${inner.w}" height="${inner.h}">${draw(panel, series, inner.w, inner.h, range)}</svg>`);
  }
  const title = text(margin, 32, dashboard.title, { size: 20, weight: 500 });
  const about = text(margin, 52, dashboard.description, { size: 13, fill: quiet });
  const times = text(wide - margin, 32, `${clock(range.from).slice(0, 10)}  ${clock(range.from).slice(11, 19)} to ${clock(range.to).slice(11, 19)} UTC`, { size: 14, anchor: 'end' });
  const chosen = dashboard.templating.list.filter(one => one.type !== 'datasource').map(one => `${one.label}: ${one.type === 'query' ? 'All' : one.query}`).join(' · ');
  const foot = 'Two control silos and two workers with the bundled tiny model on CPUs. Drawn from the results of the dashboard’s queries; Grafana’s own rendering differs.';
  await writeFile(`${output}/${basename(file, '.json')}.svg`,
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${wide}" height="${tall}" viewBox="0 0 ${wide} ${tall}">`
    + `<rect width="100%" height="100%" fill="${theme.colors.background.canvas}"/>${title}${about}${times}`
    + text(wide - margin, 52, chosen, { size: 13, fill: quiet, anchor: 'end' })
    + panels.join('') + text(margin, tall - 14, foot, { size: 12, fill: quiet }) + '</svg>');
}

if (empty.length) {
  console.error(`draw.mjs: nothing was recorded for\n${empty.join('\n')}`);
  process.exitCode = 1;
}
