import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/**
 * What changes in a file, as a unified diff without context: the neighbours of our lines may hold other people's
 * secrets. Secrets in our own lines are masked.
 */
export function difference(path: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(path, path, masked(before), masked(after), undefined, undefined, {
    context: 0,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return patch.includes('@@') ? patch.trimEnd() : '';
}

/** References to a variable are shown, values are not. */
function masked(text: string): string {
  return text
    .replace(/\b(Bearer\s+)(?!\$)[^\s"']+/g, '$1********')
    .replace(/(CLAUDE_BRIDGE_TOKEN["']?\s*[:=]\s*["']?)(?!\$)[^\s"',}]+/g, '$1********');
}
