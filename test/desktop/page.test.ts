import { describe, expect, test } from 'vitest';
import type { DesktopBridge } from '../../src-shared/ipc.ts';
import { desktopCallNames, desktopGlobal } from '../../src-shared/ipc-channels.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { scratchDirectory } from '../support/program.ts';
import { isPageBuilt, openWindowPage } from './open-page.ts';
import { startDesktop, type RunningDesktop } from './start-desktop.ts';

if (!isPageBuilt)
  console.warn('the page of the window is not tried in a browser: it was not built (npm run build)');

async function send({ double }: RunningDesktop, content: string): Promise<void> {
  await double.request('/api/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'demo:builds', sender: 'atlas', content }),
  });
}

async function running(options: Parameters<typeof startDesktop>[0] = {}): Promise<RunningDesktop> {
  const desktop = await startDesktop(options);
  await desktop.until(({ relay: { state } }) => state === 'running');
  return desktop;
}

describe.runIf(isPageBuilt)('the page in the window', () => {
  test('shows what is said as it is said, without a sign-in, though the relay wants a token', async () => {
    const desktop = await running({ config: { requireToken: true } });
    await send(desktop, 'before the page was opened');
    const { page, complaints } = await openWindowPage(desktop.double, {
      fragment: '#/channels/demo%3Abuilds',
    });
    await page.getByText('before the page was opened').first().waitFor();
    await send(desktop, 'while it is open');
    await page.getByText('while it is open').first().waitFor();
    expect(complaints).toEqual([]);
  });

  test.runIf(hasOpenssl)('goes on when the relay is switched to TLS', async () => {
    const desktop = await running();
    await send(desktop, 'in the open');
    const { page } = await openWindowPage(desktop.double, { fragment: '#/channels/demo%3Abuilds' });
    await page.getByText('in the open').first().waitFor();
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory(), altNames: ['127.0.0.1'] });
    await desktop.call('changeSettings', { tlsCert: certPath, tlsKey: keyPath });
    await send(desktop, 'under TLS');
    await page.getByText('under TLS').first().waitFor();
  });

  test('has the named functions of the preload script and nothing else of the application', async () => {
    const desktop = await running();
    const { page } = await openWindowPage(desktop.double);
    const offered = await page.evaluate(
      (name) => Object.keys(Reflect.get(globalThis, name) as object),
      desktopGlobal,
    );
    expect(offered.toSorted()).toEqual([...desktopCallNames, 'onState'].toSorted());
    const reach = await page.evaluate(() => [
      typeof Reflect.get(globalThis, 'require'),
      typeof Reflect.get(globalThis, 'process'),
    ]);
    expect(reach).toEqual(['undefined', 'undefined']);
  });

  test('asks the application, and hears of its states', async () => {
    const desktop = await running();
    const { page } = await openWindowPage(desktop.double);
    const states = await page.evaluateHandle(async (name) => {
      const bridge = Reflect.get(globalThis, name) as DesktopBridge;
      const heard: string[] = [];
      const first = await bridge.readState();
      if (first.ok) heard.push(first.value.relay.state);
      bridge.onState(({ relay }) => heard.push(relay.state));
      return heard;
    }, desktopGlobal);
    await desktop.click('Stop relay');
    await page.waitForFunction((heard) => heard.at(-1) === 'stopped', states);
    expect((await states.jsonValue())[0]).toBe('running');
    const refused = await page.evaluate(
      (name) =>
        (Reflect.get(globalThis, name) as DesktopBridge).changeDesktopSettings({ theme: 'pink' as 'dark' }),
      desktopGlobal,
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'invalid_value', field: 'theme' } });
  });

  test('survives a relay that is stopped, and goes on when it is started', async () => {
    const desktop = await running();
    await send(desktop, 'before the stop');
    const { page } = await openWindowPage(desktop.double, { fragment: '#/channels/demo%3Abuilds' });
    await page.getByText('before the stop').first().waitFor();
    await desktop.click('Stop relay');
    await desktop.until(({ relay: { state } }) => state === 'stopped');
    await desktop.click('Start relay');
    await desktop.until(({ relay: { state } }) => state === 'running');
    await send(desktop, 'after the start');
    await page.getByText('after the start').first().waitFor();
  });
});
