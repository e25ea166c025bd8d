/** The forms in which a client takes the answer to a POST. */
export type AnswerForm = 'stream' | 'json';

/**
 * The form for a client that sent this Accept header: an event stream if it names one, else JSON if it takes that or
 * anything. Undefined if it takes neither.
 */
export function answerForm(accept: string | undefined): AnswerForm | undefined {
  const ranges = mediaRanges(accept ?? '*/*');
  if (ranges.has('text/event-stream') || ranges.has('text/*')) return 'stream';
  if (ranges.has('application/json') || ranges.has('application/*') || ranges.has('*/*')) return 'json';
  return undefined;
}

/** Whether a client that sent this Accept header asks for an event stream by name. */
export function acceptsStream(accept: string | undefined): boolean {
  return mediaRanges(accept ?? '').has('text/event-stream');
}

/** The media ranges of an Accept header, without those that it rules out by `q=0`. */
function mediaRanges(accept: string): Set<string> {
  const ranges = new Set<string>();
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) ranges.add(range);
  }
  return ranges;
}
