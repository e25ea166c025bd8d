/**
 * Draws the icons that systems want as pixels from the drawings in build/icons, by Chromium: `npm run icons`. The
 * results are committed, since a packager has no browser.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { icns, ico, type Picture } from './icon-files.ts';

const build = fileURLToPath(new URL('../build/', import.meta.url));
const states = ['running', 'attention', 'starting', 'stopped', 'error'] as const;

const browsers = ['/usr/bin/chromium', '/usr/bin/google-chrome', process.env['CHROMIUM'] ?? ''];
const executablePath = browsers.find((path) => existsSync(path));
if (executablePath === undefined) throw new Error('no Chromium found; name one in CHROMIUM');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
for (const folder of ['tray', 'app-icons']) mkdirSync(`${build}${folder}`, { recursive: true });
for (const state of states) await drawTrayIcons(state);
await drawAppIcons();
await browser.close();

/** macOS colours templates itself; the others get a dark and a light drawing, for light and dark panels. */
async function drawTrayIcons(state: (typeof states)[number]): Promise<void> {
  const [small, large] = [read(`icons/tray-${state}-16.svg`), read(`icons/tray-${state}-32.svg`)];
  write(`tray/${state}Template.png`, await draw(small, 16));
  write(`tray/${state}Template@2x.png`, await draw(large, 32));
  for (const [panel, style] of [
    ['light-panel', ''],
    ['dark-panel', 'svg{filter:invert(1)}'],
  ] as const) {
    const pictures: Picture[] = [];
    for (const size of [16, 20, 24, 32, 40, 48]) {
      pictures.push({ size, png: await draw(size <= 20 ? small : large, size, style) });
    }
    write(`tray/${state}-${panel}.ico`, ico(pictures));
    write(`tray/${state}-${panel}.png`, await draw(large, 24, style));
    write(`tray/${state}-${panel}@2x.png`, await draw(large, 48, style));
  }
}

async function drawAppIcons(): Promise<void> {
  const svg = read('icons/app-icon.svg');
  const pictures = new Map<number, Picture>();
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
    pictures.set(size, { size, png: await draw(svg, size) });
  }
  const of = (...sizes: number[]) => sizes.flatMap((size) => pictures.get(size) ?? []);
  write('icon.ico', ico(of(16, 24, 32, 48, 64, 128, 256)));
  write('icon.icns', icns(of(32, 64, 128, 256, 512, 1024)));
  for (const { size, png } of of(16, 32, 48, 64, 128, 256, 512)) write(`app-icons/${size}x${size}.png`, png);
}

async function draw(svg: string, size: number, style = ''): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  const sized = svg.replace(/width="\d+" height="\d+"/, `width="${size}" height="${size}"`);
  await page.setContent(`<style>*{margin:0}svg{display:block}${style}</style>${sized}`);
  return page.screenshot({ omitBackground: true });
}

function read(name: string): string {
  return readFileSync(build + name, 'utf8');
}

function write(name: string, content: Uint8Array): void {
  writeFileSync(build + name, content);
}
