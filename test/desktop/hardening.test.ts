import { describe, expect, test } from 'vitest';
import { isOurs } from '../../src-main/desktop/hardening.ts';
import { openLink } from '../../src-main/desktop/open-link.ts';
import { callChannel, desktopCallNames } from '../../src-shared/ipc-channels.ts';
import { ourFrame } from './double/electron.ts';
import { DialogDouble, ShellDouble } from './double/system.ts';
import { startDesktop } from './start-desktop.ts';

describe('the page', () => {
  test('stays where it is, opens no window, embeds nothing and gets no permission', async () => {
    const { double } = await startDesktop();
    const { contents } = double.window;
    for (const how of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const) {
      expect(contents.mayGo('app://bundle/index.html#/settings', how)).toBe(true);
      expect(contents.mayGo('https://example.com/', how)).toBe(false);
      expect(contents.mayGo('file:///etc/passwd', how)).toBe(false);
      expect(contents.mayGo('app://bundle.example/', how)).toBe(false);
      expect(contents.mayGo('app://ada@bundle/', how)).toBe(false);
    }
    expect(contents.windowOpenHandler?.({ url: 'https://example.com/' } as never)).toEqual({
      action: 'deny',
    });
    const attach = { isPrevented: false, preventDefault: () => (attach.isPrevented = true) };
    contents.emitter.emit('will-attach-webview', attach);
    expect(attach.isPrevented).toBe(true);
    const check = double.permissions.check as () => boolean;
    expect(check()).toBe(false);
    const request = double.permissions.request as (a: null, b: string, answer: (ok: boolean) => void) => void;
    let granted: boolean | undefined;
    request(null, 'geolocation', (ok) => (granted = ok));
    expect(granted).toBe(false);
  });

  test('is made in a sandbox of its own, without Node and without a spell checker that asks the internet', async () => {
    const { double } = await startDesktop();
    expect(double.window.options.webPreferences).toEqual({
      preload: expect.stringMatching(/dist[\\/]preload[\\/]preload\.cjs$/) as string,
      sandbox: true,
      contextIsolation: true,
      spellcheck: false,
    });
  });

  test.each([
    ['app://bundle/index.html', true],
    ['app://bundle', true],
    ['app://bundle:8080/', false],
    ['app://bundlex/', false],
    ['https://bundle/', false],
    ['', false],
  ])('of the address %s is ours: %s', (address, ours) => {
    expect(isOurs(address)).toBe(ours);
  });
});

describe('a link', () => {
  const onError = (error: unknown) => {
    throw error;
  };

  test('is opened in the browser only when the person who sees it whole says so', async () => {
    const dialog = new DialogDouble();
    const shell = new ShellDouble();
    const parts = { dialog: dialog.exported, shell: shell.exported, onError } as never;
    await openLink('https://example.com/a?b=c', parts);
    expect(dialog.questions[0]).toMatchObject({
      message: 'Open example.com in your browser?',
      detail: 'https://example.com/a?b=c',
      defaultId: 0,
    });
    expect(shell.opened).toEqual([]);
    dialog.response = 1;
    await openLink('https://example.com/a?b=c', parts);
    expect(shell.opened).toEqual(['https://example.com/a?b=c']);
  });

  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'https://bank.example@evil.example/',
    'x',
  ])('like %s is not even asked about', async (address) => {
    const dialog = new DialogDouble();
    const shell = new ShellDouble();
    await openLink(address, { dialog: dialog.exported, shell: shell.exported, onError });
    expect(dialog.questions).toEqual([]);
  });
});

describe('a call to the application', () => {
  test('is refused from every frame but the page itself', async () => {
    const { double } = await startDesktop();
    for (const frame of [
      { url: 'https://evil.example/', parent: null },
      { url: 'app://bundle.example/', parent: null },
      { url: 'app://bundle/index.html', parent: ourFrame },
    ]) {
      for (const name of desktopCallNames) {
        const answer = await double.invoke(callChannel(name), undefined, frame);
        expect(answer, name).toMatchObject({ ok: false, error: { code: 'missing_right' } });
      }
    }
    const gone = await double.invoke(callChannel('readState'), undefined, null as never);
    expect(gone).toMatchObject({ ok: false });
  });

  test.each([
    ['readState', { extra: 1 }],
    ['setStartAtLogin', { enabled: 'yes' }],
    ['setStartAtLogin', { enabled: true, more: 1 }],
    ['copyText', { text: '' }],
    ['chooseFile', { purpose: 'anything' }],
    ['firstRun', { do: 'format' }],
    ['reportUnread', [{ channel: 'x', count: -1 }]],
    ['changeDesktopSettings', { theme: 'pink' }],
    ['changeSettings', 'port=1'],
    ['inspectCertificate', { certPath: 'x' }],
  ] as const)('that does not fit is refused: %s %o', async (name, input) => {
    const { ask } = await startDesktop();
    const answer = await ask(name, input);
    expect(answer.ok).toBe(false);
    expect(answer).not.toMatchObject({ error: { code: 'internal_error' } });
  });
});
