/**
 * Puts the text of `element` on the clipboard. False if the browser does not let us; the text is then selected, so
 * that the reader can copy it.
 */
export async function copyTextOf(element: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    // On a plain http address that is not this computer, browsers have no clipboard interface.
    getSelection()?.selectAllChildren(element);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way to copy there
    return document.execCommand('copy');
  }
}
