import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the built page lies: beside the bundle, or in `dist` when the sources run as they are. */
const places = ['../renderer/', '../../dist/renderer/'];

/** The folder of the page, or undefined if it was never built. */
export function dashboardFolder(): string | undefined {
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((folder) => existsSync(`${folder}/index.html`));
}
