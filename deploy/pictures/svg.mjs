// What the pieces of a picture share: Grafana's own colours and units, and text as SVG.
import { createRequire } from 'node:module';

// It is made for browsers; of them it only asks this.
globalThis.navigator ??= { language: 'en-US', languages: ['en-US'] };
const grafana = createRequire(import.meta.url)('@grafana/data');

export const theme = grafana.createTheme({ colors: { mode: 'dark' } });
export const palette = theme.visualization.palette.map(name => theme.visualization.getColorByName(name));
export const font = 'Inter';
export const color = name => (name === 'text' ? theme.colors.text.primary : theme.visualization.getColorByName(name));
export const quiet = theme.colors.text.secondary;
export const lines = 'rgba(204,204,220,0.12)';

/** A value as Grafana writes it in a unit. */
export const format = (value, unit, decimals) => grafana.formattedValueToString(grafana.getValueFormat(unit)(value, decimals));

const escape = text => String(text).replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);

/** About the width of a text: nothing here measures fonts. */
export const width = (text, size) => [...String(text)].reduce((sum, sign) => sum + (/[ilj.,:;'|!()\[\] ]/.test(sign) ? 0.33 : /[mwMW%@]/.test(sign) ? 0.88 : /[A-Z]/.test(sign) ? 0.7 : 0.6), 0) * size;

export const text = (x, y, words, { size = 12, fill = theme.colors.text.primary, weight = 400, anchor = 'start' } = {}) =>
  `<text x="${x}" y="${y}" font-family="${font}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escape(words)}</text>`;

export const box = (x, y, w, h, { fill = theme.colors.background.primary, stroke = lines, radius = 3 } = {}) =>
  `<rect x="${x + 0.5}" y="${y + 0.5}" width="${w - 1}" height="${h - 1}" rx="${radius}" fill="${fill}" stroke="${stroke}"/>`;
