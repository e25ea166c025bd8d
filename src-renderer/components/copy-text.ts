/**
 * Puts the text of `element` on the clipboard. False if the browser does not let us; the text is then selected, so
 * that the reader can copy it.
 */
export async function copyTextOf(element: HTMLElement): Promise<boolean> {
  return (await toClipboard(element.textContent)) || copySelected(element);
}

/** Puts `text` on the clipboard. False if the browser does not let us. */
export async function copyText(text: string): Promise<boolean> {
  if (await toClipboard(text)) return true;
  // What is to be selected must stand on the page, and in the open dialog if there is one: the rest is inert.
  const element = document.createElement('pre');
  element.className = 'unseen';
  element.textContent = text;
  (document.querySelector('dialog[open]') ?? document.body).append(element);
  try {
    return copySelected(element);
  } finally {
    getSelection()?.removeAllRanges();
    element.remove();
  }
}

/** On a plain http address that is not this computer, browsers have no clipboard interface. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copySelected(element: HTMLElement): boolean {
  getSelection()?.selectAllChildren(element);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way to copy without the interface
  return document.execCommand('copy');
}
