/** Hands `content` to the browser as a file to keep; where it goes is the reader's choice. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by the next turn; what it holds is freed then.
  setTimeout(() => URL.revokeObjectURL(url));
}
