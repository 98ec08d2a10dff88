#!/usr/bin/env bash
# Draws the 144 icons (48 nouns in three drawing styles) the scenes are composed of, as 128 px PNG files: fetch-icons.sh [DIR]
# The drawings are not part of this repository: they come from three npm packages, pinned here; THIRD-PARTY-NOTICES.md has their licences.
set -euo pipefail
dir=${1:-${RESPRUNE_ICONS:-$HOME/.cache/resprune/icons}}
here=$(cd "$(dirname "$0")" && pwd)
command -v node >/dev/null || { echo "fetch-icons.sh: node and npm are needed (apt-get install nodejs npm)" >&2; exit 1; }
if ! command -v rsvg-convert >/dev/null; then
  apt-get update -q >/dev/null && apt-get install -y -q librsvg2-bin >/dev/null || { echo "fetch-icons.sh: install rsvg-convert (Debian: librsvg2-bin)" >&2; exit 1; }
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --ignore-scripts --no-audit --no-fund --no-save --silent \
  @iconify-json/noto@1.2.9 @iconify-json/twemoji@1.2.5 @iconify-json/fluent-emoji-flat@1.2.6
mkdir -p svg "$dir"
node - "$here/Scenes/icons.txt" <<'JS'
const fs = require('fs');
const nouns = fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(l => l && !l.startsWith('#')).map(l => l.split(/\s+/));
for (const style of ['noto', 'twemoji', 'fluent-emoji-flat']) {
  const set = JSON.parse(fs.readFileSync(`node_modules/@iconify-json/${style}/icons.json`, 'utf8'));
  for (const [noun, name] of nouns) {
    let icon = set.icons[name], at = name;
    for (let hops = 0; !icon && set.aliases && set.aliases[at] && hops < 5; hops++) { at = set.aliases[at].parent; icon = set.icons[at]; }
    if (!icon) throw new Error(`${style} has no icon ${name}`);
    const w = icon.width || set.width || 16, h = icon.height || set.height || 16;
    fs.writeFileSync(`svg/${noun}.${style}.svg`, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${w} ${h}" width="128" height="128">${icon.body}</svg>`);
  }
}
JS
for svg in svg/*.svg; do
  rsvg-convert -w 128 -h 128 -o "$dir/$(basename "${svg%.svg}").png" "$svg"
done
echo done
